using System.IO.Compression;
using System.Security.Cryptography;

namespace Mekiki.Cli.Tests;

/// <summary><c>data get</c>, killed before any change of a file: the same line again brings the whole file, and leaves nothing else.</summary>
public sealed class KilledDownloadTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly byte[] content = Zip(1), other = Zip(2);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void New() => Everywhere(content, [], "make folder data", "delete hiragana73.zip.part", "write hiragana73.zip.part.tag", "append hiragana73.zip.part", "rename hiragana73.zip", "rename hiragana73.zip.sha256");

    // What had arrived is of the file that the server held before.
    [Theory]
    [InlineData("part")]
    [InlineData("part without its tag")]
    [InlineData("whole and part")]
    public void OverWhatIsThere_IsNeverJoined(string what)
    {
        var before = new Dictionary<string, byte[]> { ["hiragana73.zip.part"] = other[..150_000] };
        if (what != "part without its tag")
            before["hiragana73.zip.part.tag"] = [];
        if (what == "whole and part")
            before["hiragana73.zip"] = before["hiragana73.zip.sha256"] = other;
        Everywhere(content, before, "delete hiragana73.zip.part", "rename hiragana73.zip");
    }

    [Fact]
    public void GoesOn() => Everywhere(content, new() { ["hiragana73.zip.part"] = content[..150_000], ["hiragana73.zip.part.tag"] = [] }, "append hiragana73.zip.part", "rename hiragana73.zip");

    private void Everywhere(byte[] expected, Dictionary<string, byte[]> before, params string[] changes)
    {
        using var server = new LoopbackServer(expected) { IgnoresIfRange = true };
        bool isOther = before.TryGetValue("hiragana73.zip.part", out var part) && !expected.AsSpan().StartsWith(part);
        var killed = new List<string>();
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(folder.Path, $"{number}", "data");
            if (before.Count > 0)
                Directory.CreateDirectory(path);
            foreach (var (name, bytes) in before)
                File.WriteAllBytes(Path.Combine(path, name), bytes);
            if (before.ContainsKey("hiragana73.zip.part.tag"))
                File.WriteAllText(Path.Combine(path, "hiragana73.zip.part.tag"), $"{server.Url}\n{(isOther ? "\"zero\"" : "\"one\"")}\n{expected.Length}\n");
            string[] line = ["data", "get", "hiragana73", "--url", server.Url, "--folder", path, "--again"];
            if (FileSteps.KillAt(path, number, () => TestHost.New(clock: new TestClock()).Then(line)) is not { } change)
                break;
            killed.Add(change);
            if (Directory.Exists(path))
                File.WriteAllText(Path.Combine(path, "hiragana73.zip.part.lock"), "");
            // Without --again, what has its name is taken as it is: so it must be whole.
            var again = TestHost.New(clock: new TestClock()).Then(before.ContainsKey("hiragana73.zip") ? line : line[..^1]);
            Assert.True(again.Code == 0, $"killed before {change}: {again.Error}");
            Assert.Equal((change, "hiragana73.zip hiragana73.zip.sha256"), (change, string.Join(' ', Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal))));
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(path, "hiragana73.zip"))), $"killed before {change}: damaged");
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(expected));
            Assert.EndsWith($" bytes, sha256 {sha256}\n", again.Out);
            Assert.StartsWith(sha256, File.ReadAllText(Path.Combine(path, "hiragana73.zip.sha256")));
        }

        Assert.All(changes, change => Assert.Contains(change, killed.Select(k => System.Text.RegularExpressions.Regex.Replace(k, "\\.[0-9a-f]{32}\\.tmp$", ""))));
    }

    private static byte[] Zip(int seed)
    {
        var memory = new MemoryStream();
        var generator = new Generator((ulong)seed);
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            for (int i = 0; i < 10; i++)
            {
                using var entry = zip.CreateEntry($"a/{i}.png", CompressionLevel.NoCompression).Open();
                var bytes = new byte[30_000];
                foreach (ref byte b in bytes.AsSpan())
                    b = (byte)generator.NextUInt64();
                entry.Write(bytes);
            }

        return memory.ToArray();
    }
}
