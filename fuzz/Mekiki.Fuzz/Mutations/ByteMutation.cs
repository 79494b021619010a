using System.Buffers.Binary;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes bytes without knowing what they are: bits, numbers at the ends of their ranges, pieces that are cut out, repeated or moved.</summary>
internal static class ByteMutation
{
    private const int MostChanges = 4, LongestPiece = 64;

    private static readonly long[] numbers =
    [
        0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 48, long.MaxValue, long.MaxValue - 1, long.MinValue,
    ];

    public static byte[] Apply(byte[] whole, Random random)
    {
        byte[] bytes = whole;
        for (int n = 1 + random.Next(MostChanges); n > 0; n--)
            bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] from, Random random)
    {
        if (from.Length == 0)
            return [(byte)random.Next(256)];
        byte[] bytes = [.. from];
        int at = random.Next(bytes.Length), length = Math.Min(1 + random.Next(LongestPiece), bytes.Length - at);
        switch (random.Next(10))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2 or 3:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 4 or 5:
                WriteNumber(bytes.AsSpan(at), random);
                return bytes;
            case 6:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 7:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 8:
                int to = random.Next(bytes.Length);
                bytes.AsSpan(at, Math.Min(length, bytes.Length - to)).CopyTo(bytes.AsSpan(to));
                return bytes;
            default:
                return random.Next(4) == 0 ? bytes[..at] : [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
        }
    }

    private static void WriteNumber(Span<byte> to, Random random)
    {
        long number = numbers[random.Next(numbers.Length)] + random.Next(3) - 1;
        Span<byte> written = stackalloc byte[sizeof(long)];
        bool isBig = random.Next(2) == 0;
        int size = 1 << random.Next(4);
        BinaryPrimitives.WriteInt64LittleEndian(written, number);
        var part = written[..Math.Min(size, to.Length)];
        if (isBig)
            part.Reverse();
        part.CopyTo(to);
    }
}
