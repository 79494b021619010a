using System.Buffers.Binary;
using System.Text;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Images;

/// <summary>Files that are cut off, damaged, lie about their size, or are of another format: a reason, no memory, no other exception.</summary>
public class HostileImageTests
{
    private static string Forms => Path.Combine(AppContext.BaseDirectory, "Images", "Forms");

    private static string? Problem(byte[] file)
    {
        byte[] scratch = [], pixels = new byte[8 * 12 * 3];
        try
        {
            ImageDecoder.ReadHeader(file);
            ImageDecoder.Decode(file, 3, 8, 12, ImageFit.Pad, pixels, ref scratch);
            return null;
        }
        catch (UnreadableImageException e)
        {
            return e.Message;
        }
    }

    public static TheoryData<string> Tiffs() => [.. Directory.GetFiles(Forms, "*.tif").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Tiffs))]
    public void Tiff_CutOffOrDamaged_IsRefusedOrRead(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Forms, name));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int refused = 0, tried = 0;
        for (int cut = 0; cut < whole.Length; cut += Math.Max(1, whole.Length / 100), tried++)
            refused += Problem(whole[..cut]) is null ? 0 : 1;
        // Of several pages, all but the first may be missing.
        Assert.True(refused > tried / 6, $"Expected many of {tried} to be refused, got {refused}.");
        var generator = new Generator(3, (ulong)name.Length);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            for (int n = 1 + generator.NextInt32(4); n > 0; n--)
                damaged[generator.NextInt32(whole.Length)] = generator.NextInt32(3) == 0 ? (byte)255 : (byte)generator.NextInt32(256);
            Problem(damaged);
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2L << 30);
    }

    [Theory]
    [InlineData(256, 60_000, "expected at most 64 megapixels, got a header that claims 60,000 x 8")]
    [InlineData(257, 0, "expected at most 64 megapixels, got a header that claims 12 x 0")]
    [InlineData(277, 40_000, "expected a TIFF of a usual kind, got 40000 samples of 8 bits a pixel; convert it to PNG, for example with `magick FILE FILE.png`")]
    [InlineData(259, 34_887, "expected a TIFF of a usual kind, got packing number 34887; convert it to PNG, for example with `magick FILE FILE.png`")]
    public void Tiff_ThatClaimsTooMuch_IsRefused(int tag, int value, string expected)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, "tiff-rgb.tif"));
        int at = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)) + 2;
        while (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) != tag)
            at += 12;
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(at + 2), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 8), tag == 256 ? 60_000_000 / 1000 : value);
        if (tag == 256)
        {
            int height = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)) + 2;
            while (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(height)) != 257)
                height += 12;
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(height + 2), 4);
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(height + 8), 60_000);
            expected = expected.Replace(" x 8", " x 60,000", StringComparison.Ordinal);
        }

        Assert.Equal(expected, Problem(file));
    }

    [Theory]
    [InlineData("\0\0\0\u0020ftypavif\0\0\0\0", "an AVIF")]
    [InlineData("\0\0\0\u0020ftypheic\0\0\0\0", "a HEIC")]
    [InlineData("\0\0\0\u000CJXL \r\n", "a JPEG XL")]
    [InlineData("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG")]
    [InlineData("P6 3 3 255\n", "a PBM, PGM or PPM")]
    public void OtherFormat_IsNamed_WithTheRemedy(string start, string name) => Assert.Equal(
        $"expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got {name}; convert it to PNG, for example with `magick FILE FILE.png`",
        Problem(Encoding.Latin1.GetBytes(start)));

    [Theory]
    [InlineData("png-rgb8.png")]
    [InlineData("png-rgba8-interlaced.png")]
    public void Png_CutBeforeItsLastChunk_IsRead_AndCutBeforeThat_IsRefused(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Forms, name));
        for (int cut = 24; cut < whole.Length; cut++)
            Assert.True((Problem(whole[..cut]) is null) == (cut >= whole.Length - 12), $"{name} cut after {cut} of {whole.Length}");
    }

    [Fact]
    public void SixteenBits_OfWhichFewAreUsed_LookBlack()
    {
        byte[] scratch = [], pixels = new byte[8 * 12];
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, "tiff-grey16.tif"));
        Assert.False(ImageDecoder.Decode(file, 1, 8, 12, null, pixels, ref scratch).LooksBlack);
        // The pixels, in the beginning of the file as Pillow writes it: from all of 16 bits to the lowest twelve.
        int at = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)) + 2;
        while (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) != 273)
            at += 12;
        int data = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
        for (int i = 0; i < 8 * 12; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(data + 2 * i), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(data + 2 * i)) >> 4));
        Assert.True(ImageDecoder.Decode(file, 1, 8, 12, null, pixels, ref scratch).LooksBlack);
        Assert.True(ImageDecoder.Decode(file, 1, 5, 5, ImageFit.Pad, pixels.AsSpan(0, 25), ref scratch).LooksBlack);
    }
}
