using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

/// <summary>Erasing, tone and elastic distortion, by their definitions.</summary>
public class RandomChangeTests
{
    private static byte[] Noise(ImageShape shape)
    {
        var generator = new Generator(3);
        var image = new byte[shape.Length];
        foreach (ref byte v in image.AsSpan())
            v = (byte)(1 + generator.NextInt32(254));
        return image;
    }

    private static byte[] Run(PixelTransform transform, byte[] image, ImageShape shape, ulong seed)
    {
        var generator = new Generator(seed);
        var result = new byte[shape.Length];
        transform.Write(image, shape, ref generator, result);
        return result;
    }

    [Fact]
    public void Erasing_CoversOneRectangle_OfTheAreaThatWasDrawn()
    {
        var shape = new ImageShape(1, 40, 50);
        byte[] image = new byte[shape.Length];
        for (ulong seed = 0; seed < 50; seed++)
        {
            // A fifth of 2,000 pixels, square: 20 by 20.
            byte[] got = Run(new RandomErasing(1, new(0.2, 0.2), new(1, 1)), image, shape, seed);
            int[] covered = [.. Enumerable.Range(0, got.Length).Where(i => got[i] != 0)];
            if (covered.Length == 0)
                continue; // its grey was the image's own
            Assert.Equal((400, 20, 20), (covered.Length, covered.Select(i => i % 50).Distinct().Count(), covered.Select(i => i / 50).Distinct().Count()));
            Assert.Single(covered.Select(i => got[i]).Distinct());
        }
    }

    [Fact]
    public void Erasing_HappensAsOftenAsSaid()
    {
        var shape = new ImageShape(3, 8, 8);
        byte[] image = Noise(shape);
        var transform = new RandomErasing(0.25, new(0.1, 0.5), new(0.3, 3.3));
        int changed = Enumerable.Range(0, 4000).Count(seed => !Run(transform, image, shape, (ulong)seed).AsSpan().SequenceEqual(image));
        Assert.InRange(changed, 900, 1100);
    }

    [Fact]
    public void Tone_FollowsItsFormula()
    {
        var shape = new ImageShape(1, 1, 3);
        byte[] image = [0, 128, 255];
        Assert.Equal(image, Run(new RandomTone(new(1, 1), new(0, 0), new(1, 1)), image, shape, 1));
        // 255 (0.5 (v - 1/2) + 1/2 + 0.1): 89.25, 153.25, 216.75.
        Assert.Equal([89, 153, 217], Run(new RandomTone(new(0.5, 0.5), new(0.1, 0.1), new(1, 1)), image, shape, 1));
        // Squares darken: (128 / 255)² 255 = 64.25.
        Assert.Equal([0, 64, 255], Run(new RandomTone(new(1, 1), new(0, 0), new(2, 2)), image, shape, 1));
    }

    [Theory]
    [InlineData(1, 48, 48)]
    [InlineData(3, 7, 19)]
    public void Elastic_ComesFromWhereTheSplinesSay(int channels, int height, int width)
    {
        var shape = new ImageShape(channels, height, width);
        byte[] image = Noise(shape), got = Run(new ElasticDistortion(3, 6), image, shape, 8);
        int columns = (width - 1) / 6 + 4, rows = (height - 1) / 6 + 4, far = 0;
        var generator = new Generator(8);
        double[] nodes = [.. Enumerable.Range(0, 2 * rows * columns).Select(_ => 3 * generator.Normal())];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                double dx = 0, dy = 0;
                for (int j = 0; j < rows; j++)
                    for (int i = 0; i < columns; i++)
                    {
                        double weight = Bump(y / 6.0 - (j - 1)) * Bump(x / 6.0 - (i - 1));
                        dx += weight * nodes[j * columns + i];
                        dy += weight * nodes[rows * columns + j * columns + i];
                    }

                for (int c = 0; c < channels; c++)
                    far += Math.Abs(got[(y * width + x) * channels + c] - At(x + dx, y + dy, c)) > 0.6 ? 1 : 0;
            }

        Assert.True(far == 0, $"{far} of {got.Length} values are not where they should come from");
        Assert.Equal(image, Run(new ElasticDistortion(0, 6), image, shape, 8));

        // The cubic B-spline's bump, by the textbook.
        static double Bump(double t) => Math.Abs(t) switch
        {
            < 1 and var a => (4 - 6 * a * a + 3 * a * a * a) / 6,
            < 2 and var a => Math.Pow(2 - a, 3) / 6,
            _ => 0,
        };

        double At(double x, double y, int c)
        {
            x = Math.Clamp(x, 0, width - 1);
            y = Math.Clamp(y, 0, height - 1);
            int x0 = (int)x, y0 = (int)y, x1 = Math.Min(x0 + 1, width - 1), y1 = Math.Min(y0 + 1, height - 1);
            return (Pixel(x0, y0) * (x0 + 1 - x) + Pixel(x1, y0) * (x - x0)) * (y0 + 1 - y) + (Pixel(x0, y1) * (x0 + 1 - x) + Pixel(x1, y1) * (x - x0)) * (y - y0);

            double Pixel(int px, int py) => image[(py * width + px) * channels + c];
        }
    }

    [Fact]
    public void BorderFill_IsTheMedianOfTheOutermostPixels()
    {
        // Around: 9 9 9 / 1 . 1 / 2 2 2; sorted 1 1 2 2 2 9 9 9, of which the fourth is 2.
        byte[] image = [9, 9, 9, 1, 77, 1, 2, 2, 2];
        var shape = new ImageShape(1, 3, 3);
        Assert.Equal(2, Border.Median(image, shape));
        Assert.Equal(5, Border.Median([5], new(1, 1, 1)));
        Assert.Equal(7, Border.Median([7, 7, 7, 8], new(1, 4, 1)));
        var random = new RandomAffine(new(0, 0), scale: new(0.2, 0.2), fill: null);
        Assert.Equal(2, Run(random, image, shape, 1)[0]);
    }

    [Fact]
    public void WrongRanges_AreRefused()
    {
        Assert.Equal("RandomErasing: expected a probability in [0, 1], got 2.", Message(() => new RandomErasing(2, new(0.1, 0.2), new(1, 1))));
        Assert.Equal("RandomErasing: expected a range of areas within (0, 1], from low to high, got [0.3, 0.2].", Message(() => new RandomErasing(1, new(0.3, 0.2), new(1, 1))));
        Assert.Equal("RandomErasing: expected a range of aspects above 0, from low to high, got [0, 1].", Message(() => new RandomErasing(1, new(0.1, 0.2), new(0, 1))));
        Assert.Equal("RandomTone: expected a range of contrasts above 0, from low to high, got [0, 1].", Message(() => new RandomTone(new(0, 1), new(0, 0), new(1, 1))));
        Assert.Equal("ElasticDistortion: expected a strength of 0 or more, got -1.", Message(() => new ElasticDistortion(-1, 8)));
        Assert.Equal("ElasticDistortion: expected a cell of 2 pixels or more, got 1.", Message(() => new ElasticDistortion(1, 1)));

        static string Message(Func<object> make) => Assert.Throws<MekikiException>(() => make()).Message;
    }
}
