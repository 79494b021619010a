using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What cells receive through the same connections from each plane by itself: y(n, k) = Σ_ν strength(ν) · x(stride · n + ν, k).</summary>
internal static class AreaSum
{
    /// <summary>Computes the sums on all threads; outside the planes there is nothing.</summary>
    /// <param name="x">Responses, (N, H, W, K).</param>
    /// <param name="area">The connections.</param>
    /// <param name="stride">Positions of <paramref name="x"/> from cell to cell.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="outHeight">H', rows of cells.</param>
    /// <param name="outWidth">W', cells in a row.</param>
    /// <returns>(N, H', W', K).</returns>
    public static Cells Of(Cells x, Area area, int stride, int margin, int outHeight, int outWidth)
    {
        var y = new Cells(x.Count, x.Planes, outHeight, outWidth);
        Threads.For(x.Count * outHeight, item =>
        {
            int image = x.Height * x.Width * x.Planes;
            var row = new Row
            {
                Image = x.All.Slice(item / outHeight * image, image),
                Target = y.All.Slice(item * outWidth * x.Planes, outWidth * x.Planes),
                Strengths = area.Strengths,
                Side = area.Side,
                Height = x.Height,
                Width = x.Width,
                Planes = x.Planes,
                Cells = outWidth,
                Stride = stride,
                Margin = margin,
                Top = item % outHeight * stride - margin,
            };
            Lanes.Run(ref row, x.Planes);
        });
        return y;
    }

    /// <inheritdoc cref="Of(Cells, Area, int, int, int, int)"/>
    /// <param name="x">Responses, (N, K, H, W), without gradients.</param>
    /// <param name="area">The connections.</param>
    /// <param name="stride">Positions of <paramref name="x"/> from cell to cell.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="outHeight">H', rows of cells.</param>
    /// <param name="outWidth">W', cells in a row.</param>
    /// <returns>(N, K, H', W').</returns>
    public static Tensor Of(Tensor x, Area area, int stride, int margin, int outHeight, int outWidth)
    {
        using var cells = Cells.Of(x);
        using var sums = Of(cells, area, stride, margin, outHeight, outWidth);
        return sums.ToTensor();
    }

    private ref struct Row : IRowLoop
    {
        public ReadOnlySpan<float> Image, Strengths;
        public Span<float> Target;
        public int Side, Height, Width, Planes, Cells, Stride, Margin, Top;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float image = ref MemoryMarshal.GetReference(Image), target = ref MemoryMarshal.GetReference(Target);
            int firstRow = Math.Max(0, -Top), lastRow = Math.Min(Side, Height - Top);
            for (int cell = 0; cell < Cells; cell++)
            {
                int left = cell * Stride - Margin, first = Math.Max(0, -left), last = Math.Min(Side, Width - left);
                for (int k = from; k < to; k += S.Count)
                {
                    V sum = S.Create(0);
                    for (int i = firstRow; i < lastRow; i++)
                    {
                        int source = ((Top + i) * Width + left + first) * Planes + k;
                        for (int j = first; j < last; j++, source += Planes)
                            sum = S.MultiplyAdd(S.Create(Strengths[i * Side + j]), S.Load(ref image, source), sum);
                    }

                    S.Store(sum, ref target, cell * Planes + k);
                }
            }
        }
    }
}
