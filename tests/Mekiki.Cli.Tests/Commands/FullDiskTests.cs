using System.Diagnostics;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>A disk without room: a small tmpfs, where the tests may mount one.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly bool mounted;

    public FullDiskTests()
    {
        Directory.CreateDirectory(folder["disk"]);
        mounted = OperatingSystem.IsLinux() && Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", folder["disk"]);
    }

    public void Dispose()
    {
        if (mounted)
            Run("umount", folder["disk"]);
        folder.Dispose();
    }

    [Fact]
    public void Preview_SaysSo_AndLeavesNothingHalf()
    {
        Assert.SkipUnless(mounted, "Only root can mount a small disk.");
        MadeImages.Folder(folder, each: 40);
        File.WriteAllBytes(folder["disk/full"], new byte[30_000]);
        string message = TestHost.Run($"data preview {folder.Path}/set --per-class 40 --out {folder.Path}/disk/sheet.png").Mistake();
        Assert.Matches("/disk/sheet.png: expected to write it, got: No space left on device.* Free some space or choose another folder.$", message);
        Assert.Equal(["full"], Directory.GetFileSystemEntries(folder["disk"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Download_SaysSo_AndKeepsWhatFits()
    {
        Assert.SkipUnless(mounted, "Only root can mount a small disk.");
        using var server = new LoopbackServer(new byte[100_000]) { DeclaresLength = false };
        string message = TestHost.Run($"data get hiragana73 --url {server.Url} --folder {folder.Path}/disk").Mistake();
        Assert.Matches("hiragana73.zip: expected a file that can be written, got: No space left on device.*start the same download again to resume.$", message);
        server.DeclaresLength = true;
        message = TestHost.Run($"data get hiragana73 --url {server.Url} --folder {folder.Path}/disk/new").Mistake();
        Assert.Matches("/disk/new: expected 100,000 free bytes for the download, got [0-9,]+. Free some space or choose another folder.$", message);
    }

    [Fact]
    public void Cache_ThatCannotBeKept_IsANoteOnly()
    {
        Assert.SkipUnless(mounted, "Only root can mount a small disk.");
        File.WriteAllBytes(folder["disk/full"], new byte[32_768]);
        var set = ImageSet.Open(MadeImages.Folder(folder), new ImageSetOptions { CacheFolder = folder["disk/cache"] });
        Assert.Equal(6, set.Count);
        Assert.Matches("^Decoded pixels could not be kept in .*/disk/cache: .*The next start decodes again; set MEKIKI_CACHE to a folder with room.$", set.Notes.Single());
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
