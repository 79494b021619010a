using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class DenseSiftTests
{
    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
            (ab, aa, bb) = (ab + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return ab / Math.Sqrt(aa * bb);
    }

    private static float[] Noise(int count, ulong seed = 1)
    {
        var generator = new Generator(seed);
        return [.. Enumerable.Range(0, count).Select(_ => generator.NextSingle())];
    }

    private static float[] Describe(DenseSift sift, float[] image)
    {
        float[] descriptors = new float[sift.Count * DenseSift.Length];
        sift.Describe(image, descriptors);
        return descriptors;
    }

    [Fact]
    public void Descriptors_AreOpenCVs()
    {
        var cosines = new List<double>();
        for (int n = 0; n < 3; n++)
        {
            int[] shape = ClassicalGoldens.Shape($"sift.{n}.image");
            float[] image = [.. ClassicalGoldens.Bytes($"sift.{n}.image").Select(v => (v / 255f - 0.5f) / 0.3f)];
            float[] keypoints = ClassicalGoldens.Floats($"sift.{n}.keypoints"), expected = ClassicalGoldens.Floats($"sift.{n}.descriptors");
            for (int i = 0; i < keypoints.Length / 3; i++)
            {
                var sift = new DenseSift(shape[0], shape[1], [(int)keypoints[3 * i + 1]], [(int)keypoints[3 * i]], keypoints[3 * i + 2]);
                cosines.Add(Cosine(Describe(sift, image), expected.AsSpan(i * DenseSift.Length, DenseSift.Length)));
            }
        }

        Assert.Equal(36, cosines.Count);
        // OpenCV rounds each value to a byte.
        Assert.True(cosines.Average() > 0.999, $"mean cosine {cosines.Average()}");
        Assert.True(cosines.Min() > 0.99, $"least cosine {cosines.Min()}");
    }

    // The definition, written as a loop over pixels and the bins around each.
    private static float[] Plain(float[] image, int height, int width, int row, int column, float binWidth)
    {
        double[] sums = new double[DenseSift.Length];
        for (int y = 1; y < height - 1; y++)
            for (int x = 1; x < width - 1; x++)
            {
                double dx = image[y * width + x + 1] - image[y * width + x - 1], dy = image[(y - 1) * width + x] - image[(y + 1) * width + x];
                double u = (x - column) / binWidth, v = (y - row) / binWidth;
                double direction = (Math.Atan2(dy, dx) / (2 * Math.PI) * 8 + 8) % 8;
                double weight = Math.Sqrt(dx * dx + dy * dy) * Math.Exp(-(u * u + v * v) / 8);
                for (int i = 0; i < 4; i++)
                    for (int j = 0; j < 4; j++)
                        for (int d = 0; d < 8; d++)
                        {
                            double apart = Math.Abs(direction - d);
                            sums[(i * 4 + j) * 8 + d] += weight * Math.Max(0, 1 - Math.Abs(v + 1.5 - i)) * Math.Max(0, 1 - Math.Abs(u + 1.5 - j)) * Math.Max(0, 1 - Math.Min(apart, 8 - apart));
                        }
            }

        double norm = Math.Sqrt(sums.Sum(s => s * s));
        sums = [.. sums.Select(s => Math.Min(s / norm, 0.2))];
        norm = Math.Sqrt(sums.Sum(s => s * s));
        return [.. sums.Select(s => (float)(s / norm))];
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4.5f)]
    [InlineData(7)]
    public void Descriptors_AreThePlainSum(float binWidth)
    {
        float[] image = Noise(20 * 27);
        var sift = new DenseSift(20, 27, [0, 9, 19], [2, 13], binWidth);
        float[] got = Describe(sift, image);
        int at = 0;
        foreach (int row in new[] { 0, 9, 19 })
            foreach (int column in new[] { 2, 13 })
            {
                float[] expected = Plain(image, 20, 27, row, column, binWidth);
                Assert.All(expected.Zip(got.Skip(at++ * DenseSift.Length)), p => Assert.Equal(p.First, p.Second, 2e-5));
            }
    }

    [Fact]
    public void GainAndOffset_ChangeNothing()
    {
        var sift = new DenseSift(24, 24, 5, 3, 4);
        float[] image = Noise(24 * 24);
        float[] before = Describe(sift, image), after = Describe(sift, [.. image.Select(v => 4 * v - 1)]);
        Assert.All(before.Zip(after), p => Assert.Equal(p.First, p.Second, 1e-5));
    }

    [Fact]
    public void Grid_LiesInTheMiddle_ScaleByScale()
    {
        var sift = new DenseSift(10, 7, 4, 3, 5);
        // Rows 0, 4, 8 of 10 and columns 1, 5 of 7.
        Assert.Equal(2 * 3 * 2, sift.Count);
        Assert.Equal([1.5f / 7, 0.05f, 5.5f / 7, 0.05f, 1.5f / 7, 0.45f], sift.Positions[..6]);
        Assert.Equal(sift.Positions[..12], sift.Positions[12..]);
    }

    [Fact]
    public void ConstantImage_HasZeros()
    {
        var sift = new DenseSift(12, 12, 4, 3);
        float[] norms = new float[sift.Count], descriptors = new float[sift.Count * DenseSift.Length];
        sift.Describe([.. Enumerable.Repeat(0.7f, 144)], descriptors, norms);
        DenseSift.TakeRoots(descriptors);
        Assert.All(descriptors, v => Assert.Equal(0, v));
        Assert.All(norms, v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 9)]
    public void ImagesWithoutInnerPixels_HaveZeros(int height, int width) =>
        Assert.All(Describe(new DenseSift(height, width, 2, 3), Noise(height * width)), v => Assert.Equal(0, v));

    [Fact]
    public void Roots_HaveLengthOne()
    {
        var sift = new DenseSift(24, 24, 6, 3);
        float[] roots = Describe(sift, Noise(24 * 24)), before = (float[])roots.Clone();
        DenseSift.TakeRoots(roots);
        for (int i = 0; i < sift.Count; i++)
        {
            float[] one = roots[(i * DenseSift.Length)..((i + 1) * DenseSift.Length)];
            Assert.Equal(1, one.Sum(v => v * v), 1e-5);
            float total = before[(i * DenseSift.Length)..((i + 1) * DenseSift.Length)].Sum();
            Assert.Equal(MathF.Sqrt(before[i * DenseSift.Length + 5] / total), one[5], 1e-5);
        }
    }
}
