using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mekiki.Files;

/// <summary>CRC-32 of zip and PNG: 64 bytes a step where the processor multiplies without carry, else eight.</summary>
/// <remarks>
/// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009, section "Bit-reflected";
/// Kounavis, Berry, "A Systematic Approach to Building High Performance, Software-based, CRC Generators", 2005 (slicing by 8).
/// </remarks>
internal static class Crc32
{
    private const int Step = 64, Lane = 16;

    private static readonly uint[] tables = Build();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        if (Pclmulqdq.IsSupported && bytes.Length >= Step)
            return ~Slices(Fold(ref bytes, crc), bytes);
        return ~Slices(crc, bytes);
    }

    // x^n mod P of the paper for steps of 512 and of 128 bits. Sixteen bytes are left, whose remainder is that of all before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(ref ReadOnlySpan<byte> bytes, uint crc)
    {
        Vector128<ulong> four = Vector128.Create(0x154442BD4UL, 0x1C6E41596UL), one = Vector128.Create(0x1751997D0UL, 0x0CCAA009EUL);
        Vector128<ulong> a = Load(bytes, 0) ^ Vector128.CreateScalar((ulong)crc), b = Load(bytes, 1), c = Load(bytes, 2), d = Load(bytes, 3);
        for (bytes = bytes[Step..]; bytes.Length >= Step; bytes = bytes[Step..])
        {
            a = Moved(a, four) ^ Load(bytes, 0);
            b = Moved(b, four) ^ Load(bytes, 1);
            c = Moved(c, four) ^ Load(bytes, 2);
            d = Moved(d, four) ^ Load(bytes, 3);
        }

        a = Moved(Moved(Moved(a, one) ^ b, one) ^ c, one) ^ d;
        for (; bytes.Length >= Lane; bytes = bytes[Lane..])
            a = Moved(a, one) ^ Load(bytes, 0);
        Span<byte> left = stackalloc byte[Lane];
        a.AsByte().CopyTo(left);
        return Slices(0, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Moved(Vector128<ulong> value, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(value, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, factors, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int lane) => Vector128.Create(bytes.Slice(Lane * lane, Lane)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Slices(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] t = tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc, high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[1792 + (byte)low] ^ t[1536 + (byte)(low >> 8)] ^ t[1280 + (byte)(low >> 16)] ^ t[1024 + (low >> 24)]
                ^ t[768 + (byte)high] ^ t[512 + (byte)(high >> 8)] ^ t[256 + (byte)(high >> 16)] ^ t[high >> 24];
        }

        foreach (byte b in bytes)
            crc = t[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] Build()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
            table[i] = value;
        }

        for (int i = 256; i < table.Length; i++)
            table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
