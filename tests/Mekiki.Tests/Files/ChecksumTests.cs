using System.Security.Cryptography;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

public class ChecksumTests
{
    private static byte[] Whole()
    {
        using var bytes = new MemoryStream();
        new SafetensorsWriter().AddChecksum().AddText("state", "{}").Add("a", [3], new float[] { 1, 2, 3 }).Add("b", [2], new byte[] { 4, 5 }).Write(bytes);
        return bytes.ToArray();
    }

    [Fact]
    public void IsTheLast32Bytes_OfAllBeforeThem()
    {
        byte[] bytes = Whole();
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
        var file = SafetensorsFile.Open(bytes, "x");
        file.VerifyChecksum();
        Assert.Equal(["a", "b", "sha256"], file.Entries.Select(e => e.Name));
    }

    [Fact]
    public void EveryChangedByte_AndEveryCut_IsNoticed()
    {
        byte[] bytes = Whole();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x10;
            Assert.Throws<MekikiException>(() => SafetensorsFile.Open(changed, "x").VerifyChecksum());
            Assert.Throws<MekikiException>(() => SafetensorsFile.Open(bytes.AsMemory(0, i), "x").VerifyChecksum());
        }
    }

    [Fact]
    public void FileWithout_SaysSo()
    {
        using var bytes = new MemoryStream();
        new SafetensorsWriter().Add("a", [1], new float[] { 1 }).Write(bytes);
        Assert.Equal("x: expected a checksum at the end, got none. The file is damaged, or no program of ours wrote it.",
            Assert.Throws<MekikiException>(() => SafetensorsFile.Open(bytes.ToArray(), "x").VerifyChecksum()).Message);
    }
}
