using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Files that change and keep their length and their time: pixels that were kept are not taken for theirs.</summary>
public sealed class StalePixelsTests : IDisposable
{
    private static readonly DateTime time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FilesSwappedBetweenClasses_AreReadAnew()
    {
        byte first = Open().Image(0)[0];
        File.Move(folder["set/a/0.bmp"], folder["set/x"]);
        File.Move(folder["set/b/0.bmp"], folder["set/a/0.bmp"]);
        File.Move(folder["set/x"], folder["set/b/0.bmp"]);
        Assert.NotEqual(first, Open(make: false).Image(0)[0]);
    }

    [Fact]
    public void FileWrittenOver_WithItsOldTime_IsReadAnew()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells.");
        byte first = Open().Image(0)[0];
        Write("set/a/0.bmp", 77);
        Assert.NotEqual(first, Open(make: false).Image(0)[0]);
    }

    [Fact]
    public void TargetOfALink_WrittenOver_IsReadAnew()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        Write("elsewhere.bmp", 5);
        Directory.CreateDirectory(folder["set/a"]);
        File.CreateSymbolicLink(folder["set/a/9.bmp"], folder["elsewhere.bmp"]);
        byte[] before = Open().Image(1).ToArray();
        File.WriteAllBytes(folder["elsewhere.bmp"], Picture(200));
        Assert.NotEqual(before, Open(make: false).Image(1).ToArray());
    }

    [Fact]
    public void ContentsTell_WhereTheSystemDoesNot()
    {
        Write("a", 1);
        Write("b", 2);
        File.WriteAllText(folder["c"], "another length");
        string[] paths = [folder["a"], folder["b"], folder["c"]], versions = ["same", "same", "other"];
        FileVersions.Refine(paths, versions, byContents: true);
        Assert.Equal("other", versions[2]);
        Assert.NotEqual(versions[0], versions[1]);
    }

    private static byte[] Picture(byte value)
    {
        // 4x4 pixels, 24 bits: all pictures have one length.
        var bmp = new byte[54 + 48];
        (bmp[0], bmp[1], bmp[2], bmp[10], bmp[14], bmp[18], bmp[22], bmp[26], bmp[28]) = ((byte)'B', (byte)'M', (byte)bmp.Length, 54, 40, 4, 4, 1, 24);
        bmp.AsSpan(54).Fill(value);
        return bmp;
    }

    private void Write(string name, byte value)
    {
        File.WriteAllBytes(folder[name], Picture(value));
        File.SetLastWriteTimeUtc(folder[name], time);
    }

    private ImageSet Open(bool make = true)
    {
        if (make)
        {
            Write("set/a/0.bmp", 10);
            Write("set/b/0.bmp", 250);
        }

        return ImageSet.Open(folder["set"], new ImageSetOptions { CacheFolder = folder["cache"] });
    }
}
