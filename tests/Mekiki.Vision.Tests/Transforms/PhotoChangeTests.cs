using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

/// <summary>The changes of photographs, by their definitions.</summary>
public class PhotoChangeTests
{
    private const int ShearX = 1, TranslateX = 3, TranslateY = 4, Rotate = 5, Brightness = 6, Colour = 7, Contrast = 8, Sharpness = 9, Posterize = 10, Solarize = 11, AutoContrast = 12, Equalize = 13;

    private static byte[] Run(int change, double strength, byte[] image, ImageShape shape)
    {
        var result = new byte[shape.Length];
        PhotoChange.Apply(change, strength, image, shape, result);
        return result;
    }

    private static byte[] Run(PixelTransform transform, byte[] image, ImageShape shape, ulong seed)
    {
        var generator = new Generator(seed);
        var result = new byte[shape.Length];
        transform.Write(image, shape, ref generator, result);
        return result;
    }

    private static byte[] Noise(ImageShape shape)
    {
        var generator = new Generator(3);
        return [.. Enumerable.Range(0, shape.Length).Select(_ => (byte)generator.NextInt32(256))];
    }

    [Fact]
    public void Values_FollowPillow()
    {
        var row = new ImageShape(1, 1, 4);
        // Factor 1.5 without the fraction; 0.5.
        Assert.Equal([0, 150, 255, 15], Run(Brightness, 0.5, [0, 100, 200, 10], row));
        Assert.Equal([0, 50, 100, 5], Run(Brightness, -0.5, [0, 100, 200, 11], row));
        // The mean is 77.5, rounded 78: 78 + 2 (v - 78).
        Assert.Equal([0, 122, 255, 0], Run(Contrast, 1, [0, 100, 200, 10], row));
        Assert.Equal([0, 96, 192, 0], Run(Posterize, 3, [31, 100, 200, 10], row));
        Assert.Equal([31, 100, 55, 10], Run(Solarize, 128, [31, 100, 200, 10], row));
        // 255 / 200 (v - 10).
        Assert.Equal([0, 127, 255, 63], Run(AutoContrast, 0, [10, 110, 210, 60], row));
        Assert.Equal([7, 7, 7, 7], Run(AutoContrast, 0, [7, 7, 7, 7], row));
    }

    [Fact]
    public void Colour_MixesWithTheGreyOfEachPixel()
    {
        var one = new ImageShape(3, 1, 1);
        // L of (200, 100, 50) is 124.
        Assert.Equal([124, 124, 124], Run(Colour, -1, [200, 100, 50], one));
        Assert.Equal([200, 100, 50], Run(Colour, 0, [200, 100, 50], one));
        Assert.Equal([238, 88, 13], Run(Colour, 0.5, [200, 100, 50], one));
        Assert.Equal([9], Run(Colour, 0.5, [9], new(1, 1, 1)));
    }

    [Fact]
    public void Sharpness_MixesWithTheSmoothedImage_AndKeepsTheBorder()
    {
        var shape = new ImageShape(1, 3, 3);
        // (8 · 10 + 5 · 75) / 13 = 35.
        Assert.Equal([10, 10, 10, 10, 35, 10, 10, 10, 10], Run(Sharpness, -1, [10, 10, 10, 10, 75, 10, 10, 10, 10], shape));
        Assert.Equal(115, Run(Sharpness, 1, [10, 10, 10, 10, 75, 10, 10, 10, 10], shape)[4]);
    }

    [Fact]
    public void Equalize_MakesAllValuesAlikeOften()
    {
        // 1,024 pixels of 4 values: Pillow's step is 768 / 255 = 3, the sum begins at 1.
        var shape = new ImageShape(1, 32, 32);
        byte[] image = [.. Enumerable.Range(0, 1024).Select(i => (byte)(100 + i % 4))], got = Run(Equalize, 0, image, shape);
        Assert.Equal([0, 85, 171, 255], [.. got[..4]]);
        byte[] flat = new byte[1024];
        Assert.Equal(flat, Run(Equalize, 0, flat, shape));
    }

    [Fact]
    public void Moves_AreAboutTheMiddle_AndBringTheBordersColour()
    {
        var shape = new ImageShape(1, 9, 9);
        byte[] image = new byte[81];
        image[4 * 9 + 4] = 200;
        Array.Fill<byte>(image, 50, 0, 9);          // the upper edge, less than half of the border
        Assert.Equal(200, Run(TranslateX, 2, image, shape)[4 * 9 + 6]);
        Assert.Equal(200, Run(TranslateY, -3, image, shape)[1 * 9 + 4]);
        Assert.Equal(0, Run(TranslateX, 2, image, shape)[0]);
        Assert.Equal(200, Run(Rotate, 90, image, shape)[4 * 9 + 4], 20.0);
        Assert.Equal(200, Run(ShearX, 0.5, image, shape)[4 * 9 + 4], 60.0);
        Assert.NotEqual(image, Run(ShearX, 0.5, image, shape));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void TrivialAugment_DrawsEveryChange_AndOftenNoneAtAll(int channels)
    {
        var shape = new ImageShape(channels, 20, 28);
        byte[] image = Noise(shape);
        var results = Enumerable.Range(0, 1500).Select(seed => Run(new TrivialAugment(), image, shape, (ulong)seed)).ToArray();
        int same = results.Count(r => r.AsSpan().SequenceEqual(image));
        // Identity is one of fourteen; others are so when they are weak, and colour always where there is none.
        Assert.InRange(same, 1500 / 14, 1500 * 5 / 14);
        Assert.True(results.Select(r => Convert.ToHexString(r)).Distinct().Count() > 250);
        Assert.Equal(results[17], Run(new TrivialAugment(), image, shape, 17));
    }

    [Fact]
    public void RandAugment_OfOneChange_IsThatChange()
    {
        var shape = new ImageShape(3, 20, 28);
        byte[] image = Noise(shape);
        string[] possible = [.. Enumerable.Range(0, PhotoChange.Count).SelectMany(change => new[] { 1, -1 }.Select(sign => Convert.ToHexString(Run(change, sign * Strength(change), image, shape))))];
        var drawn = Enumerable.Range(0, 400).Select(seed => Convert.ToHexString(Run(new RandAugment(1, 15), image, shape, (ulong)seed))).ToHashSet();
        Assert.Subset(possible.ToHashSet(), drawn);
        Assert.Equal(23, drawn.Count);      // 9 with two signs, 5 without
        Assert.NotEqual(Run(new RandAugment(1, 15), image, shape, 5), Run(new RandAugment(3, 15), image, shape, 5));

        static double Strength(int change) => change switch { 1 or 2 => 0.15, 3 => 150.0 / 331 * 28 / 2, 4 => 150.0 / 331 * 20 / 2, 5 => 15, >= 6 and <= 9 => 0.45, 10 => 6, 11 => 127.5, _ => 0 };
    }

    [Fact]
    public void ColorJitter_TurnsTheHue_AndKeepsGreyImages()
    {
        byte[] pixels = [255, 0, 0, 10, 10, 10, 200, 150, 100];
        ColorJitter.Turn(pixels, 1f / 3);
        Assert.Equal([0, 255, 0, 10, 10, 10, 100, 200, 150], pixels);
        ColorJitter.Turn(pixels, -1f / 3);
        Assert.Equal([255, 0, 0, 10, 10, 10, 200, 150, 100], pixels);
        var shape = new ImageShape(1, 8, 8);
        Assert.Equal(Noise(shape), Run(new ColorJitter(Saturation: 1, Hue: 0.5), Noise(shape), shape, 2));
        Assert.Equal(Noise(shape), Run(new ColorJitter(), Noise(shape), shape, 2));
        Assert.NotEqual(Noise(shape), Run(new ColorJitter(Brightness: 0.5), Noise(shape), shape, 2));
    }

    [Fact]
    public void WrongNumbers_AreRefused()
    {
        Assert.Equal("ColorJitter: expected a hue in [0, 0.5], got 0.6.", Message(() => new ColorJitter(Hue: 0.6)));
        Assert.Equal("ColorJitter: expected a contrast in [0, 1], got -1.", Message(() => new ColorJitter(Contrast: -1)));
        Assert.Equal("RandAugment: expected 1 change or more, got 0.", Message(() => new RandAugment(0)));
        Assert.Equal("RandAugment: expected a strength of 0 to 30, got 31.", Message(() => new RandAugment(1, 31)));

        static string Message(Func<object> make) => Assert.Throws<MekikiException>(() => make()).Message;
    }
}
