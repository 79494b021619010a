#!/usr/bin/env dotnet
#:package ParquetSharp@25.0.1.2
#:property PublishAot=false
// Makes the Parquet files of this folder by Apache Arrow's own library (C++, the one in pyarrow), each way of packing with both forms of pages:
//   dotnet run make.cs
// 13 rows: six grey pictures of 24x24 pixels twice, of classes cat and dog in turn, of which row 7 is absent; and, in a group of its own, a row without a picture.
using System.IO.Compression;
using ParquetSharp;
using File = System.IO.File;

const string Features = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}""";
byte[][] pictures = [.. Enumerable.Range(0, 6).Select(i => Png((byte)(40 * i + 20)))];
foreach (var (name, packing) in new[] { ("none", Compression.Uncompressed), ("snappy", Compression.Snappy), ("gzip", Compression.Gzip), ("brotli", Compression.Brotli), ("zstd", Compression.Zstd), ("lz4", Compression.Lz4), ("lz4-hadoop", Compression.Lz4Hadoop) })
    foreach (var form in new[] { ParquetDataPageVersion.V1, ParquetDataPageVersion.V2 })
    {
        using var properties = new WriterPropertiesBuilder().Compression(packing).DataPageVersion(form).Build();
        using var file = new ParquetFileWriter($"{name}-{form.ToString().ToLowerInvariant()}.parquet", [new Column<byte[]>("image"), new Column<long>("label")], properties, new Dictionary<string, string> { ["huggingface"] = Features });
        Write(file, [.. Enumerable.Range(0, 12).Select(i => i == 7 ? null : pictures[i % 6])]);
        Write(file, [null]);
        file.Close();
    }

static void Write(ParquetFileWriter file, byte[]?[] images)
{
    using var rows = file.AppendRowGroup();
    using (var column = rows.NextColumn().LogicalWriter<byte[]?>())
        column.WriteBatch(images);
    using (var column = rows.NextColumn().LogicalWriter<long>())
        column.WriteBatch([.. images.Select((_, i) => i % 2L)]);
}

// Of one tone, without a library.
static byte[] Png(byte tone)
{
    const int Side = 24;
    var pixels = new MemoryStream();
    using (var packer = new ZLibStream(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
        for (int y = 0; y < Side; y++)
            packer.Write([0, .. Enumerable.Repeat(tone, Side)]);
    var whole = new List<byte>([0x89, .. "PNG\r\n\u001a\n"u8]);
    Chunk("IHDR"u8, [0, 0, 0, Side, 0, 0, 0, Side, 8, 0, 0, 0, 0]);
    Chunk("IDAT"u8, pixels.ToArray());
    Chunk("IEND"u8, []);
    return [.. whole];

    void Chunk(ReadOnlySpan<byte> kind, byte[] content)
    {
        byte[] summed = [.. kind, .. content];
        whole.AddRange(BigEndian((uint)content.Length));
        whole.AddRange(summed);
        whole.AddRange(BigEndian(Crc(summed)));
    }

    static byte[] BigEndian(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    static uint Crc(byte[] bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
