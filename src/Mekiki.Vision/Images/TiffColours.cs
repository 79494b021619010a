using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Files;

namespace Mekiki.Vision.Images;

/// <summary>Reads a TIFF whose colour profile is followed: a few rows after another become a PNG with that profile, which the general decoder converts to sRGB.</summary>
internal static class TiffColours
{
    // As many as a decoder may take without asking for room, beside the room that is taken already.
    private const int MostPixels = 1 << 16;

    /// <summary>Decodes into (H, W, C), sRGB; transparency is laid over white.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="page">Its first page.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="pixels">Receives them.</param>
    /// <param name="room">Memory, as much as the page says and three bytes a pixel.</param>
    /// <exception cref="UnreadableImageException">The data are damaged or too few, or packed in a way that is not read.</exception>
    public static void Read(ReadOnlySpan<byte> file, TiffPage page, int channels, Span<byte> pixels, DecodingRoom.Place room)
    {
        bool isGrey = page.Photometric is 0 or 1;
        int samples = isGrey ? 1 : 3, row = page.Width * samples, length = page.Height * row;
        var stored = room.Array(length).AsSpan(0, length);
        TiffReader.Read(file, page, samples, stored, room);
        byte[] profile = [.. "profile\0\0"u8, .. Packed(page.Profile(file), CompressionLevel.Fastest)], scratch = [];
        int rows = Math.Max(1, MostPixels / page.Width);
        var lines = new byte[rows * (1 + row)];
        for (int y = 0; y < page.Height; y += rows)
        {
            int height = Math.Min(rows, page.Height - y);
            // Behind the number of its prediction, which is none.
            for (int line = 0; line < height; line++)
                stored.Slice((y + line) * row, row).CopyTo(lines.AsSpan(line * (1 + row) + 1));
            byte[] png = Png(page.Width, height, isGrey, profile, lines.AsSpan(0, height * (1 + row)));
            ImageDecoder.Decode(png, channels, height, page.Width, null, pixels.Slice(y * page.Width * channels, height * page.Width * channels), ref scratch);
        }
    }

    private static byte[] Png(int width, int height, bool isGrey, byte[] profile, ReadOnlySpan<byte> lines)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, isGrey ? (byte)0 : (byte)2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("iCCP"u8, profile), .. Chunk("IDAT"u8, Packed(lines, CompressionLevel.NoCompression)), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32.Of(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }

    private static byte[] Packed(ReadOnlySpan<byte> bytes, CompressionLevel level)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, level, leaveOpen: true))
            zlib.Write(bytes);
        return packed.ToArray();
    }
}
