using System.Numerics;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Explanations;

/// <summary>Points on a plane whose neighbours are those of given vectors: t-SNE, with all pairs.</summary>
/// <remarks>
/// van der Maaten, Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008: equations 1, 4 and 5, algorithm 1. As is usual since: it starts from the two principal
/// components, scaled to a deviation of 1e-4 (Kobak, Berens, "The art of using t-SNE for single-cell transcriptomics", Nature Communications 10, 2019), exaggerates
/// 12 times for 250 of 750 iterations, with a rate of N / 12, at least 50 (Belkina et al., Nature Communications 10, 2019).
/// </remarks>
internal static class NeighbourEmbedding
{
    private const int Iterations = 750, Exaggerated = 250, Searches = 50;
    private const float Exaggeration = 12, LeastGain = 0.01f;

    /// <summary>Lays the points out.</summary>
    /// <param name="squares">(N, N), the vectors' squared distances.</param>
    /// <param name="start">(N, 2).</param>
    /// <param name="perplexity">About how many neighbours each has, 1 or more and below N.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <returns>(N, 2).</returns>
    public static float[] Of(float[] squares, float[] start, double perplexity, IProgress<double>? progress, CancellationToken cancellation)
    {
        int count = start.Length / 2;
        float[] p = Affinities(squares, count, perplexity);
        float[] x = new float[count], y = new float[count], forceX = new float[count], forceY = new float[count];
        float scale = StartScale(start);
        for (int n = 0; n < count; n++)
            (x[n], y[n]) = (start[2 * n] * scale, start[2 * n + 1] * scale);
        float[] speedX = new float[count], speedY = new float[count], gainX = Ones(count), gainY = Ones(count);
        float[] repelX = new float[count], repelY = new float[count];
        double[] sums = new double[count];
        float rate = Math.Max(50, count / 12f);
        for (int i = 0; i < Iterations; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Threads.For(count, n => Forces(p.AsSpan(n * count, count), x, y, n, out forceX[n], out forceY[n], out repelX[n], out repelY[n], out sums[n]));
            double all = 0;
            foreach (double sum in sums)
                all += sum;
            float exaggeration = i < Exaggerated ? Exaggeration : 1, momentum = i < Exaggerated ? 0.5f : 0.8f, whole = (float)(1 / Math.Max(all, 1e-12));
            for (int n = 0; n < count; n++)
            {
                Step(4 * (exaggeration * forceX[n] - repelX[n] * whole), ref x[n], ref speedX[n], ref gainX[n], momentum, rate);
                Step(4 * (exaggeration * forceY[n] - repelY[n] * whole), ref y[n], ref speedY[n], ref gainY[n], momentum, rate);
            }

            Centre(x);
            Centre(y);
            progress?.Report((i + 1.0) / Iterations);
        }

        var result = new float[2 * count];
        for (int n = 0; n < count; n++)
            (result[2 * n], result[2 * n + 1]) = (x[n], y[n]);
        return result;
    }

    // Of one point: Σ p q (y_i - y_j), Σ q² (y_i - y_j), Σ q, with q = 1 / (1 + distance²), not yet divided by the sum of all q.
    private static void Forces(ReadOnlySpan<float> p, float[] x, float[] y, int own, out float forceX, out float forceY, out float repelX, out float repelY, out double sum)
    {
        var (ownX, ownY) = (new Vector<float>(x[own]), new Vector<float>(y[own]));
        Vector<float> fx = default, fy = default, rx = default, ry = default, s = default;
        ReadOnlySpan<Vector<float>> ps = MemoryMarshal.Cast<float, Vector<float>>(p), xs = MemoryMarshal.Cast<float, Vector<float>>(x), ys = MemoryMarshal.Cast<float, Vector<float>>(y);
        for (int j = 0; j < ps.Length; j++)
        {
            Vector<float> dx = ownX - xs[j], dy = ownY - ys[j], q = Vector<float>.One / (Vector<float>.One + dx * dx + dy * dy), pq = ps[j] * q, qq = q * q;
            fx += pq * dx;
            fy += pq * dy;
            rx += qq * dx;
            ry += qq * dy;
            s += q;
        }

        (forceX, forceY, repelX, repelY, sum) = (Vector.Sum(fx), Vector.Sum(fy), Vector.Sum(rx), Vector.Sum(ry), Vector.Sum(s) - 1);
        for (int j = ps.Length * Vector<float>.Count; j < p.Length; j++)
        {
            float dx = x[own] - x[j], dy = y[own] - y[j], q = 1 / (1 + dx * dx + dy * dy);
            forceX += p[j] * q * dx;
            forceY += p[j] * q * dy;
            repelX += q * q * dx;
            repelY += q * q * dy;
            sum += q;
        }
    }

    private static void Step(float gradient, ref float place, ref float speed, ref float gain, float momentum, float rate)
    {
        gain = Math.Max(LeastGain, gradient > 0 != speed > 0 ? gain + 0.2f : gain * 0.8f);
        speed = momentum * speed - rate * gain * gradient;
        place += speed;
    }

    // Symmetric, of sum 1: each row's bell is as wide as the perplexity asks.
    private static float[] Affinities(float[] squares, int count, double perplexity)
    {
        var rows = new float[squares.Length];
        double wanted = Math.Log(perplexity);
        Threads.For(count, n => Row(squares.AsSpan(n * count, count), rows.AsSpan(n * count, count), n, wanted));
        var p = new float[squares.Length];
        Threads.For(count, n =>
        {
            for (int j = 0; j < count; j++)
                p[n * count + j] = (rows[n * count + j] + rows[j * count + n]) / (2 * count);
        });
        return p;
    }

    private static void Row(ReadOnlySpan<float> squares, Span<float> row, int own, double wanted)
    {
        double precision = 1, low = 0, high = double.PositiveInfinity, nearest = double.PositiveInfinity;
        for (int j = 0; j < squares.Length; j++)
            nearest = j == own ? nearest : Math.Min(nearest, squares[j]);
        for (int search = 0; search < Searches; search++)
        {
            double sum = 0, weighted = 0;
            for (int j = 0; j < squares.Length; j++)
            {
                double away = squares[j] - nearest, value = j == own ? 0 : Math.Exp(-away * precision);
                row[j] = (float)value;
                sum += value;
                weighted += value * away;
            }

            double entropy = Math.Log(sum) + precision * weighted / sum;
            foreach (ref float value in row)
                value = (float)(value / sum);
            if (Math.Abs(entropy - wanted) < 1e-5)
                return;
            if (entropy > wanted)
                (low, precision) = (precision, double.IsInfinity(high) ? precision * 2 : (precision + high) / 2);
            else
                (high, precision) = (precision, (precision + low) / 2);
        }
    }

    private static float StartScale(float[] start)
    {
        double squares = 0;
        for (int i = 0; i < start.Length; i += 2)
            squares += (double)start[i] * start[i];
        double deviation = Math.Sqrt(squares / (start.Length / 2));
        return deviation > 0 ? (float)(1e-4 / deviation) : 0;
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1);
        return ones;
    }

    private static void Centre(float[] values)
    {
        double mean = 0;
        foreach (float value in values)
            mean += value;
        float shift = (float)(mean / values.Length);
        foreach (ref float value in values.AsSpan())
            value -= shift;
    }
}
