using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class FisherVectorTests
{
    private static readonly double[] weights = [0.3, 0.7];
    private static readonly double[,] means = { { 0.5, -1 }, { -0.25, 0.75 } }, variances = { { 0.5, 2 }, { 1.5, 0.8 } };

    private static GaussianMixture Mixture => new(
        Tensor.From(0.3f, 0.7f), Tensor.From([0.5f, -1, -0.25f, 0.75f], [2, 2]), Tensor.From([0.5f, 2, 1.5f, 0.8f], [2, 2]));

    private static float[] Descriptors(int count)
    {
        var generator = new Generator(5);
        return [.. Enumerable.Range(0, 2 * count).Select(_ => (float)generator.Normal())];
    }

    private static double LogLikelihood(float[] x, double[] mean, double[] deviation)
    {
        double sum = 0;
        for (int t = 0; t < x.Length; t += 2)
        {
            double p = 0;
            for (int k = 0; k < 2; k++)
                p += weights[k] * Enumerable.Range(0, 2).Aggregate(1.0, (q, d) =>
                    q * Math.Exp(-0.5 * Math.Pow((x[t + d] - mean[2 * k + d]) / deviation[2 * k + d], 2)) / (Math.Sqrt(2 * Math.PI) * deviation[2 * k + d]));
            sum += Math.Log(p);
        }

        return sum;
    }

    // Equations 17 and 18 are derivatives of the likelihood by means and deviations, divided by the root of the Fisher information (w/σ² and 2w/σ²).
    [Fact]
    public void Vector_IsTheGradientOfTheLikelihood()
    {
        float[] x = Descriptors(30);
        double[] mean = [.. means.Cast<double>()], deviation = [.. variances.Cast<double>().Select(Math.Sqrt)];
        double[] expected = new double[8];
        for (int i = 0; i < 4; i++)
        {
            const double H = 1e-5;
            int k = i / 2, d = i % 2;
            expected[k * 4 + d] = Derivative(mean, i, () => LogLikelihood(x, mean, deviation), H) * deviation[i] / Math.Sqrt(weights[k]);
            expected[k * 4 + 2 + d] = Derivative(deviation, i, () => LogLikelihood(x, mean, deviation), H) * deviation[i] / Math.Sqrt(2 * weights[k]);
        }

        double norm = Math.Sqrt(expected.Sum(Math.Abs));
        float[] got = new float[8];
        new FisherVector(Mixture).Encode(x, [], got);
        for (int i = 0; i < 8; i++)
            Assert.Equal(Math.Sign(expected[i]) * Math.Sqrt(Math.Abs(expected[i])) / norm, got[i], 1e-4);
    }

    private static double Derivative(double[] values, int i, Func<double> f, double h)
    {
        double before = values[i];
        values[i] = before + h;
        double above = f();
        values[i] = before - h;
        double below = f();
        values[i] = before;
        return (above - below) / (2 * h);
    }

    [Fact]
    public void Pyramid_HasAVectorForEachCell()
    {
        float[] x = Descriptors(6);
        // Two in the left upper cell, one in the right upper one, three in the right lower one.
        float[] positions = [0.1f, 0.1f, 0.4f, 0.3f, 0.6f, 0.2f, 0.9f, 0.9f, 0.5f, 0.5f, 0.99f, 0.51f];
        var fisher = new FisherVector(Mixture, (1, 1), (2, 2));
        Assert.Equal(5 * 8, fisher.Length);
        float[] got = new float[fisher.Length], cell = new float[8];
        fisher.Encode(x, positions, got);
        Assert.Equal(1, got.Sum(v => v * v), 1e-5);
        (int From, int To)[] parts = [(0, 6), (0, 2), (2, 3), (0, 0), (3, 6)];
        for (int i = 0; i < parts.Length; i++)
        {
            new FisherVector(Mixture).Encode(x.AsSpan(parts[i].From * 2, (parts[i].To - parts[i].From) * 2), [], cell);
            // Four cells of length 1, one without descriptors.
            Assert.All(cell.Zip(got.Skip(i * 8)), p => Assert.Equal(p.First / 2, p.Second, 1e-5));
        }
    }

    [Fact]
    public void WithoutDescriptors_ItIsZero()
    {
        float[] got = [.. Enumerable.Repeat(7f, 8)];
        new FisherVector(Mixture).Encode([], [], got);
        Assert.All(got, v => Assert.Equal(0, v));
    }

    [Fact]
    public void FarDescriptors_AreFinite()
    {
        float[] got = new float[8];
        new FisherVector(Mixture).Encode([1e6f, -1e6f, 0, 0], [], got);
        Assert.All(got, v => Assert.True(float.IsFinite(v)));
    }
}
