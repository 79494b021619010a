using Mekiki.Vision.Data;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Data;

public sealed class FolderFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Image(string name, int start = 0) => File.WriteAllBytes(folder["set/" + name], MadeImages.Grey(start: start));

    private static string LeftOut(ImageSet set) => string.Join("; ", set.Found!.LeftOut);

    [Fact]
    public void EveryFile_IsReadOrCounted()
    {
        byte[] jpeg = MadeImages.Grey(format: SKEncodedImageFormat.Jpeg);
        foreach (string name in new[] { "a/1.jfif", "a/2.jif", "a/IMG_0003", "a/photo.jpg_large", "a/1.2.840", "b/5.JPE" })
            File.WriteAllBytes(folder["set/" + name], jpeg);
        foreach (string name in new[] { "b/6.apng", "b/7" })
            Image(name);
        foreach (string name in new[] { "readme.txt", "a/LICENSE", "b/Thumbs.db", "b/x.jpg.crdownload" })
            File.WriteAllText(folder["set/" + name], "text");
        foreach (string name in new[] { "@eaDir/1.png", "a/@eaDir/x/2.png", "$RECYCLE.BIN/3.png", "lost+found/4.png", "System Volume Information/5.png", "__MACOSX/a/6.png", ".git/7.png", "a/.ipynb_checkpoints/8.png", "a/._1.png", ".DS_Store" })
            Image(name);
        Image("stray.png");
        var set = Containers.Open(folder["set"]);
        Assert.Equal(["a", "b"], set.Classes);
        Assert.Equal((8, 23), (set.Count, set.Found!.Seen));
        Assert.Equal([6, 4, 4, 1], set.Found.LeftOut.Select(r => r.Files));
        Assert.Equal(["in a folder of the system", "hidden: its name, or a folder's, begins with a dot", "no image", "cannot be read or has no class"], set.Found.LeftOut.Select(r => r.Reason));
        Assert.Equal(["stray.png: it lies in no class folder"], set.Skipped.Select(s => s.ToString()));
        Assert.Equal(3, set.Notes.Count(n => n.StartsWith("Left out, ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_AreFollowed_ButNotInCircles()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        Image("a/1.png");
        File.WriteAllBytes(folder["elsewhere/b/2.png"], MadeImages.Grey(start: 1));
        File.WriteAllBytes(folder["elsewhere/3.png"], MadeImages.Grey(start: 2));
        Directory.CreateSymbolicLink(folder["set/b"], folder["elsewhere/b"]);
        File.CreateSymbolicLink(folder["set/a/3.png"], "../../elsewhere/3.png");
        Directory.CreateSymbolicLink(folder["set/a/up"], "..");
        Directory.CreateSymbolicLink(folder["elsewhere/b/back"], folder["set"]);
        File.CreateSymbolicLink(folder["set/a/gone.png"], "nowhere.png");
        File.CreateSymbolicLink(folder["set/a/self.png"], "self.png");
        var set = Containers.Open(folder["set"]);
        Assert.Equal(["a/1.png", "a/3.png", "b/2.png"], set.Names);
        Assert.Equal("4: a link that leads back to a folder around it, or nowhere (a/gone.png, a/self.png, a/up, …)", LeftOut(set));
    }

    [Fact]
    public void LinkWhoseTargetIsRewritten_IsReadAnew()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        Image("a/1.png");
        File.WriteAllBytes(folder["target.png"], MadeImages.Grey(start: 1));
        File.CreateSymbolicLink(folder["set/a/2.png"], folder["target.png"]);
        var options = new ImageSetOptions { CacheFolder = folder["cache"], LeastClasses = 1 };
        string before = ImageSet.Open(folder["set"], options).Fingerprint;
        File.WriteAllBytes(folder["target.png"], MadeImages.Grey(start: 3));
        Assert.NotEqual(before, ImageSet.Open(folder["set"], options).Fingerprint);
    }

    [Fact]
    public void PipesAndDevices_AreNotOpened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are made by mkfifo");
        Image("a/1.png");
        Containers.Shell(folder["set"], "mkfifo a/2.png a/3 images-idx3");
        File.CreateSymbolicLink(folder["set/a/4.png"], "/dev/zero");
        var set = Containers.Open(folder["set"]);
        Assert.Equal(["a/2.png", "a/4.png"], set.Skipped.Select(s => s.Name));
        Assert.All(set.Skipped, s => Assert.Equal("expected an image, got 0 bytes (an empty file, a pipe or a device)", s.Reason));
        foreach (string path in new[] { folder["set/a/2.png"], "/dev/zero", "/dev/null" })
            Assert.Equal($"{path}: expected a folder, a zip, tar, CSV or IDX file, got 0 bytes (an empty file, a pipe or a device). Give a file that holds something.", Assert.Throws<MekikiException>(() => ImageSet.Open(path)).Message);
    }

    [Fact]
    public void NamesThatAreNotUtf8_AreNamedAndCounted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such names");
        Image("ok/1.png");
        try
        {
            Containers.Shell(folder["set"], "mkdir -p \"$(printf 'caf\\351/x')\" \"$(printf '\\377')\" && cp ok/1.png \"$(printf 'caf\\351')/1.png\" && cp ok/1.png \"$(printf 'caf\\351/x')/2.png\" && ln -s 1.png \"$(printf 'caf\\351')/3.png\" && cp ok/1.png \"$(printf 'ok/\\351.png')\"");
            var set = Containers.Open(folder["set"]);
            Assert.Equal("4: a folder or file whose name is not UTF-8, or that may not be looked into (caf\uFFFD, ok/\uFFFD.png, \uFFFD, …)", LeftOut(set));
            Assert.Equal(5, set.Found!.Seen);
        }
        finally
        {
            // The runtime cannot delete them either.
            Containers.Shell(folder.Path, "rm -r set");
        }
    }

    [Fact]
    public void Names_WithLineBreaks_AreReadAndPrintedOnOneLine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "other systems have no such names");
        Image("a/1.png");
        Image("b\nc/2.png");
        File.WriteAllText(folder["set/b\nc/\u001b.txt"], "");
        var set = Containers.Open(folder["set"]);
        Assert.Equal(["a", "b\nc"], set.Classes);
        Assert.Equal(@"1: no image (b\nc/\x1B.txt)", LeftOut(set));
    }

    [Fact]
    public void Found_IsKeptBesideCachedPixels_AndFollowsTheFolder()
    {
        Image("train/a/1.png");
        Image("train/b/2.png");
        Image("test/a/3.png");
        Image("test/b/4.png");
        var options = new ImageSetOptions { CacheFolder = folder["cache"] };
        File.WriteAllText(folder["set/1.txt"], "");
        for (int time = 0; time < 2; time++)
        {
            var set = ImageSet.Open(folder["set"], options);
            Assert.Equal((5, 4, "1: no image (1.txt)"), (set.Found!.Seen, set.Found.Read, LeftOut(set)));
            Assert.Equal((2, 2), (Split.OwnOf(set)!.Train.Length, Split.OwnOf(set)!.Test.Length));
        }

        File.WriteAllText(folder["set/2.txt"], "");
        Assert.Equal(6, ImageSet.Open(folder["set"], options).Found!.Seen);
        Assert.Equal(["test", "train"], ImageSet.Open(folder["set"], options with { Layout = FolderLayout.Classes }).Classes);
    }

    [Fact]
    public void ImagePaths_AreInNaturalOrder()
    {
        foreach (string name in new[] { "a/img10.png", "a/img2.png", "a/img1.png", "b/img02.png" })
            Image(name);
        Assert.Equal(["a/img1.png", "a/img2.png", "a/img10.png", "b/img02.png"], ImagePaths.Of(folder["set"]).Select(p => Path.GetRelativePath(folder["set"], p).Replace('\\', '/')));
    }
}
