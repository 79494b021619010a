using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Files;

namespace Mekiki.Vision.Tests.Images;

/// <summary>Writes PNGs chunk by chunk, wrong ones too.</summary>
internal static class RawPng
{
    /// <summary>The signature and the chunks, behind the header and before the end.</summary>
    public static byte[] Of(int width, int height, int bits, int colours, params byte[][] chunks)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bits, (byte)colours);
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, header), .. chunks.SelectMany(c => c), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A chunk with its checksum.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] body = [.. type, .. content], chunk = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc32.Of(body));
        return chunk;
    }

    /// <summary>The chunk with so many zeros, packed: white or black rows without a filter.</summary>
    public static byte[] Zeros(long count) => Chunk("IDAT"u8, Packed(count));

    /// <summary>So many zeros, packed.</summary>
    public static byte[] Packed(long count)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (; count > 0; count -= zeros.Length)
                zlib.Write(zeros, 0, (int)Math.Min(zeros.Length, count));
        }

        return packed.ToArray();
    }
}
