using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

public class PngReaderTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    public void Png_WithEveryFilter_GivesItsPixels(int colourType, int channels)
    {
        const int height = 25, width = 37;
        var g = new Generator((ulong)(colourType + 10 * channels));
        int step = colourType == 2 ? 3 : 1;
        byte[] pixels = Random(ref g, height * width * step), palette = Random(ref g, 3 * 256);
        byte[] file = Write(colourType, height, width, step, pixels, palette);
        Assert.True(PngReader.Understands(file, out _));
        var got = new byte[height * width * channels];
        byte[] scratch = [];
        Assert.Equal(new DecodedImage(height, width), ImageDecoder.Decode(file, channels, height, width, null, got, ref scratch));
        for (int i = 0; i < height * width; i++)
        {
            byte[] rgb = colourType switch { 0 => [pixels[i], pixels[i], pixels[i]], 2 => pixels[(3 * i)..(3 * i + 3)], _ => palette[(3 * pixels[i])..(3 * pixels[i] + 3)] };
            byte grey = colourType == 0 ? pixels[i] : (byte)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
            Assert.Equal(channels == 1 ? [grey] : rgb, got[(i * channels)..((i + 1) * channels)]);
        }
    }

    [Fact]
    public void DamagedPixels_AreReported()
    {
        var g = new Generator(1);
        byte[] pixels = Random(ref g, 400), file = Write(0, 20, 20, 1, pixels, []), got = new byte[400], scratch = [];
        int data = file.AsSpan().IndexOf("IDAT"u8) + 4;
        int reported = 0;
        for (int at = data; at < file.Length - 16; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x55;
            try
            {
                ImageDecoder.Decode(damaged, 1, 20, 20, null, got, ref scratch);
            }
            catch (UnreadableImageException)
            {
                reported++;
            }
        }

        Assert.Equal(file.Length - 16 - data, reported);
    }

    private static byte[] Random(ref Generator g, int length)
    {
        var bytes = new byte[length];
        foreach (ref byte b in bytes.AsSpan())
            b = (byte)g.NextInt32(256);
        return bytes;
    }

    // A writer of its own: row y is predicted by filter y mod 5.
    private static byte[] Write(int colourType, int height, int width, int step, byte[] pixels, byte[] palette)
    {
        var raw = new MemoryStream();
        int length = width * step;
        for (int y = 0; y < height; y++)
        {
            raw.WriteByte((byte)(y % 5));
            for (int i = 0; i < length; i++)
            {
                int left = i >= step ? pixels[y * length + i - step] : 0, up = y > 0 ? pixels[(y - 1) * length + i] : 0;
                int corner = i >= step && y > 0 ? pixels[(y - 1) * length + i - step] : 0, p = left + up - corner;
                int nearest = new[] { left, up, corner }.OrderBy(v => Math.Abs(p - v)).First();
                int predicted = (y % 5) switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => nearest };
                raw.WriteByte((byte)(pixels[y * length + i] - predicted));
            }
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(raw.ToArray());
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, (byte)colourType);
        var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]);
        Chunk("IHDR"u8, head);
        if (colourType == 3)
            Chunk("PLTE"u8, palette);
        Chunk("IDAT"u8, packed.ToArray());
        Chunk("IEND"u8, []);
        return file.ToArray();

        void Chunk(ReadOnlySpan<byte> type, byte[] content)
        {
            byte[] body = [.. type, .. content], number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            file.Write(number);
            file.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(body));
            file.Write(number);
        }
    }
}
