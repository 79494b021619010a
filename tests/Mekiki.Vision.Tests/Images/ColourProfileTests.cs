using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Tests.Data;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Images;

/// <summary>Colour profiles beside what <see cref="ImageFormTests"/> tries: large pictures, damaged ones, and what a set says.</summary>
public class ColourProfileTests
{
    private static string Forms => Path.Combine(AppContext.BaseDirectory, "Images", "Forms");

    // The decoder shrinks such a JPEG while it unpacks it.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void LargeJpeg_IsConvertedAtAnySize(int channels)
    {
        byte[] file = DisplayP3(320, 240), scratch = [];
        var whole = new byte[320 * 240 * channels];
        Assert.Equal(new DecodedImage(240, 320), ImageDecoder.Decode(file, channels, 240, 320, null, whole, ref scratch));
        byte[] small = new byte[24 * 32 * channels], expected = new byte[small.Length];
        Assert.Equal(new DecodedImage(240, 320), ImageDecoder.Decode(file, channels, 24, 32, ImageFit.Crop, small, ref scratch));
        FitKernel.Run(whole, new ImageShape(channels, 240, 320), ImageFit.Crop, expected, 24, 32);
        Assert.All(small.Zip(expected), p => Assert.InRange(p.First - p.Second, -3, 3));
    }

    [Fact]
    public void DisplayP3_IsNotTakenForSrgb()
    {
        // Red and green of the middle: a green that sRGB lacks goes to its border.
        byte[] file = DisplayP3(16, 16), scratch = [], pixels = new byte[16 * 16 * 3];
        ImageDecoder.Decode(file, 3, 16, 16, null, pixels, ref scratch);
        var (red, green, blue) = (pixels[3 * 8 * 17], pixels[3 * 8 * 17 + 1], pixels[3 * 8 * 17 + 2]);
        // In sRGB (60, 200, 90) of Display P3 is about (less than 0, 203, 73).
        Assert.InRange(red, 0, 2);
        Assert.InRange(green, 201, 206);
        Assert.InRange(blue, 70, 76);
    }

    [Fact]
    public void LargeTiff_IsConvertedInPieces_AsOnePng()
    {
        const int Width = 300, Height = 500;
        byte[] profile = PngReader.Profile(File.ReadAllBytes(Path.Combine(Forms, "png-profile-grey.png"))).ToArray(), grey = new byte[Width * Height], scratch = [];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)(i % Width + i / Width);
        foreach (int channels in new[] { 1, 3 })
        {
            byte[] tiff = new byte[grey.Length * channels], png = new byte[tiff.Length];
            Assert.Equal(new DecodedImage(Height, Width), ImageDecoder.Decode(GreyTiff(Width, Height, grey, profile), channels, Height, Width, null, tiff, ref scratch));
            ImageDecoder.Decode(GreyPng(Width, Height, grey, profile), channels, Height, Width, null, png, ref scratch);
            Assert.Equal(png, tiff);
            Assert.NotEqual(grey[1000], tiff[1000 * channels]);
        }
    }

    [Fact]
    public void ProfileCutAnywhere_NeverRefusesThePicture()
    {
        byte[] profile = PngReader.Profile(File.ReadAllBytes(Path.Combine(Forms, "png-profile-p3.png"))).ToArray(), scratch = [], pixels = new byte[4 * 4 * 3];
        int followed = 0;
        for (int length = 1; length <= profile.Length; length++)
        {
            byte[] content = new byte[4 * 4], jpeg = Jpeg(profile[..length]);
            followed += ImageDecoder.Decode(jpeg, 3, 4, 4, null, pixels, ref scratch).IgnoresProfile ? 0 : 1;
            Assert.Equal(new(4, 4, IgnoresProfile: length < profile.Length), ImageDecoder.Decode(GreyPng(4, 4, content, profile[..length]), 3, 4, 4, null, pixels, ref scratch));
            ImageDecoder.Decode(GreyTiff(4, 4, content, profile[..length]), 3, 4, 4, null, pixels, ref scratch);
        }

        Assert.InRange(followed, 1, 4);
    }

    [Fact]
    public void UnfollowedProfiles_AreTold()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 2);
        var options = new ImageSetOptions { Channels = 3, Height = 8, Width = 12, CacheFolder = folder["cache"] };
        File.Copy(Path.Combine(Forms, "png-profile-p3.png"), folder["set/U3042/followed.png"]);
        Assert.DoesNotContain(ImageSet.Open(path, options).Notes, n => n.Contains("profile"));
        foreach (string name in new[] { "png-icc-damaged.png", "tiff-icc-cmyk.tif", "webp-icc-damaged.webp", "jpeg-icc-inks.jpg" })
        {
            File.Copy(Path.Combine(Forms, name), folder[$"set/U3042/{name}"]);
            if (name.StartsWith("png", StringComparison.Ordinal))
                Assert.Equal("1 image has a colour profile that cannot be followed (U3042/png-icc-damaged.png): their colours are taken as they stand. If these look wrong, save the images as sRGB with the program that made them.", Assert.Single(ImageSet.Open(path, options).Notes, n => n.Contains("profile")));
        }

        string note = Assert.Single(ImageSet.Open(path, options).Notes, n => n.Contains("profile"));
        Assert.StartsWith("4 images have a colour profile that cannot be followed (U3042/jpeg-icc-inks.jpg, U3042/png-icc-damaged.png, U3042/tiff-icc-cmyk.tif, …): ", note);
        // From the cache.
        Assert.Contains(note, ImageSet.Open(path, options).Notes);
    }

    private static byte[] DisplayP3(int width, int height)
    {
        using var colours = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque, colours));
        var pixels = bitmap.GetPixelSpan();
        for (int i = 0; i < width * height; i++)
            (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3]) = ((byte)(60 + (i % width - width / 2) * 100 / width), (byte)(200 + (i / width - height / 2) * 100 / height), 90, 255);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 98);
        return data.ToArray();
    }

    private static byte[] GreyPng(int width, int height, byte[] grey, byte[] profile)
    {
        var lines = new byte[height * (width + 1)];
        for (int y = 0; y < height; y++)
            grey.AsSpan(y * width, width).CopyTo(lines.AsSpan(y * (width + 1) + 1));
        return RawPng.Of(width, height, 8, 0, RawPng.Chunk("iCCP"u8, [.. "p\0\0"u8, .. Packed(profile)]), RawPng.Chunk("IDAT"u8, Packed(lines)));
    }

    private static byte[] Packed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    // One strip behind the tags, the profile behind that.
    private static byte[] GreyTiff(int width, int height, byte[] grey, byte[] profile)
    {
        (int Tag, int Type, int Count, int Value)[] tags =
            [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 0), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, grey.Length), (34675, 7, profile.Length, 0)];
        int pixels = 8 + 2 + 12 * tags.Length + 4;
        var file = new byte[pixels + grey.Length + profile.Length];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(8), (short)tags.Length);
        for (int i = 0; i < tags.Length; i++)
        {
            var entry = file.AsSpan(10 + 12 * i, 12);
            var (tag, type, count, value) = tags[i];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], (short)type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], count);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], tag switch { 273 => pixels, 34675 => pixels + grey.Length, _ => value });
        }

        grey.CopyTo(file, pixels);
        profile.CopyTo(file, pixels + grey.Length);
        return file;
    }

    // A grey JPEG of 4 x 4 pixels with a profile in one piece.
    private static byte[] Jpeg(byte[] profile)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        byte[] plain = data.ToArray(), piece = [0xFF, 0xE2, 0, 0, .. "ICC_PROFILE\0"u8, 1, 1, .. profile];
        BinaryPrimitives.WriteInt16BigEndian(piece.AsSpan(2), (short)(piece.Length - 2));
        return [.. plain[..2], .. piece, .. plain[2..]];
    }
}
