using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Mekiki.Architecture.Tests.Reading;

/// <summary>One instruction of a method.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Code">What it does.</param>
/// <param name="Operand">The type, member or signature that it names; nil when it names none.</param>
internal readonly record struct Instruction(int Offset, OpCode Code, EntityHandle Operand);
