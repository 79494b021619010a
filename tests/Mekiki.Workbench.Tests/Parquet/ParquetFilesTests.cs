using Mekiki.Vision.Data;
using Mekiki.Workbench.Parquet;

namespace Mekiki.Workbench.Tests.Parquet;

/// <summary>Parquet files of Apache Arrow's library, packed in each way, and pages that claim what they do not hold.</summary>
public sealed class ParquetFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> FilesOfArrow => [.. Directory.GetFiles(ArrowFolder).Select(f => Path.GetFileName(f)!).Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string ArrowFolder => Path.Combine(Shared.Repository!, "tests", "parquet");

    public void Dispose() => folder.Dispose();

    /// <summary>tests/parquet/make.cs made them: 12 rows of six pictures in turn, the eighth absent, and a group of one row without a picture.</summary>
    [Theory]
    [MemberData(nameof(FilesOfArrow))]
    public void FilesOfArrow_AreRead_HoweverTheyArePacked(string name)
    {
        var skipped = ParquetImages.WriteTar(name, [Path.Combine(ArrowFolder, name)], folder["set.tar"], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([$"{name}, row 7", $"{name}, row 12"], skipped.Select(s => s.Name));
        Assert.All(skipped, s => Assert.Equal("it has no image", s.Reason));
        var set = ImageSet.Open(folder["set.tar"], new ImageSetOptions { Cache = false });
        var rows = Enumerable.Range(0, 12).Where(i => i != 7).Select(i => (Name: $"{(i % 2 == 0 ? "cat" : "dog")}/00000-{i:D8}.png", Tone: 40 * (i % 6) + 20));
        Assert.Equal(rows.Order(), Enumerable.Range(0, set.Count).Select(i => (set.Names[i], (int)set.Image(i)[0])).Order());
    }

    /// <summary>Whatever packed bytes claim, unpacking takes the memory of the page, and little more.</summary>
    [Fact]
    public void PackedBytesThatClaimMore_AreRefused_BeforeMemoryIsTaken()
    {
        // zstd: a frame of one block of one byte 4 MiB times, with a window of 1 GiB; LZ4: a match of a gigabyte; Hadoop's: blocks of 2 GiB.
        byte[] window = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA0, 0x03, 0x00, 0x10, 7];
        byte[] content = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 1, 0, 0, 0x03, 0x00, 0x10, 7];
        byte[] match = [0x1F, 7, 1, 0, .. Enumerable.Repeat((byte)255, 4 << 20), 0];
        byte[] hadoop = [0x7F, 255, 255, 255, 0, 0, 0, 4, 0x1F, 7, 1, 0];
        foreach (var (codec, bytes) in new[] { (6, window), (6, content), (7, match), (5, hadoop), (5, [0, 0, 0, 8, 255, 255, 255, 255, 1]), (5, [0, 0]) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var e = Assert.Throws<InvalidDataException>(() => PagePacking.Unpack(bytes, codec, 1000));
            Assert.Equal("a page of it is damaged", e.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        Assert.Equal("it is packed by LZO, which is not read; write it with snappy, gzip or zstd", Assert.Throws<InvalidDataException>(() => PagePacking.Unpack([1], 3, 1)).Message);
    }
}
