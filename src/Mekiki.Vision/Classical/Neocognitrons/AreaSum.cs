using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What cells receive through the same connections from each plane by itself: y(n, k) = Σ_ν strength(ν) · x(stride · n + ν, k).</summary>
/// <param name="area">The connections.</param>
/// <param name="stride">Positions of x from cell to cell.</param>
/// <param name="margin">How far the first cell's area reaches outside, where there is nothing.</param>
/// <param name="outHeight">H', rows of cells.</param>
/// <param name="outWidth">W', cells in a row.</param>
internal sealed class AreaSum(Area area, int stride, int margin, int outHeight, int outWidth)
{
    /// <summary>The sums over responses, on all threads.</summary>
    /// <param name="s">(N, H, W, K).</param>
    /// <returns>(N, H', W', K).</returns>
    public Cells Of(SResponses s)
    {
        var sums = new Cells(s.Count, s.Planes, outHeight, outWidth);
        Threads.For(s.Count, n =>
        {
            using var image = BufferPool.Rent(s.Length);
            s.Read(n, image.Span);
            Write(image.Span[..s.Length], s.Height, s.Width, s.Planes, sums.Image(n));
        });
        return sums;
    }

    /// <inheritdoc cref="Of(SResponses)"/>
    /// <param name="x">(N, H, W, K).</param>
    public Cells Of(Cells x)
    {
        var sums = new Cells(x.Count, x.Planes, outHeight, outWidth);
        Threads.For(x.Count, n => Write(x.Image(n), x.Height, x.Width, x.Planes, sums.Image(n)));
        return sums;
    }

    /// <summary>The sums over an image.</summary>
    /// <param name="image">(H, W, K).</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="planes">K.</param>
    /// <param name="sums">Receives (H', W', K).</param>
    public void Write(ReadOnlySpan<float> image, int height, int width, int planes, Span<float> sums)
    {
        for (int y = 0; y < outHeight; y++)
        {
            var row = new Row
            {
                Image = image,
                Target = sums.Slice(y * outWidth * planes, outWidth * planes),
                Strengths = area.Strengths,
                Side = area.Side,
                Height = height,
                Width = width,
                Planes = planes,
                Cells = outWidth,
                Stride = stride,
                Margin = margin,
                Top = y * stride - margin,
            };
            Lanes.Run(ref row, planes);
        }
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
