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
    [InlineData(257, 0, "expected a pixel or more, got a header that claims 12 x 0")]
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

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Png_ThatAsksForADictionary_IsRefused(int bits) =>
        Assert.Equal("expected a whole image, got one with damaged data", Problem(RawPng.Of(1, 1, bits, 0, RawPng.Chunk("IDAT"u8, [0x78, 0xBB, 0, 0, 0, 0]))));

    [Fact]
    public void Tiff_ThatAsksForADictionary_IsRefused()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, "tiff-deflate.tif"));
        int data = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x78, 0x9C]);
        (file[data], file[data + 1]) = (0x78, 0xBB);
        Assert.Equal("expected a whole image, got one with damaged data", Problem(file));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(4, 0)]
    public void PictureWithoutPixels_IsRefused(int width, int height) =>
        Assert.Equal($"expected a pixel or more, got a header that claims {width} x {height}", Problem(RawPng.Of(width, height, 8, 0, RawPng.Zeros((width + 1L) * height))));

    [Theory]
    [InlineData(1, 350_000)]
    [InlineData(3_200_000, 1)]
    [InlineData(65_536, 1)]
    public void ThinPicture_IsRefused(int width, int height) =>
        Assert.Equal($"expected sides of at most 65,535 pixels, got a header that claims {width:N0} x {height:N0}", Problem(RawPng.Of(width, height, 8, 0, RawPng.Zeros((width + 1L) * height))));

    [Theory]
    [InlineData(1, 65_535, ImageFit.Stretch)]
    [InlineData(65_535, 1, ImageFit.Stretch)]
    [InlineData(1, 65_535, ImageFit.Pad)]
    [InlineData(65_535, 1, ImageFit.Crop)]
    public void ThinnestPicture_IsBroughtToAnySize_InAMomentAndLittleMemory(int width, int height, ImageFit fit)
    {
        byte[] file = RawPng.Of(width, height, 8, 0, RawPng.Zeros((width + 1L) * height)), scratch = [], pixels = new byte[3 * 2048 * 2048];
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(new(height, width), ImageDecoder.Decode(file, 3, 2048, 2048, fit, pixels, ref scratch));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.DoesNotContain(pixels, p => p != 0);
    }

    [Fact]
    public void RowsFirst_GivesTheSameAsColumnsFirst_ButForRounding()
    {
        // Above the limit rows come first; a part of the same picture is below it.
        const int Height = 40_000, Width = 2_000, Part = 8;
        byte[] image = new byte[Height], wide = new byte[4 * Width], narrow = new byte[4 * Part];
        for (int y = 0; y < Height; y++)
            image[y] = (byte)(y / 200);
        ResizeKernel.Run(image, new(1, Height, 1), wide, 4, Width);
        ResizeKernel.Run(image, new(1, Height, 1), narrow, 4, Part);
        for (int y = 0; y < 4; y++)
            for (int x = 0; x < Part; x++)
                Assert.InRange(wide[y * Width + x] - narrow[y * Part + x], -1, 1);
    }

    [Fact]
    public void Jpeg_ThatClaimsMoreThanItsBytesCanHold_IsRefused()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, "jpeg-progressive.jpg"));
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(frame + 5), 8192);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(frame + 7), 8192);
        Assert.Equal($"expected a whole image, got one that is cut off: {file.Length:N0} bytes cannot hold 8,192 x 8,192 pixels", Problem(file));
    }

    [Fact]
    public void Jpeg_ThatGoesThroughItsPixelsWithoutEnd_IsRefused()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, "jpeg-progressive.jpg"));
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]), scan = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(frame + 5), 4096);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(frame + 7), 4096);
        byte[] last = file[scan..^2], many = [.. file[..scan], .. Enumerable.Repeat(last, 3000).SelectMany(b => b), 0xFF, 0xD9];
        Assert.StartsWith("expected at most 64 scans of 4,096 x 4,096 pixels, got 3,0", Problem(many));
    }

    [Theory]
    [InlineData("zTXt", "a\0\0")]
    [InlineData("iTXt", "a\0\u0001\0\0\0")]
    [InlineData("iCCP", "a\0\0")]
    public void Png_WhoseTextsUnpackToGigabytes_IsReadWithoutThem(string type, string before)
    {
        byte[] text = RawPng.Chunk(Encoding.ASCII.GetBytes(type), [.. Encoding.Latin1.GetBytes(before), .. RawPng.Packed(400L << 20)]);
        byte[] file = RawPng.Of(3, 2, 16, 0, text, text, text, text, RawPng.Zeros(2 * 7), text);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long before1 = Environment.WorkingSet;
        Assert.Null(Problem(file));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
        Assert.InRange(Environment.WorkingSet - before1, long.MinValue, 100L << 20);
    }

    [Fact]
    public void FilesInFiles_AreNotLookedInto()
    {
        byte[] inside = RawPng.Of(1, 1, 8, 0, RawPng.Zeros(2));
        byte[] icon = [0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 32, 0, .. BitConverter.GetBytes(inside.Length), 22, 0, 0, 0, .. inside];
        Assert.Equal("expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else", Problem(icon));
    }

    [Theory]
    [InlineData("png-rgb8.png", 16, 4, true)]
    [InlineData("png-rgba16-interlaced.png", 16, 4, true)]
    [InlineData("gif.gif", 6, 2, false)]
    [InlineData("bmp24.bmp", 18, 4, false)]
    public void PictureWithFewerBytesThanItsPixelsNeed_IsRefused(string name, int widthPlace, int size, bool isBig)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Forms, name));
        foreach (int place in new[] { widthPlace, widthPlace + size })
        {
            byte[] side = BitConverter.GetBytes(8192)[..size];
            if (isBig)
                Array.Reverse(side);
            side.CopyTo(file, place);
        }

        if (isBig)
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Mekiki.Files.Crc32.Of(file.AsSpan(12, 17)));
        Assert.Equal($"expected a whole image, got one that is cut off: {file.Length:N0} bytes cannot hold 8,192 x 8,192 pixels", Problem(file));
    }
}
