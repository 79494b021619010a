using System.IO.Compression;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Zip files that are cut off, are bombs, or reach out of their folder.</summary>
public sealed class HostileZipTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Transcript transcript = new();

    public HostileZipTests() => transcript.Replace(folder.Path, "HERE");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CutOffOrEmpty_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(Good());
        File.WriteAllBytes(folder["cut.zip"], whole[..(whole.Length / 2)]);
        File.WriteAllBytes(folder["end.zip"], whole[..^1]);
        File.WriteAllBytes(folder["empty.zip"], []);
        File.WriteAllBytes(folder["images.rar"], [0x52, 0x61, 0x72, 0x21]);
        foreach (string name in new[] { "cut.zip", "end.zip", "empty.zip", "images.rar" })
            transcript.Run($"data check {folder.Path}/{name}");
        transcript.IsStored("messages/zip-cut-off");
    }

    [Fact]
    public void EntriesThatLeaveTheFolder_AreLeftOut_AndNothingIsWritten()
    {
        MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey(start: 1)), ("../../evil/1.png", MadeImages.Grey()), ("/etc/2.png", MadeImages.Grey()));
        transcript.Run($"data check {folder.Path}/set.zip", ExitCode.Done);
        Assert.Equal(["set.zip"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        transcript.IsStored("messages/zip-leaves-folder");
    }

    [Fact]
    public void Bomb_IsRefused_BeforeItIsUnpacked()
    {
        string path = folder["bomb.zip"];
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            var zeros = new byte[1 << 20];
            for (int i = 0; i < 11; i++)
            {
                using var entry = zip.CreateEntry($"a/{i}.png", CompressionLevel.Optimal).Open();
                for (int m = 0; m < 100; m++)
                    entry.Write(zeros);
            }
        }

        string size = new FileInfo(path).Length.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
        transcript.Replace(size, "SIZE").Run($"data check {folder.Path}/bomb.zip");
        transcript.IsStored("messages/zip-bomb");
    }

    private string Good() => MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey(start: 1)));
}
