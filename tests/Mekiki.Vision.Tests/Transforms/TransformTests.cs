using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

public class TransformTests
{
    private static readonly ImageShape grey = new(1, 3, 3);

    [Fact]
    public void Affine_QuarterTurn_MovesPixelsClockwise()
    {
        byte[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        Assert.Equal([7, 4, 1, 8, 5, 2, 9, 6, 3], Run(new Affine(90), image, grey));
    }

    [Fact]
    public void Affine_Shift_FillsWhatComesFromOutside()
    {
        byte[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        Assert.Equal([9, 9, 9, 9, 1, 2, 9, 4, 5], Run(new Affine(TranslateX: 1, TranslateY: 1, Fill: 9), image, grey));
        Assert.Equal([9, 9, 9, 9, 1, 2, 9, 4, 5], Run(new Affine(TranslateX: 1, TranslateY: 1, Fill: 9, Interpolation: Interpolation.Bilinear), image, grey));
    }

    [Theory]
    [InlineData(1, 48, 48)]
    [InlineData(1, 5, 19)]
    [InlineData(3, 17, 23)]
    public void Affine_OnVectors_GivesTheScalarBytes(int channels, int height, int width)
    {
        var shape = new ImageShape(channels, height, width);
        var g = new Generator(11);
        var image = new byte[shape.Length];
        foreach (ref byte v in image.AsSpan())
            v = (byte)g.NextInt32(256);
        for (int i = 0; i < 40; i++)
        {
            var affine = new Affine(g.Uniform(-180, 180), g.NextInt32(9) - 4, g.NextInt32(9) - 4, g.Uniform(0.5, 2), g.Uniform(-30, 30), 0,
                (Interpolation)(i % 2), 77);
            byte[] vector = Run(affine, image, shape), scalar;
            AffineKernel.UseVectors = false;
            try
            {
                scalar = Run(affine, image, shape);
            }
            finally
            {
                AffineKernel.UseVectors = true;
            }

            Assert.Equal(scalar, vector);
        }
    }

    [Theory]
    [InlineData(1, 48, 48)]
    [InlineData(3, 11, 24)]
    [InlineData(1, 7, 13)]
    public void RandomAffine_StraightToFloat_GivesTheBytesValues(int channels, int height, int width)
    {
        var shape = new ImageShape(channels, height, width);
        var g = new Generator(12);
        var image = new byte[shape.Length];
        foreach (ref byte v in image.AsSpan())
            v = (byte)g.NextInt32(256);
        var random = new RandomAffine(DrawRange.Around(180), 0.3, 0.3, new(0.5, 2), new(-30, 30), fill: 33);
        var pipeline = new Pipeline(random, new ToTensor(), new Normalize(0.7f, 0.3f));
        var got = new float[shape.Length];
        for (ulong i = 0; i < 40; i++)
        {
            var stream = new Generator(i);
            pipeline.Write(image, shape, ref stream, got);
            byte[] bytes = Run(random, image, shape, new Generator(i));
            for (int c = 0; c < channels; c++)
                for (int k = 0; k < height * width; k++)
                    Assert.Equal((bytes[k * channels + c] / 255f - 0.7f) / 0.3f, got[c * height * width + k]);
        }
    }

    [Fact]
    public void Grayscale_RoundsLikePil() =>
        Assert.Equal([76, 150, 29, 255], Run(new Grayscale(), [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], new ImageShape(3, 2, 2)));

    [Fact]
    public void Invert_MirrorsTheScale() => Assert.Equal([255, 0, 155], Run(new Invert(), [0, 255, 100], new ImageShape(1, 1, 3)));

    [Fact]
    public void Resize_ToHalf_WeighsAsATriangle() =>
        // Scale 2: a triangle two pixels wide about 1.0 and 3.0, cut at the border: weights (3, 3, 1) / 7, and mirrored.
        Assert.Equal([43, 124], Run(new Resize(1, 2), [0, 100, 0, 255], new ImageShape(1, 1, 4)));

    [Fact]
    public void RandomAffine_StaysInItsRanges_AndDrawsInOrder()
    {
        var transform = new RandomAffine(DrawRange.Around(90), 0.1, 0.1, new(0.8, 1.1), new(-5, 5));
        var shape = new ImageShape(1, 48, 48);
        var drawn = new Generator(5, 0, 3);
        var by = new Generator(5, 0, 3);
        double angle = by.Uniform(-90, 90), x = Math.Round(by.Uniform(-4.8, 4.8)), y = Math.Round(by.Uniform(-4.8, 4.8));
        double scale = by.Uniform(0.8, 1.1), shear = by.Uniform(-5, 5);
        Assert.Equal(new Affine(angle, x, y, scale, shear).Matrix(shape), transform.Draw(shape, ref drawn));
    }

    [Fact]
    public void Transforms_PrintThemselves()
    {
        var pipeline = new Pipeline(new Grayscale(), new RandomAffine(DrawRange.Around(90), scale: new(0.8, 1.1)), new ToTensor(), new Normalize(0.5f, 0.25f));
        Assert.Equal("Grayscale() > RandomAffine(degrees=[-90, 90], scale=[0.8, 1.1], nearest, fill=0) > ToTensor() > Normalize(mean=0.5, deviation=0.25)", pipeline.ToString());
    }

    [Fact]
    public void RandomAffine_WrongRanges_AreAllNamed()
    {
        var e = Assert.Throws<MekikiException>(() => new RandomAffine(new(10, -10), translateX: 2, scale: new(0, 1)));
        Assert.Equal("RandomAffine: degrees: expected a range from low to high, got [10, -10]; translateX: expected a share in [0, 1], got 2; scale: expected a range above 0, from low to high, got [0, 1].", e.Message);
    }

    [Fact]
    public void Pipeline_WithoutToTensor_IsRefused() =>
        Assert.StartsWith("Pipeline: expected steps on pixels, then ToTensor, then at most one Normalize, got [Grayscale()].",
            Assert.Throws<MekikiException>(() => new Pipeline(new Grayscale())).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pipeline_Fused_EqualsItsStepsOneByOne(int channels)
    {
        var shape = new ImageShape(channels, 21, 37);
        var g = new Generator(2);
        var image = new byte[shape.Length];
        foreach (ref byte v in image.AsSpan())
            v = (byte)g.NextInt32(256);
        var random = new RandomAffine(DrawRange.Around(40), 0.1, 0.1, new(0.8, 1.2), new(-9, 9), Interpolation.Bilinear, 200);
        var pipeline = new Pipeline(new Invert(), new Resize(30, 20), random, new ToTensor(), new Normalize(0.3f, 0.4f));
        var output = pipeline.OutputShape(shape);
        Assert.Equal(new ImageShape(channels, 30, 20), output);
        var got = new float[output.Length];
        var stream = new Generator(9, 1, 4);
        pipeline.Write(image, shape, ref stream, got);

        byte[] pixels = Run(random, Run(new Resize(30, 20), Run(new Invert(), image, shape), shape), output, new Generator(9, 1, 4));
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < 600; i++)
                Assert.Equal((pixels[i * channels + c] / 255f - 0.3f) / 0.4f, got[c * 600 + i]);
    }

    private static byte[] Run(PixelTransform transform, byte[] image, ImageShape shape, Generator generator = default)
    {
        var result = new byte[transform.OutputShape(shape).Length];
        transform.Write(image, shape, ref generator, result);
        return result;
    }
}
