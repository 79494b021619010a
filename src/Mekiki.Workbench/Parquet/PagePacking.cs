using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace Mekiki.Workbench.Parquet;

/// <summary>Unpacks the pages of Parquet files, by Parquet's numbers for ways of packing.</summary>
/// <remarks>Each takes the memory of the unpacked page, which the caller has held against its limits, and no more than a megabyte beside it, whatever the packed bytes claim.</remarks>
internal static class PagePacking
{
    private const int None = 0, SnappyBlock = 1, Gzip = 2, Lzo = 3, Brotli = 4, Lz4Hadoop = 5, Zstd = 6, Lz4 = 7;

    /// <summary>Unpacks a page.</summary>
    /// <param name="packed">Its bytes in the file.</param>
    /// <param name="codec">Parquet's number for how it is packed.</param>
    /// <param name="plainLength">How long it is unpacked.</param>
    /// <exception cref="InvalidDataException">It is damaged, of another length, or packed in a way that is not read.</exception>
    public static byte[] Unpack(byte[] packed, int codec, int plainLength)
    {
        if (codec == None)
            return packed.Length == plainLength ? packed : throw Damaged();
        if (codec is not (SnappyBlock or Gzip or Brotli or Lz4Hadoop or Zstd or Lz4))
            throw new InvalidDataException($"it is packed by {(codec == Lzo ? "LZO" : $"a way of number {codec}")}, which is not read; write it with snappy, gzip or zstd");
        // A page of rows without values.
        if (plainLength == 0)
            return [];
        var plain = new byte[plainLength];
        switch (codec)
        {
            case SnappyBlock:
                Snappy.Unpack(packed, plain);
                break;
            case Gzip:
                Read(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress), plain);
                break;
            case Brotli:
                Read(new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress), plain);
                break;
            case Zstd:
                UnpackZstd(packed, plain);
                break;
            case Lz4:
                Require(LZ4Codec.Decode(packed, plain) == plain.Length);
                break;
            default:
                UnpackHadoop(packed, plain);
                break;
        }

        return plain;
    }

    private static void Read(Stream stream, byte[] plain)
    {
        using (stream)
            try
            {
                stream.ReadExactly(plain);
            }
            catch (Exception e) when (e is EndOfStreamException or InvalidOperationException)
            {
                throw Damaged();
            }
    }

    // As a whole, into memory that is there: so the window that a frame claims is not taken.
    private static void UnpackZstd(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        using var unpacker = new Decompressor();
        try
        {
            Require(unpacker.Unwrap(packed, plain) == plain.Length);
        }
        catch (ZstdException)
        {
            throw Damaged();
        }
    }

    // LZ4 as Hadoop's programs write it: before each block its unpacked and its packed length, most significant byte first.
    private static void UnpackHadoop(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        while (packed.Length > 0)
        {
            Require(packed.Length >= 8);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(packed), size = BinaryPrimitives.ReadUInt32BigEndian(packed[4..]);
            packed = packed[8..];
            Require(size <= packed.Length && length <= plain.Length);
            Require(LZ4Codec.Decode(packed[..(int)size], plain[..(int)length]) == length);
            packed = packed[(int)size..];
            plain = plain[(int)length..];
        }

        Require(plain.Length == 0);
    }

    private static void Require(bool whole)
    {
        if (!whole)
            throw Damaged();
    }

    private static InvalidDataException Damaged() => new("a page of it is damaged");
}
