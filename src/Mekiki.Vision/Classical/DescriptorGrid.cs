using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mekiki.Vision.Classical;

/// <summary>The keypoints of one scale, and the sums of gradients in their 4x4 bins.</summary>
internal sealed class DescriptorGrid
{
    private const int Bins = 4;

    private readonly int width;
    private readonly Taps rows, columns;

    public DescriptorGrid(int height, int width, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, float binWidth)
    {
        if (!(binWidth > 0) || !float.IsFinite(binWidth))
            throw new ArgumentOutOfRangeException(nameof(binWidth), binWidth, "expected a width above 0");
        this.width = width;
        this.rows = new Taps(rows, height, binWidth);
        this.columns = new Taps(columns, width, binWidth);
        Count = rows.Length * columns.Length;
    }

    /// <summary>How many keypoints there are.</summary>
    public int Count { get; }

    /// <param name="gradients">(H, W), the eight directions of each pixel.</param>
    /// <param name="descriptors">Receives (rows, columns, 4, 4), eight directions each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(ReadOnlySpan<Vector256<float>> gradients, Span<Vector256<float>> descriptors)
    {
        var lines = new Vector256<float>[Bins * width];
        int keypoints = columns.Positions;
        for (int row = 0; row < rows.Positions; row++)
        {
            for (int bin = 0; bin < Bins; bin++)
            {
                var line = lines.AsSpan(bin * width, width);
                line.Clear();
                var (first, weights) = rows.Of(row, bin);
                for (int k = 0; k < weights.Length; k++)
                {
                    var from = gradients.Slice((first + k) * width, width);
                    var weight = Vector256.Create(weights[k]);
                    for (int x = 0; x < line.Length; x++)
                        line[x] = Vector256.MultiplyAddEstimate(from[x], weight, line[x]);
                }
            }

            var target = descriptors.Slice(row * keypoints * Bins * Bins, keypoints * Bins * Bins);
            for (int column = 0; column < keypoints; column++)
                for (int bin = 0; bin < Bins; bin++)
                    SumAlong(lines, columns, column, bin, target[(column * Bins * Bins)..]);
        }
    }

    // One column of bins at once: four sums that do not wait for one another.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SumAlong(ReadOnlySpan<Vector256<float>> lines, Taps taps, int column, int bin, Span<Vector256<float>> target)
    {
        var (first, weights) = taps.Of(column, bin);
        var line0 = lines.Slice(first, weights.Length);
        var line1 = lines.Slice(first + width, weights.Length);
        var line2 = lines.Slice(first + 2 * width, weights.Length);
        var line3 = lines.Slice(first + 3 * width, weights.Length);
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int k = 0; k < weights.Length; k++)
        {
            var weight = Vector256.Create(weights[k]);
            sum0 = Vector256.MultiplyAddEstimate(line0[k], weight, sum0);
            sum1 = Vector256.MultiplyAddEstimate(line1[k], weight, sum1);
            sum2 = Vector256.MultiplyAddEstimate(line2[k], weight, sum2);
            sum3 = Vector256.MultiplyAddEstimate(line3[k], weight, sum3);
        }

        (target[bin], target[Bins + bin], target[2 * Bins + bin], target[3 * Bins + bin]) = (sum0, sum1, sum2, sum3);
    }

    /// <summary>Along one axis, for each keypoint and each of its four bins: which pixels count, and how much.</summary>
    private sealed class Taps
    {
        private readonly (int First, float[] Weights)[] taps;

        public Taps(ReadOnlySpan<int> positions, int side, float binWidth)
        {
            Positions = positions.Length;
            taps = new (int, float[])[positions.Length * Bins];
            for (int i = 0; i < positions.Length; i++)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(positions[i]);
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(positions[i], side);
                for (int bin = 0; bin < Bins; bin++)
                    taps[i * Bins + bin] = Make(positions[i], (bin - (Bins - 1) / 2f) * binWidth, side, binWidth);
            }
        }

        public int Positions { get; }

        public (int First, float[] Weights) Of(int position, int bin) => taps[position * Bins + bin];

        // A triangle around the bin's middle, two bins wide, times the window's Gaussian around the keypoint: deviation 2 bins.
        private static (int, float[]) Make(int position, float middle, int side, float binWidth)
        {
            int first = Math.Max(0, (int)MathF.Floor(position + middle - binWidth) + 1), last = Math.Min(side - 1, (int)MathF.Ceiling(position + middle + binWidth) - 1);
            float[] weights = new float[Math.Max(0, last - first + 1)];
            for (int k = 0; k < weights.Length; k++)
            {
                float distance = first + k - position, inBins = distance / binWidth;
                weights[k] = Math.Max(0, 1 - MathF.Abs(distance - middle) / binWidth) * MathF.Exp(-inBins * inBins / 8);
            }

            return (weights.Length == 0 ? 0 : first, weights);
        }
    }
}
