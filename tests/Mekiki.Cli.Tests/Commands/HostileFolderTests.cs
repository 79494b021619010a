using System.Buffers.Binary;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Folders and files that are not what the data commands expect.</summary>
public sealed class HostileFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Transcript transcript = new();

    public HostileFolderTests() => transcript.Replace(folder.Path, "HERE");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void NothingThere_IsSaid()
    {
        File.WriteAllText(folder["notes.txt"], "no zip");
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["texts/a/1.txt"], "no image");
        File.WriteAllBytes(folder["flat/1.png"], MadeImages.Grey());
        foreach (string name in new[] { "missing", "notes.txt", "empty", "texts", "flat" })
            transcript.Run($"data check {folder.Path}/{name}");
        transcript.Run($"data preview {folder.Path}/empty --out {folder.Path}/sheet.png");
        Assert.False(File.Exists(folder["sheet.png"]));
        transcript.IsStored("messages/nothing-there");
    }

    [Fact]
    public void UnknownNames_AreSuggested()
    {
        MadeImages.Folder(folder);
        transcript.Run("data check hiragana37");
        transcript.Run("data check hiragana73");
        transcript.Run("data get hiragana37");
        transcript.Run("data get kana");
        transcript.Run($"data preview {folder.Path}/set --augment trian --out {folder.Path}/sheet.png");
        transcript.Run($"data preview {folder.Path}/set --out {folder.Path}/sheet.jpg");
        transcript.Run("data chekc x");
        Assert.False(File.Exists(folder["sheet.png"]));
        transcript.Replace(Environment.GetEnvironmentVariable("MEKIKI_DATA")!, "DATA").IsStored("messages/unknown-names");
    }

    [Fact]
    public void BadFiles_AreReportedWithReasons()
    {
        MadeImages.Folder(folder);
        byte[] png = MadeImages.Grey(48, 48), jpeg = MadeImages.Grey(48, 48, format: SKEncodedImageFormat.Jpeg);
        File.WriteAllBytes(folder["set/U3042/empty.png"], []);
        File.WriteAllBytes(folder["set/U3042/cut.png"], png[..^40]);
        File.WriteAllBytes(folder["set/U3042/cut.jpg"], jpeg[..40]);
        File.WriteAllText(folder["set/U3042/text.png"], "This is no picture.");
        File.WriteAllBytes(folder["set/U3044/really-a-png.jpg"], MadeImages.Grey(start: 5));
        File.WriteAllBytes(folder["set/U3044/huge.png"], Claiming(60_000, 60_000, png));
        File.WriteAllBytes(folder["set/U3044/damaged.png"], Damaged(png));
        File.WriteAllBytes(folder["set/loose.png"], MadeImages.Grey());
        transcript.Run($"data check {folder.Path}/set", ExitCode.Done);
        transcript.Run($"data check {folder.Path}/set --list 1", ExitCode.Done);
        transcript.Run($"data check {folder.Path}/set --list 0 --strict");
        transcript.Run($"data check {folder.Path}/set --json", ExitCode.Done);
        transcript.IsStored("messages/bad-files");
    }

    [Fact]
    public void OneClass_OrOneImage_IsNoted()
    {
        File.WriteAllBytes(folder["one/a/1.png"], MadeImages.Grey());
        File.WriteAllBytes(folder["one/a/2.png"], MadeImages.Grey(start: 1));
        File.WriteAllBytes(folder["few/a/1.png"], MadeImages.Grey());
        File.WriteAllBytes(folder["few/b/1.png"], MadeImages.Grey());
        File.WriteAllBytes(folder["few/b/2.png"], MadeImages.Grey(8, 8));
        transcript.Run($"data check {folder.Path}/one", ExitCode.Done);
        transcript.Run($"data check {folder.Path}/few", ExitCode.Done);
        transcript.IsStored("messages/few-images");
    }

    [Fact]
    public void Preview_DrawsASheet_AndNothingHalf()
    {
        MadeImages.Folder(folder);
        transcript.Run($"data preview {folder.Path}/set --out {folder.Path}/sheet.png --augment train --per-class 2", ExitCode.Done);
        transcript.Run($"data preview {folder.Path}/set --out {folder.Path}/sheet.png --json", ExitCode.Done);
        transcript.Run($"data preview {folder.Path}/set --out {folder.Path}/missing/sheet.png");
        using var sheet = SKBitmap.Decode(folder["sheet.png"]);
        Assert.True(sheet.Width > 100);
        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
        transcript.IsStored("messages/preview");
    }

    private static byte[] Claiming(uint width, uint height, byte[] png)
    {
        byte[] changed = [.. png];
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(20), height);
        return changed;
    }

    private static byte[] Damaged(byte[] png)
    {
        byte[] changed = [.. png];
        changed.AsSpan(changed.Length / 2, 8).Fill(0x55);
        return changed;
    }
}
