using System.Buffers.Binary;

namespace Mekiki.Files;

/// <summary>The type of a stored tensor's elements, under the names of the safetensors format.</summary>
public enum StoredType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Float, 8 bits, 5 of them exponent.</summary>
    F8E5M2,

    /// <summary>Float, 8 bits, 4 of them exponent.</summary>
    F8E4M3,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Float, 16 bits, IEEE 754.</summary>
    F16,

    /// <summary>Float, 16 bits: the upper half of a 32-bit float.</summary>
    BF16,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Float, 32 bits.</summary>
    F32,

    /// <summary>Float, 64 bits.</summary>
    F64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,
}

/// <summary>Sizes and file names of the stored types.</summary>
internal static class StoredTypes
{
    /// <summary>The name that stands in a file, such as <c>F32</c> or <c>F8_E4M3</c>.</summary>
    public static string NameOf(StoredType type) => type switch
    {
        StoredType.Bool => "BOOL",
        StoredType.U8 => "U8",
        StoredType.I8 => "I8",
        StoredType.F8E5M2 => "F8_E5M2",
        StoredType.F8E4M3 => "F8_E4M3",
        StoredType.I16 => "I16",
        StoredType.U16 => "U16",
        StoredType.F16 => "F16",
        StoredType.BF16 => "BF16",
        StoredType.I32 => "I32",
        StoredType.U32 => "U32",
        StoredType.F32 => "F32",
        StoredType.F64 => "F64",
        StoredType.I64 => "I64",
        StoredType.U64 => "U64",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(StoredType type) => type switch
    {
        <= StoredType.F8E4M3 => 1,
        <= StoredType.BF16 => 2,
        <= StoredType.F32 => 4,
        _ => 8,
    };

    /// <summary>Whether elements become 32-bit floats when they are read.</summary>
    public static bool IsFloat(StoredType type) => type is StoredType.F32 or StoredType.F16 or StoredType.BF16 or StoredType.F64;

    /// <summary>Whether elements become 64-bit integers when they are read.</summary>
    public static bool IsInteger(StoredType type) => !IsFloat(type) && type is not (StoredType.F8E5M2 or StoredType.F8E4M3 or StoredType.U64);

    /// <summary>A float of one of the types of <see cref="IsFloat"/>, stored little-endian; F64 is rounded.</summary>
    public static float ReadFloat(StoredType type, ReadOnlySpan<byte> from) => type switch
    {
        StoredType.F32 => BinaryPrimitives.ReadSingleLittleEndian(from),
        StoredType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(from),
        StoredType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(from) << 16),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(from),
    };

    /// <summary>A whole number of one of the types of <see cref="IsInteger"/>, stored little-endian.</summary>
    public static long ReadInteger(StoredType type, ReadOnlySpan<byte> from) => type switch
    {
        StoredType.I64 => BinaryPrimitives.ReadInt64LittleEndian(from),
        StoredType.I32 => BinaryPrimitives.ReadInt32LittleEndian(from),
        StoredType.I16 => BinaryPrimitives.ReadInt16LittleEndian(from),
        StoredType.I8 => (sbyte)from[0],
        StoredType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(from),
        StoredType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(from),
        _ => from[0],
    };

    /// <summary>The type of a name that stands in a file; false for an unknown one.</summary>
    public static bool TryParse(string name, out StoredType type)
    {
        for (type = StoredType.Bool; type <= StoredType.U64; type++)
            if (NameOf(type) == name)
                return true;
        return false;
    }

    /// <summary>Floats as the bits of F16 or BF16: the nearest, of two the even one.</summary>
    public static ushort[] Rounded(ReadOnlySpan<float> values, StoredType type)
    {
        var bits = new ushort[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = type == StoredType.F16 ? BitConverter.HalfToUInt16Bits((Half)values[i]) : Upper(BitConverter.SingleToUInt32Bits(values[i]));
        return bits;

        static ushort Upper(uint bits) => (bits & 0x7FFFFFFF) > 0x7F800000
            ? (ushort)(bits >> 16 | 0x40) // no number stays none
            : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>Floats as they come back from F16 or BF16.</summary>
    public static float[] RoundTrip(ReadOnlySpan<float> values, StoredType type) => Array.ConvertAll(Rounded(values, type), b =>
        type == StoredType.F16 ? (float)BitConverter.UInt16BitsToHalf(b) : BitConverter.UInt32BitsToSingle((uint)b << 16));
}
