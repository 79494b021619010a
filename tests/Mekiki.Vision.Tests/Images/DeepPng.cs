using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Files;

namespace Mekiki.Vision.Tests.Images;

/// <summary>PNGs of 16 bits a sample.</summary>
internal static class DeepPng
{
    /// <summary>A grey PNG of 16 bits a sample.</summary>
    public static byte[] Grey(int width, int height, Func<int, int, ushort> value)
    {
        var raw = new MemoryStream();
        for (int y = 0; y < height; y++)
        {
            raw.WriteByte(0);
            for (int x = 0; x < width; x++)
                raw.Write([(byte)(value(x, y) >> 8), (byte)value(x, y)]);
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(raw.ToArray());
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, 16, 0, 0, 0, 0]), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];

        static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
        {
            byte[] body = [.. type, .. content], chunk = new byte[8 + body.Length];
            BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
            body.CopyTo(chunk, 4);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc32.Of(body));
            return chunk;
        }
    }
}
