using global::Parquet;
using global::Parquet.Schema;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Parquet files, written by another library, become shards.</summary>
public sealed class DataPackParquetTests : IDisposable
{
    private const string Features = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}""";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Lz4Raw)]
    public async Task FilesOfHuggingFacesForm_AreImagesWithClassesAndParts(CompressionMethod method)
    {
        await Write("data/train-00000-of-00002.parquet", 0, 40, method);
        await Write("data/train-00001-of-00002.parquet", 40, 40, method);
        await Write("data/test-00000-of-00001.parquet", 80, 20, method);
        var packed = TestHost.Run("data", "pack", folder["data"], "--out", folder["shards"], "--shard-size", "64K", "--json");
        Assert.Equal((0, ""), (packed.Code, packed.Error.Contains("left out", StringComparison.Ordinal) ? packed.Error : ""));
        Assert.Contains("\"images\":100,\"classes\":2", packed.Out);
        Assert.False(File.Exists(folder["shards.table.tar"]));

        var set = Vision.Data.ImageSet.Open(folder["shards"], new Vision.Data.ImageSetOptions { Cache = false });
        Assert.Equal(["cat", "dog"], set.Classes);
        Assert.Equal([50, 50], set.CountPerClass());
        Assert.Equal(20, set.Names.Count(n => n.StartsWith("test/", StringComparison.Ordinal)));
        // Row 7 of the last file, in the order of their names, is image 47.
        int image = Array.FindIndex([.. set.Names], n => n == "train/dog/00002-00000007.png");
        Assert.Equal(47, set.Image(image)[0]);
    }

    [Fact]
    public async Task RowsWithoutAClassOrAnImage_AreNamed_AndTextsAreClasses()
    {
        var (image, label) = (new DataField<byte[]>("image"), new DataField<string>("label"));
        byte[]?[] images = [Png(1), Png(2), null, Png(4), [1, 2, 3]];
        await Save("set.parquet", new ParquetSchema(image, label), null, CompressionMethod.Snappy, async rows =>
        {
            await rows.WriteAsync(image, images!);
            await rows.WriteAsync(label, (string[])["kana", "kanji", "kana", null!, "kana"]);
        });
        var packed = TestHost.Run("data", "pack", folder["set.parquet"], "--out", folder["shards"]);
        Assert.Equal(0, packed.Code);
        Assert.Contains("set.parquet, row 2: it has no image. Left out.", packed.Error);
        Assert.Contains("set.parquet, row 3: it has no class. Left out.", packed.Error);
        Assert.Contains("kana/00000-00000004.png: ", packed.Error);
        Assert.Contains("2 images of 2 classes", packed.Out);
    }

    [Fact]
    public async Task OtherTables_AreRefusedInOneMessage()
    {
        var (image, number, price) = (new DataField<byte[]>("image"), new DataField<long>("label"), new DataField<double>("price"));
        await Save("price.parquet", new ParquetSchema(price), null, CompressionMethod.None, async rows => await rows.WriteAsync<double>(price, new[] { 1.0 }));
        Assert.Contains("expected a column image with bytes of images, got columns price", Refused("price.parquet"));
        await Save("image.parquet", new ParquetSchema(image), null, CompressionMethod.None, async rows => await rows.WriteAsync(image, [Png(1)]));
        Assert.Contains("expected a column label with the class of each image, got columns image", Refused("image.parquet"));
        await Save("class.parquet", new ParquetSchema(image, number), Features, CompressionMethod.None, async rows =>
        {
            await rows.WriteAsync(image, [Png(1)]);
            await rows.WriteAsync<long>(number, new[] { 2L });
        });
        Assert.Contains("expected classes below 2, as many as have names, got 2 in row 0", Refused("class.parquet"));
        await Write("whole.parquet", 0, 20, CompressionMethod.Zstd);
        File.WriteAllText(folder["text.parquet"], "hello, this is no table");
        Assert.Contains("it is no Parquet file", Refused("text.parquet"));
        Directory.CreateDirectory(folder["full/x"]);
        Assert.Contains("expected a new or an empty folder", TestHost.Run("data", "pack", folder["whole.parquet"], "--out", folder["full"]).Mistake());
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Lz4Raw)]
    public async Task DamagedFile_IsOneMistake_OrOtherImages(CompressionMethod method)
    {
        await Write("whole.parquet", 0, 12, method);
        byte[] whole = File.ReadAllBytes(folder["whole.parquet"]);
        var generator = new Random(3);
        int refused = 0;
        for (int i = 0; i < 60; i++)
        {
            byte[] bytes = i % 5 == 0 ? whole[..generator.Next(whole.Length)] : [.. whole];
            for (int k = 0; k <= i % 3 && bytes.Length > 0; k++)
                bytes[generator.Next(bytes.Length)] = (byte)generator.Next(256);
            File.WriteAllBytes(folder["damaged.parquet"], bytes);
            try
            {
                Workbench.Parquet.ParquetImages.WriteTar("damaged", [folder["damaged.parquet"]], folder["damaged.tar"], cancellation: TestContext.Current.CancellationToken);
            }
            catch (MekikiException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10, 60);
    }

    private string Refused(string name)
    {
        string message = TestHost.Run("data", "pack", folder[name], "--out", folder["out"]).Mistake();
        Assert.False(File.Exists(folder["out.table.tar"]));
        return message;
    }

    // Two groups of rows of a struct of bytes and path, and a number.
    private async Task Write(string name, int from, int count, CompressionMethod method)
    {
        DataField<byte[]> bytes = new("bytes");
        DataField<string> path = new("path");
        DataField<long> label = new("label");
        await Save(name, new ParquetSchema(new StructField("image", bytes, path), label), Features, method, async rows =>
        {
            int[] images = [.. Enumerable.Range(from, count / 2)];
            await rows.WriteAsync(bytes, images.Select(Png).ToArray());
            await rows.WriteAsync(path, images.Select(i => $"{i}.png").ToArray());
            await rows.WriteAsync<long>(label, images.Select(i => i % 2L).ToArray());
            from += count / 2;
        }, groups: 2);
    }

    private async Task Save(string name, ParquetSchema schema, string? features, CompressionMethod method, Func<ParquetRowGroupWriter, Task> write, int groups = 1)
    {
        await using var stream = File.Create(folder[name]);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = method });
        if (features is not null)
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = features };
        for (int g = 0; g < groups; g++)
        {
            using var rows = writer.CreateRowGroup();
            await write(rows);
        }
    }

    // Grey, of its number.
    private static byte[] Png(int number)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor((byte)number, (byte)number, (byte)number));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
