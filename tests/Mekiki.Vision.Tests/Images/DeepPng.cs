using System.IO.Compression;

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
        return RawPng.Of(width, height, 16, 0, RawPng.Chunk("IDAT"u8, packed.ToArray()));
    }
}
