using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Data;
using Mekiki.Vision.Transforms;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Images;

/// <summary>How images are brought to a size: against Pillow and torchvision, and the same wherever an image is looked at.</summary>
public sealed class FramingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("resize", 48)]
    [InlineData("crop", 64)]
    public void Pixels_AreThoseOfPillow(string kind, int cases)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the reference values is not around the tests.");
        using var file = SafetensorsFile.Open(Path.Combine(Shared.Repository!, "tests", "goldens", "framing.safetensors"));
        int checkedCases = 0;
        foreach (var tensor in file.Entries.Where(t => t.Name.StartsWith(kind, StringComparison.Ordinal)))
        {
            string[] parts = tensor.Name.Split('/');
            int[] n = [.. parts[2..].Select(int.Parse)];
            var shape = new ImageShape(3, n[0], n[1]);
            var framing = new Framing(kind == "crop" ? ImageFit.Crop : ImageFit.Stretch, Enum.Parse<Resampling>(parts[1], ignoreCase: true), n[4], CutsMargin: true);
            byte[] expected = new byte[(int)tensor.Count], got = new byte[(int)tensor.Count];
            file.Read(tensor, expected);
            FitKernel.Run(Noise(shape), shape, framing, got, n[2], n[3]);
            Assert.True(expected.AsSpan().SequenceEqual(got), tensor.Name);
            if (kind == "resize")
            {
                var generator = new Generator(0);
                Array.Clear(got);
                new Resize(n[2], n[3]) { Resampling = framing.Resampling }.Write(Noise(shape), shape, ref generator, got);
                Assert.True(expected.AsSpan().SequenceEqual(got), tensor.Name);
            }

            checkedCases++;
        }

        Assert.Equal(cases, checkedCases);
    }

    public static TheoryData<ImageFit, Resampling> Framings => new(
        from fit in Enum.GetValues<ImageFit>() from resampling in Enum.GetValues<Resampling>() select (fit, resampling));

    [Theory]
    [MemberData(nameof(Framings))]
    public void Middle_IsTheSame_InASetWithItsMargin_WithoutIt_AndInPredictions(ImageFit fit, Resampling resampling)
    {
        foreach (var (height, width, c) in new[] { (30, 41, "a"), (52, 23, "a"), (20, 20, "b"), (26, 26, "b"), (26, 40, "b") })
            File.WriteAllBytes(folder[$"set/{c}/{height}x{width}.png"], Png(new ImageShape(3, height, width)));
        var preprocessing = new Preprocessing(3, 20, 20, Fit: fit) { Resampling = resampling, Margin = 3 };
        var recognizer = new Recognizer(Catalogue.Find("mlp").Create(preprocessing.Input, 2, seed: 0), new ModelCard("mlp", ["a", "b"], preprocessing));
        var whole = ImageSet.Open(folder["set"], new() { Height = 20, Width = 20, Fit = fit, Resampling = resampling, Margin = 3, Cache = false });
        var cut = ImageSet.Open(folder["set"], preprocessing.ForSets() with { Cache = false });
        Assert.Equal((new ImageShape(3, 26, 26), new ImageShape(3, 20, 20)), (whole.Shape, cut.Shape));
        var (fromWhole, fromCut) = (preprocessing.Pipeline(whole.Shape), preprocessing.Pipeline(cut.Shape));
        Assert.Equal("CenterCrop(20, 20) > ToTensor()", $"{fromWhole}");
        Assert.Equal("ToTensor()", $"{fromCut}");
        for (int i = 0; i < whole.Count; i++)
        {
            float[] expected = Values(fromWhole, whole.Image(i), whole.Shape);
            Assert.Equal(expected, Values(fromCut, cut.Image(i), cut.Shape));
            Assert.Equal(expected, recognizer.Prepare(ImageInput.FromFile(folder[$"set/{whole.Names[i]}"])).ToArray());
        }

        // Where nothing is cut off, the framings differ.
        Assert.NotEqual(whole.Fingerprint, ImageSet.Open(folder["set"], new() { Height = 26, Width = 26, Fit = fit, Resampling = resampling == Resampling.Bicubic ? Resampling.Bilinear : Resampling.Bicubic, Cache = false }).Fingerprint);
    }

    [Theory]
    [InlineData(1, 1 << 21)]
    [InlineData(1 << 21, 1)]
    [InlineData(1, 1)]
    public void LinesOfMillionsOfPixels_HaveAMiddle(int height, int width)
    {
        var shape = new ImageShape(1, height, width);
        byte[] image = new byte[shape.Length], middle = new byte[6000 * 16];
        Array.Fill(image, (byte)77);
        foreach (var resampling in Enum.GetValues<Resampling>())
        {
            FitKernel.Run(image, shape, new Framing(ImageFit.Crop, resampling, 1024, CutsMargin: true), middle, 6000, 16);
            Assert.All(middle, p => Assert.Equal(77, p));
            Array.Clear(middle);
        }
    }

    [Fact]
    public void Cache_KnowsTheFraming()
    {
        File.WriteAllBytes(folder["set/a/1.png"], Png(new ImageShape(3, 40, 30)));
        File.WriteAllBytes(folder["set/b/1.png"], Png(new ImageShape(3, 30, 40)));
        var options = new ImageSetOptions { Height = 16, Width = 16, Fit = ImageFit.Crop, CacheFolder = folder["cache"] };
        var all = new[] { options, options with { Resampling = Resampling.Bicubic }, options with { Margin = 2 }, options with { Margin = 2, Resampling = Resampling.Bicubic }, (new Preprocessing(3, 16, 16, Fit: ImageFit.Crop) { Margin = 2 }).ForSets() with { CacheFolder = folder["cache"] } };
        string[] prints = [.. all.Select(o => ImageSet.Open(folder["set"], o).Fingerprint)];
        Assert.Equal(all.Length, prints.Distinct().Count());
        Assert.Equal(all.Length, Directory.GetFiles(folder["cache"], "*.pixels").Length);
        Assert.Equal(prints, all.Select(o => ImageSet.Open(folder["set"], o).Fingerprint));
    }

    [Fact]
    public void RandomCrops_SeeTheMargin_AndOtherStepsKeepTheMiddle()
    {
        var preprocessing = new Preprocessing(3, 20, 20, Fit: ImageFit.Crop) { Resampling = Resampling.Bicubic, Margin = 3 };
        var data = new ImageShape(3, 26, 26);
        Assert.Equal("RandomResizedCrop(area=[0.35, 1], proportions=[0.75, 1.33333], size=(20, 20), Bicubic) > RandomFlip() > ToTensor()", Short(preprocessing.Pipeline(data, Augmentation.Find("crop+flip"))));
        Assert.Equal("RandomFlip() > CenterCrop(20, 20) > ToTensor()", Short(preprocessing.Pipeline(data, Augmentation.Find("flip"))));
        // Of images without the margin, and of others.
        Assert.Equal("RandomFlip() > ToTensor()", Short(preprocessing.Pipeline(preprocessing.Input, Augmentation.Find("flip"))));
        Assert.Equal("Resize(20, 20, Bicubic) > ToTensor()", Short(preprocessing.Pipeline(new ImageShape(3, 50, 40))));
        // To a smaller size, scaled once.
        Assert.Equal("RandomResizedCrop(area=[0.35, 1], proportions=[0.75, 1.33333], size=(15, 15), Bicubic) > ToTensor()", Short(preprocessing.Pipeline(data, Augmentation.Find("crop"), (15, 15))));
        Assert.Equal("CenterCrop(20, 20) > Resize(15, 15, Bicubic) > ToTensor()", Short(preprocessing.Pipeline(data, null, (15, 15))));
        // As before where there is none.
        Assert.Equal("RandomResizedCrop(area=[0.35, 1], proportions=[0.75, 1.33333]) > ToTensor()", Short(new Preprocessing(3, 20, 20).Pipeline(new ImageShape(3, 20, 20), Augmentation.Find("crop"))));

        static string Short(Pipeline pipeline) => pipeline.ToString().Replace("1.3333333333333333", "1.33333", StringComparison.Ordinal);
    }

    [Fact]
    public void RandomResizedCrop_OfAnotherSize_IsThatPartOfTheImage()
    {
        var shape = new ImageShape(3, 40, 30);
        byte[] image = Noise(shape);
        var crop = new RandomResizedCrop(new DrawRange(1, 1), new DrawRange(1, 1)) { Size = (12, 9), Resampling = Resampling.Bicubic };
        Assert.Equal(new ImageShape(3, 12, 9), crop.OutputShape(shape));
        byte[] got = new byte[3 * 12 * 9], expected = new byte[got.Length];
        var generator = new Generator(1);
        crop.Write(image, shape, ref generator, got);
        ResizeKernel.Run(image, shape, expected, 12, 9, Resampling.Bicubic);
        Assert.Equal(expected, got);
        Assert.Equal("RandomResizedCrop: expected a height of 1 pixel or more, got 0.", Assert.Throws<MekikiException>(() => crop with { Size = (0, 4) }).Message);
    }

    [Fact]
    public void CenterCrop_OfASmallerImage_IsRefused()
    {
        Assert.Equal("CenterCrop: expected images of 20 x 20 pixels or more, got 3x19x40. Scale them before, or cut out less.", Assert.Throws<MekikiException>(() => new CenterCrop(20, 20).OutputShape(new ImageShape(3, 19, 40))).Message);
        Assert.Equal("CenterCrop: expected a width of 1 pixel or more, got 0.", Assert.Throws<MekikiException>(() => new CenterCrop(20, 0)).Message);
    }

    [Fact]
    public void WrongMargins_AreRefused()
    {
        const string Expected = "Margin: expected 0 to 1,024 pixels, got 1025.";
        Assert.Equal(Expected, Assert.Throws<MekikiException>(() => new ImageSetOptions { Margin = 1025 }).Message);
        Assert.Equal("Preprocessing: expected a margin of 0 to 1,024 pixels, got -1.", Assert.Throws<MekikiException>(() => new Preprocessing(1, 8, 8) { Margin = -1 }).Message);
        MadeImages.Folder(folder);
        Assert.Equal($"{folder["set"]}: expected a size with a margin, got a margin alone. Give the width and the height that are seen.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["set"], new() { Margin = 4 })).Message);
        Assert.Equal("Margin: expected sides of at most 6,144 pixels with the margin, got 1x6152x6152. Give a smaller size, or a smaller margin.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["set"], new() { Height = 6144, Width = 6144, Margin = 4 })).Message);
        Assert.StartsWith("Margin: expected a size beside it, got none.", Assert.Throws<MekikiException>(() => new DataOptions { Source = folder["set"], Margin = 4 }.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_TellsTheFraming_AndNothingOfTheUsualOne()
    {
        var card = new ModelCard("cnn", ["a", "b"], new Preprocessing(3, 20, 20, Fit: ImageFit.Crop) { Resampling = Resampling.Bicubic, Margin = 3 });
        Assert.Contains("\"resampling\":\"Bicubic\",\"margin\":3", card.ToJson(), StringComparison.Ordinal);
        Assert.Equal(card.Preprocessing, ModelCard.FromJson(card.ToJson()).Preprocessing);
        string usual = (card with { Preprocessing = new Preprocessing(3, 20, 20) }).ToJson();
        Assert.DoesNotContain("margin", usual, StringComparison.Ordinal);
        Assert.DoesNotContain("resampling", usual, StringComparison.Ordinal);
        Assert.Throws<MekikiException>(() => ModelCard.FromJson(card.ToJson().Replace("\"margin\":3", "\"margin\":9999", StringComparison.Ordinal)));
        Assert.Throws<MekikiException>(() => ModelCard.FromJson(card.ToJson().Replace("Bicubic", "Lanczos", StringComparison.Ordinal)));
    }

    private static float[] Values(Pipeline pipeline, ReadOnlySpan<byte> image, ImageShape shape)
    {
        var output = pipeline.OutputShape(shape);
        var values = new float[output.Length];
        var none = new Generator(0);
        pipeline.Write(image, shape, ref none, values);
        return values;
    }

    // As tests/goldens/make_framing.py makes them.
    private static byte[] Noise(ImageShape shape)
    {
        long v = 1000 * shape.Height + shape.Width;
        var pixels = new byte[shape.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            v = (1103515245 * v + 12345) % (1L << 31);
            pixels[i] = (byte)(v >> 16);
        }

        return pixels;
    }

    private static byte[] Png(ImageShape shape)
    {
        byte[] noise = Noise(shape);
        using var bitmap = new SKBitmap(new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < shape.Height * shape.Width; i++)
            bitmap.SetPixel(i % shape.Width, i / shape.Width, new SKColor(noise[3 * i], noise[3 * i + 1], noise[3 * i + 2]));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
