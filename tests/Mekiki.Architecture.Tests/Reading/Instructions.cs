using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Mekiki.Architecture.Tests.Reading;

/// <summary>The instructions of a method.</summary>
internal static class Instructions
{
    // 0xFE begins an instruction of two bytes.
    private static readonly Dictionary<int, OpCode> codes = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(o => (int)(ushort)o.Value);

    /// <summary>The types, members and signatures that a method's instructions name, in their order.</summary>
    public static IEnumerable<EntityHandle> Operands(BlobReader code) => All(code).Where(i => !i.Operand.IsNil).Select(i => i.Operand);

    /// <summary>All instructions of a method, in their order.</summary>
    public static IReadOnlyList<Instruction> All(BlobReader code)
    {
        var found = new List<Instruction>();
        while (code.RemainingBytes > 0)
        {
            int offset = code.Offset;
            int instruction = code.ReadByte();
            if (instruction == 0xFE)
                instruction = instruction << 8 | code.ReadByte();
            var opcode = codes[instruction];
            if (opcode.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig)
            {
                found.Add(new Instruction(offset, opcode, MetadataTokens.EntityHandle(code.ReadInt32())));
            }
            else
            {
                found.Add(new Instruction(offset, opcode, default));
                code.Offset += Length(opcode.OperandType, code);
            }
        }

        return found;
    }

    private static int Length(OperandType operand, BlobReader code) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * code.ReadInt32(),
        _ => 4,
    };
}
