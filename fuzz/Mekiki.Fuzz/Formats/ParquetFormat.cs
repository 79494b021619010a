using global::Parquet;
using global::Parquet.Schema;
using Mekiki.Fuzz.Mutations;
using Mekiki.Workbench.Parquet;

namespace Mekiki.Fuzz.Formats;

/// <summary>Tables of images, as another library writes them.</summary>
internal static class ParquetFormat
{
    private const int Rows = 6;
    private const string Features = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}""";

    public static IEnumerable<Format> All { get; } =
    [
        new("parquet", Seeds, ByteMutation.Apply, (input, work) => ParquetImages.WriteTar("x.parquet", [work.Write("x.parquet", input)], Path.Combine(work.Folder, "x.tar"))),
    ];

    // This library's without packing, and those of Arrow's, packed in each way.
    private static IEnumerable<byte[]> Seeds() =>
        [Write().GetAwaiter().GetResult(), .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Parquet")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // A struct of bytes and path, one of them absent, and a number.
    private static async Task<byte[]> Write()
    {
        byte[][] pictures = [.. ImageFormats.Forms(".png").Take(Rows)];
        var (bytes, path, label) = (new DataField<byte[]>("bytes"), new DataField<string>("path"), new DataField<long>("label"));
        var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(new StructField("image", bytes, path), label), stream, new ParquetOptions { CompressionMethod = CompressionMethod.None }))
        {
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Features };
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync(bytes, [.. Enumerable.Range(0, Rows).Select(i => i == 2 ? null! : pictures[i % pictures.Length])]);
            await rows.WriteAsync(path, [.. Enumerable.Range(0, Rows).Select(i => $"{i % 3}.png")]);
            await rows.WriteAsync<long>(label, Enumerable.Range(0, Rows).Select(i => i % 2L).ToArray());
        }

        return stream.ToArray();
    }
}
