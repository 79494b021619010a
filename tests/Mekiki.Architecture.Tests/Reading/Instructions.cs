using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Mekiki.Architecture.Tests.Reading;

/// <summary>What the instructions of a method name.</summary>
internal static class Instructions
{
    // 0xFE begins an instruction of two bytes.
    private static readonly Dictionary<int, OperandType> operands = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(o => (int)(ushort)o.Value, o => o.OperandType);

    /// <summary>The types, members and signatures that a method's instructions name, in their order.</summary>
    public static IEnumerable<EntityHandle> Operands(BlobReader code)
    {
        var found = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            int instruction = code.ReadByte();
            if (instruction == 0xFE)
                instruction = instruction << 8 | code.ReadByte();
            var operand = operands[instruction];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig)
                found.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
            else
                code.Offset += Length(operand, code);
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
