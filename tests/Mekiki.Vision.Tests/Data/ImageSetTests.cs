using System.Buffers.Binary;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Tests.Images;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Data;

public class ImageSetTests
{
    private static readonly ImageSetOptions plain = new() { Cache = false };

    [Fact]
    public void Folder_OfClasses_GivesPixelsLabelsAndCharacters()
    {
        using var folder = new TemporaryFolder();
        var set = ImageSet.Open(MadeImages.Folder(folder), plain);
        Assert.Equal(["あ", "い"], set.Classes);
        Assert.Equal([0, 0, 0, 1, 1, 1], set.Labels.ToArray());
        Assert.Equal("U3044/1.png", set.Names[4]);
        Assert.Equal(new ImageShape(1, 3, 4), set.Shape);
        Assert.Equal([160, 161, 162, 163, 170, 171, 172, 173, 180, 181, 182, 183], set.Image(4).ToArray());
        Assert.Empty(set.Skipped);
    }

    [Fact]
    public void Zip_WithWrapperFolder_EqualsTheFolder()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        var entries = Directory.GetFiles(path, "*.png", SearchOption.AllDirectories)
            .Select(f => ("hiragana73/" + Path.GetRelativePath(path, f), File.ReadAllBytes(f))).Append(("hiragana73/readme.txt", [1])).ToArray();
        var zip = ImageSet.Open(MadeImages.Zip(folder, entries), plain);
        Assert.Equal(ImageSet.Open(path, plain).Fingerprint, zip.Fingerprint);
        Assert.Equal("hiragana73/U3042/0.png", zip.Names[0]);
    }

    [Fact]
    public void Colours_BecomeGreyLikePil_AndTransparencyLiesOverWhite()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a/1.png"], MadeImages.Colour(new SKColor(10, 200, 30)));
        File.WriteAllBytes(folder["a/2.png"], MadeImages.Colour(new SKColor(0, 0, 0, 51)));
        File.WriteAllBytes(folder["b/1.jpg"], MadeImages.Colour(new SKColor(90, 90, 90), format: SKEncodedImageFormat.Jpeg));
        File.WriteAllBytes(folder["b/2.png"], MadeImages.Colour(new SKColor(60, 60, 60), format: SKEncodedImageFormat.Webp));
        var set = ImageSet.Open(folder.Path, plain with { Channels = 1 });
        Assert.Equal([(10 * 19595 + 200 * 38470 + 30 * 7471 + 32768) >> 16, 204, 90, 60], Enumerable.Range(0, 4).Select(i => (int)set.Image(i)[5]));
        var colour = ImageSet.Open(folder.Path, plain with { Channels = 3 });
        Assert.Equal([10, 200, 30, 10, 200, 30], colour.Image(0)[..6].ToArray());
    }

    [Fact]
    public void BadFiles_AreReportedWithReasons_AndLeftOut()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        byte[] good = MadeImages.Grey(40, 40), huge = MadeImages.Grey(), photo = MadeImages.Grey(format: SKEncodedImageFormat.Jpeg);
        // A JPEG's frame header: marker, length, precision, height, width.
        int frame = photo.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(photo.AsSpan(frame + 5), 9_000);
        BinaryPrimitives.WriteUInt16BigEndian(photo.AsSpan(frame + 7), 12_000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(20), 60_000);
        File.WriteAllBytes(folder["set/U3042/empty.png"], []);
        File.WriteAllBytes(folder["set/U3042/huge.png"], huge);
        File.WriteAllBytes(folder["set/U3042/huge.jpg"], photo);
        File.WriteAllBytes(folder["set/U3042/junk.png"], "no image at all"u8.ToArray());
        File.WriteAllBytes(folder["set/U3042/short.png"], good[..(good.Length / 2)]);
        File.WriteAllBytes(folder["set/U3044/loud.tiff"], "II*\0 and so on"u8.ToArray());
        File.WriteAllBytes(folder["set/U3044/plain.pgm"], "P5 4 3 255\n"u8.ToArray());
        File.WriteAllText(folder["set/U3044/notes.txt"], "quietly ignored");
        var set = ImageSet.Open(path, plain);
        Assert.Equal(6, set.Count);
        Assert.Equal(
            [
                "U3042/empty.png: expected an image, got 0 bytes (an empty file, a pipe or a device)",
                "U3042/huge.jpg: expected at most 64 megapixels, got a header that claims 12,000 x 9,000",
                "U3042/huge.png: expected at most 64 megapixels, got a header that claims 60,000 x 60,000",
                "U3042/junk.png: expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else",
                $"U3042/short.png: expected a whole image, got one that is cut off after {good.Length / 2} bytes",
                "U3044/loud.tiff: expected a whole image, got one that is cut off after 14 bytes",
                "U3044/plain.pgm: expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got a PBM, PGM or PPM; convert it to PNG, for example with `magick FILE FILE.png`",
            ],
            set.Skipped.Select(s => s.ToString()));
        var e = Assert.Throws<MekikiException>(() => ImageSet.Open(path, plain with { Strict = true }));
        Assert.StartsWith($"{path}: expected only images that can be read (strict), got 7 that cannot: U3042/empty.png: expected an image, got 0 bytes (an empty file, a pipe or a device); U3042/huge.jpg", e.Message);
    }

    [Fact]
    public void Png_CutAnywhere_IsNeverHalfDecoded()
    {
        using var folder = new TemporaryFolder();
        byte[] good = MadeImages.Grey(40, 40);
        string path = MadeImages.Folder(folder, each: 1);
        for (int length = 0; length < good.Length; length++)
            File.WriteAllBytes(folder[$"set/U3042/cut{length:D5}.png"], good[..length]);
        var set = ImageSet.Open(path, plain);
        // Those that lack the last chunk alone, which holds nothing, are whole.
        Assert.Equal(2 + 12, set.Count);
        Assert.All(Enumerable.Range(1, 12), i => Assert.Equal(set.Image(1), set.Image(i)));
    }

    [Fact]
    public void SixteenBitsThatLookBlack_AreTold()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 2);
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Images", "Forms", "png-grey16.png"));
        File.WriteAllBytes(folder["set/U3042/bright.png"], file);
        byte[] dark = DeepPng.Grey(12, 8, (x, y) => (ushort)(100 * x + y));
        File.WriteAllBytes(folder["set/U3042/dark.png"], dark);
        var set = ImageSet.Open(path, plain);
        Assert.Equal("1 image has 16 bits a sample and values in the lowest sixteenth alone (U3042/dark.png): they are read as black. Spread their values over the whole range, for example with `magick FILE -evaluate multiply 16 FILE.png`.",
            Assert.Single(set.Notes, n => n.Contains("16 bits")));
        Assert.Equal(set.Notes, ImageSet.Open(path, plain).Notes);
        for (int i = 0; i < 4; i++)
            File.WriteAllBytes(folder[$"set/U3044/dark{i}.png"], dark);
        Assert.StartsWith("5 images have 16 bits a sample and values in the lowest sixteenth alone (U3042/dark.png, U3044/dark0.png, U3044/dark1.png, …): ", Assert.Single(ImageSet.Open(path, plain).Notes, n => n.Contains("16 bits")));
    }

    [Theory]
    [InlineData(1, "0123")]
    [InlineData(2, "1032")]
    [InlineData(3, "3210")]
    [InlineData(4, "2301")]
    [InlineData(5, "0213")]
    [InlineData(6, "2031")]
    [InlineData(7, "3120")]
    [InlineData(8, "1302")]
    public void Photograph_IsTurnedAsExifSays(int orientation, string quarters)
    {
        // A picture of 32x48 whose quarters, from left to right and from top to bottom, are of the tones 0 to 3.
        using var bitmap = new SKBitmap(new SKImageInfo(32, 48, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int y = 0; y < 48; y++)
            for (int x = 0; x < 32; x++)
                bitmap.SetPixel(x, y, Tone(x / 16 + 2 * (y / 24)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        byte[] plainJpeg = data.ToArray();
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["set/a/1.jpg"], [.. plainJpeg[..2], .. exif, .. plainJpeg[2..]]);
        File.WriteAllBytes(folder["set/b/1.jpg"], [.. plainJpeg[..2], .. exif, .. plainJpeg[2..]]);
        foreach (int channels in new[] { 1, 3 })
        {
            var set = ImageSet.Open(folder["set"], plain with { Channels = channels });
            Assert.Equal(orientation < 5 ? new ImageShape(channels, 48, 32) : new ImageShape(channels, 32, 48), set.Shape);
            for (int q = 0; q < 4; q++)
            {
                int x = set.Shape.Width / 4 + q % 2 * set.Shape.Width / 2, y = set.Shape.Height / 4 + q / 2 * set.Shape.Height / 2;
                Assert.InRange(set.Image(0)[(y * set.Shape.Width + x) * channels], Tone(quarters[q] - '0').Red - 4, Tone(quarters[q] - '0').Red + 4);
            }
        }

        var (height, width, _) = ImageDecoder.ReadHeader(File.ReadAllBytes(folder["set/a/1.jpg"]));
        Assert.Equal(orientation < 5 ? (48, 32) : (32, 48), (height, width));

        static SKColor Tone(int quarter) => new((byte)(30 + 60 * quarter), (byte)(30 + 60 * quarter), (byte)(30 + 60 * quarter));
    }

    // Of images that are large, only sizes are read at first, also those of damaged ones.
    [Fact]
    public void DamagedFiles_OfAnotherSize_DoNotSetTheSize_WhicheverImageComesFirst()
    {
        using var folder = new TemporaryFolder();
        byte[] damaged = MadeImages.Grey(9, 9);
        damaged[^20] ^= 255;
        for (int i = 1; i < 4; i++)
            File.WriteAllBytes(folder[$"set/a/{i}.png"], damaged);
        foreach (string name in new[] { "a/0.png", "a/5.png", "b/1.png", "b/2.png" })
            File.WriteAllBytes(folder["set/" + name], MadeImages.Grey(200, 100, start: name[2] - '0'));
        var first = Containers.Open(folder["set"]);
        Assert.Equal((new ImageShape(1, 64, 128), 4, 3), (first.Shape, first.Count, first.Skipped.Count));
        File.Move(folder["set/a/0.png"], folder["set/a/9.png"]);
        Assert.Equal(first.Shape, Containers.Open(folder["set"]).Shape);
    }

    [Fact]
    public void FirstFileDamaged_OfAnotherSize_DoesNotSetTheSize()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        byte[] damaged = MadeImages.Grey(9, 9);
        damaged[^20] ^= 255;
        File.WriteAllBytes(folder["set/U3042/!.png"], damaged);
        var set = ImageSet.Open(path, plain);
        Assert.Equal("U3042/!.png", Assert.Single(set.Skipped).Name);
        Assert.Equal((new ImageShape(1, 3, 4), 6), (set.Shape, set.Count));
        Assert.Equal(MadeImages.Pixels(start: 1), set.Image(1).ToArray());
        Assert.Empty(set.Notes);
    }

    [Fact]
    public void MixedSizes_AreBroughtToThatOfMost_AndSaid()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllBytes(folder["set/U3042/000.png"], MadeImages.Colour(new SKColor(7, 7, 7), 9, 9));
        var set = ImageSet.Open(path, plain);
        Assert.Equal(new ImageShape(1, 3, 4), set.Shape);
        Assert.Equal(Enumerable.Repeat((byte)7, 12), set.Image(1).ToArray());
        Assert.Equal("The images have 2 sizes, from 4x3 to 9x9; 85 % have 4x3. All are brought to 4x3, with their proportions; the rest has the colour of their border. Give a size to choose another.", Assert.Single(set.Notes));
        Assert.Equal(new ImageShape(1, 8, 8), ImageSet.Open(path, plain with { Width = 8, Height = 8 }).Shape);
    }

    [Fact]
    public void Threads_DoNotChangeTheResult()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 6);
        File.WriteAllBytes(folder["set/U3042/3a.png"], [1]);
        Assert.Equal(ImageSet.Open(path, plain with { Threads = 1 }).Fingerprint, ImageSet.Open(path, plain with { Threads = 4 }).Fingerprint);
    }

    [Fact]
    public void WrongSources_GiveClearMessages()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["one/a/1.png"], MadeImages.Grey());
        Directory.CreateDirectory(folder["empty/a"]);
        File.WriteAllBytes(folder["flat/1.png"], MadeImages.Grey());
        Message("hiragana37", "hiragana37: expected a folder of class folders, a zip, tar, CSV or IDX file, the address of shards, or one of ", "Did you mean 'hiragana73'? Check the path.");
        Message(folder["empty"], "expected a sub-folder of images for each class, got no image that can be read. Give the folder that holds the class folders.");
        Message(folder["one"], "expected 2 classes or more, one sub-folder each, got 1 (a). Give the folder that holds the class folders.");
        Message(folder["flat"], "got no image that can be read (of 1: 1.png: it lies in no class folder).");

        static void Message(string source, params string[] parts)
        {
            string message = Assert.Throws<MekikiException>(() => ImageSet.Open(source, plain)).Message;
            Assert.All(parts, part => Assert.Contains(part, message));
        }
    }

    [Theory]
    [InlineData("U3042", "あ")]
    [InlineData("U+1B001", "\U0001B001")]
    [InlineData("UD800", "UD800")]
    [InlineData("Unix", "Unix")]
    [InlineData("u3042", "u3042")]
    public void ClassName_OfACodePoint_IsItsCharacter(string folder, string expected) => Assert.Equal(expected, ClassLayout.ClassName(folder));

    [Fact]
    public void Hiragana73_FromTheSharedZip_IsReadWhole()
    {
        var set = ImageSet.Open(Shared.File("data/hiragana73-64k.zip"), plain);
        Assert.Equal((63_910, 73), (set.Count, set.Classes.Count));
        Assert.Equal(("あ", "ん"), (set.Classes[0], set.Classes[^1]));
        Assert.Empty(set.Skipped);
        Assert.Equal("2 of 100 images that were looked at have colours; all are read as grey. Give 3 channels to keep colours.", Assert.Single(set.Notes));
        Assert.Equal(new ImageShape(1, 48, 48), set.Shape);
    }
}
