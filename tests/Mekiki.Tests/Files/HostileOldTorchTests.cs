using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Files of PyTorch's before 1.6 whose keys, counts and lengths lie: each has its message before memory is taken.</summary>
public sealed class HostileOldTorchTests : IDisposable
{
    private const string Damaged = " The file is damaged: get or write it again.";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FileThatIsTrue_IsRead()
    {
        File.WriteAllBytes(folder["true.pt"], Bytes());
        var weights = WeightsFile.Read(folder["true.pt"]);
        Assert.Equal(WeightsFormat.PyTorch, weights.Format);
        Assert.Equal([1f, 3, 5, 2, 4, 6], weights.State["w"].ToArray());
    }

    [Fact]
    public void WhatLies_IsRefused()
    {
        Assert.Equal("expected a file of PyTorch's form 1001, got another. Save it with a newer PyTorch.", Message(Bytes(version: 1000)));
        Assert.Equal("expected numbers in little-endian order, got another one. Save it on another machine.", Message(Bytes(littleEndian: false)));
        Assert.Equal("storage '0': expected 8 numbers, got 9." + Damaged, Message(Bytes(stored: 9)));
        Assert.Equal("storage '0': expected 8 numbers, got -1." + Damaged, Message(Bytes(stored: -1)));
        Assert.Equal("expected each storage that a tensor takes once, got another." + Damaged, Message(Bytes(keys: Keys("1"))));
        Assert.Equal("expected each storage that a tensor takes once, got another." + Damaged, Message(Bytes(keys: Keys("0", "0"))));
        Assert.Equal("storage '0': expected its numbers in the file, got none." + Damaged, Message(Bytes(keys: Keys())));
        Assert.Equal("expected the keys of the storages as a list, got something else." + Damaged, Message(Bytes(keys: PickleBytes.New.Raw("}.").ToArray())));
        Assert.Matches(@"^storage '0': expected at most the file's \d+ bytes, got 36,893,488,147,419,103,228 for 9,223,372,036,854,775,807 numbers of F32\.", Message(Bytes(numbers: long.MaxValue)));
        Assert.Matches(@"^storage '0': expected at most the file's \d+ bytes, got 4,000,000,000 for 1,000,000,000 numbers of F32\.", Message(Bytes(numbers: 1_000_000_000)));
    }

    [Fact]
    public void FileThatIsCut_IsRefused_AtEveryByte()
    {
        byte[] whole = Bytes();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["cut.pt"], whole[..length]);
            Assert.StartsWith(folder["cut.pt"], Assert.Throws<MekikiException>(() => WeightsFile.Read(folder["cut.pt"])).Message);
        }
    }

    private string Message(byte[] bytes)
    {
        string path = folder["x.pt"];
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<MekikiException>(() => WeightsFile.Read(path)).Message;
        Assert.StartsWith(path + ": ", message);
        return message[(path.Length + 2)..];
    }

    private static byte[] Keys(params string[] keys)
    {
        var list = PickleBytes.New.Raw("](");
        foreach (string key in keys)
            list.Text(key);
        return list.Raw("e.").ToArray();
    }

    private static byte[] Bytes(long version = 1001, bool littleEndian = true, long numbers = 8, long stored = 8, byte[]? keys = null) =>
    [
        .. OldTorchFile.Magic, .. "."u8,
        .. PickleBytes.New.Number(version).Raw(".").ToArray(),
        .. PickleBytes.New.Raw("}(").Text("little_endian").Raw(littleEndian ? "\u0088" : "\u0089").Raw("u.").ToArray(),
        .. PickleBytes.OneTensor(numbers, 1, [2, 3], [1, 2], sixth: "N"),
        .. keys ?? Keys("0"),
        .. BitConverter.GetBytes(stored), .. Enumerable.Range(0, 8).SelectMany(i => BitConverter.GetBytes((float)i)),
    ];
}
