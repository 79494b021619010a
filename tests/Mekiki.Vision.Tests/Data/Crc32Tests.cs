using Mekiki.Files;

namespace Mekiki.Vision.Tests.Data;

/// <summary>The checksum of zip and PNG, bit by bit as it is defined.</summary>
public class Crc32Tests
{
    [Fact]
    public void AnyLength_IsTheDefinition()
    {
        var bytes = new byte[1000];
        new Random(4).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length = length < 300 ? length + 1 : length + 7)
            foreach (int start in (int[])[0, 1, 3])
                if (start + length <= bytes.Length)
                    Assert.Equal(Defined(bytes.AsSpan(start, length)), Crc32.Of(bytes.AsSpan(start, length)));
    }

    [Fact]
    public void CheckValue_IsThatOfTheCatalogue() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    // The polynomial of ISO 3309, bits in reverse.
    private static uint Defined(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}
