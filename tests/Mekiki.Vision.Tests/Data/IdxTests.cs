using System.IO.Compression;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public class IdxTests
{
    private static readonly byte[] images = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 10, 11, 20, 21, 30, 31];
    private static readonly byte[] labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 7];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FolderOrFile_GivesImagesAndLabels(bool gzipped)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, "train-images-idx3-ubyte", images, gzipped);
        Write(folder, "train-labels-idx1-ubyte", labels, gzipped);
        foreach (string source in new[] { path, folder.Path })
        {
            var set = ImageSet.Open(source, new ImageSetOptions { Cache = false });
            Assert.Equal(["2", "7"], set.Classes);
            Assert.Equal([1, 0, 1], set.Labels.ToArray());
            Assert.Equal([20, 21], set.Image(1).ToArray());
            Assert.Equal("train/7/00002", set.Names[2]);
            Assert.Equal([10, 10, 10, 11, 11, 11], ImageSet.Open(source, new ImageSetOptions { Cache = false, Channels = 3 }).Image(0).ToArray());
        }
    }

    [Fact]
    public void TrainAndTestParts_AreOneSet_OfWhichTheOwnPartTests()
    {
        using var folder = new TemporaryFolder();
        foreach (string part in new[] { "t10k", "train" })
        {
            Write(folder, part + "-images-idx3-ubyte", images, false);
            Write(folder, part + "-labels-idx1-ubyte", labels, false);
        }

        var set = ImageSet.Open(folder.Path, new ImageSetOptions { Cache = false });
        Assert.Equal(["train/7/00000", "train/2/00001", "train/7/00002", "t10k/7/00000", "t10k/2/00001", "t10k/7/00002"], set.Names);
        var own = new DataOptions { Source = folder.Path }.Split(set);
        Assert.Equal([0, 1, 2], own.Train);
        Assert.Equal([3, 4, 5], own.Test);
        Assert.Equal([$"{folder.Path} says itself which images test: 3 of 6. Give counts or a fold to split it anew."], own.Notes);
        Assert.Equal([3, 4, 5], new DataOptions { Source = folder.Path, Validation = 1 }.Split(set).Test);
        Assert.Equal((5, 1), Sizes(new() { Source = folder.Path, Test = 1 }));
        Assert.Equal((4, 2), Sizes(new() { Source = folder.Path, Fold = "1/3" }));
        var alone = ImageSet.Open(folder["train-images-idx3-ubyte"], new ImageSetOptions { Cache = false });
        Assert.Null(Split.OwnOf(alone));

        (int, int) Sizes(DataOptions options) => (options.Split(set).Train.Length, options.Split(set).Test.Length);
    }

    [Fact]
    public void FileUnpackedBesideItsArchive_IsReadOnce()
    {
        using var folder = new TemporaryFolder();
        foreach (bool gzipped in new[] { false, true })
        {
            Write(folder, "train-images-idx3-ubyte", images, gzipped);
            Write(folder, "train-labels-idx1-ubyte", labels, gzipped);
        }

        Assert.Equal(["train/7/00000", "train/2/00001", "train/7/00002"], ImageSet.Open(folder.Path, new ImageSetOptions { Cache = false }).Names);
    }

    [Fact]
    public void WrongLengths_AreNamed()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, "train-images-idx3-ubyte", images[..^1], false);
        Assert.Equal($"{path}: expected 3 images of 2 x 1 pixels, got 21 bytes. Download it again.", Message());
        Write(folder, "train-images-idx3-ubyte", images, false);
        Assert.Equal($"{path}: expected the labels beside it in train-labels-idx1-ubyte, got no such file. Put both into one folder.", Message());
        string labelPath = Write(folder, "train-labels-idx1-ubyte", labels[..^1], false);
        Assert.Equal($"{labelPath}: expected 3 labels, got 2. Download it again.", Message());
        Write(folder, "train-images-idx3-ubyte", [0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 16, 0, 0, 0, 16, 0, 1], false);
        Assert.Equal($"{path}: expected an IDX file of at most 17 bytes, got one that promises 72,057,594,021,150,736 bytes. Give another file.", Message());
        Write(folder, "train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 255, 255, 0, 0, 0, 64, 0, 0, 0, 64, 1], false);
        Assert.Equal($"{path}: expected 65,535 images of 64 x 64 pixels, got 17 bytes. Download it again.", Message());

        string Message() => Assert.Throws<MekikiException>(() => ImageSet.Open(path, new ImageSetOptions { Cache = false })).Message;
    }

    [Fact]
    public void GzipOfZeros_IsRefused_BeforeItIsUnpacked()
    {
        using var folder = new TemporaryFolder();
        byte[] zeros = new byte[(1 << 26) + 16];
        new byte[] { 0, 0, 8, 3, 0, 4, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32 }.CopyTo(zeros, 0);
        string path = Write(folder, "train-images-idx3-ubyte", [.. zeros, .. new byte[(200 << 20)]], true);
        byte[] packed = File.ReadAllBytes(path);
        // Other tests run beside it: what this thread takes counts.
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<MekikiException>(() => ImageSet.Open(path, new ImageSetOptions { Cache = false })).Message;
        Assert.Equal($"{path}: expected an IDX file of at most 67,108,864 bytes, got one that promises 268,435,472 bytes. Give another file.", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.InRange(packed.Length, 0, 1 << 20);
    }

    private static string Write(TemporaryFolder folder, string name, byte[] bytes, bool gzipped)
    {
        string path = folder[gzipped ? name + ".gz" : name];
        using Stream stream = gzipped ? new GZipStream(File.Create(path), CompressionMode.Compress) : File.Create(path);
        stream.Write(bytes);
        return path;
    }
}
