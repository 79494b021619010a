using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>Training on mixtures of two images, with the loss mixed alike.</summary>
/// <remarks>
/// x = share · x_n + (1 - share) · x_m, loss = share · loss(y_n) + (1 - share) · loss(y_m), share ~ Beta(alpha, alpha), m a permutation of n.
/// Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", 2018, arXiv:1710.09412, equation 1 and figure 1.
/// Differs from the paper: the larger share is the image's own, which is the same mixture with its two images named in order.
/// </remarks>
internal sealed class Mixup(double alpha, ulong seed) : IBatchMixing
{
    private const ulong Purpose = 0x4D49_5855_5000_0001; // keeps these draws apart from other uses of a seed
    private readonly MixedBatch mixed = new();

    /// <inheritdoc/>
    public (Tensor Images, ReadOnlyMemory<long> Partners, float Share) Apply(Batch batch, long step)
    {
        var generator = new Generator(seed, (ulong)step, Purpose);
        double drawn = Beta(alpha, ref generator);
        float share = (float)Math.Max(drawn, 1 - drawn);
        mixed.Begin(batch, ref generator);

        int length = batch.Shape.Length;
        var images = batch.Images;
        for (int n = 0; n < batch.Count; n++)
        {
            var to = mixed.Images.Slice(n * length, length);
            ReadOnlySpan<float> first = images.Slice(n * length, length), second = images.Slice(mixed.Order[n] * length, length);
            for (int i = 0; i < to.Length; i++)
                to[i] = share * first[i] + (1 - share) * second[i];
        }

        return (mixed.ToTensor(batch), mixed.Partners(batch), share);
    }

    /// <summary>A draw from Beta(a, a): X / (X + Y) of two draws from Gamma(a).</summary>
    internal static double Beta(double a, ref Generator generator)
    {
        double x = Gamma(a, ref generator), y = Gamma(a, ref generator);
        return x + y > 0 ? x / (x + y) : 0.5;
    }

    // Marsaglia, Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26, 2000; below 1 by its section 6.
    private static double Gamma(double a, ref Generator generator)
    {
        if (a < 1)
            return Gamma(a + 1, ref generator) * Math.Pow(1 - generator.NextDouble(), 1 / a);
        double d = a - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = generator.Normal(), v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - generator.NextDouble()) < x * x / 2 + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }
}
