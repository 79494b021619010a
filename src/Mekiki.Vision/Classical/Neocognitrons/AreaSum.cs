using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;
using Mekiki.Operations;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What cells receive through the same connections from each plane by itself: y(n, k) = Σ_ν strength(ν) · x(stride · n + ν, k).</summary>
internal unsafe struct AreaSum : IJob
{
    private float* x, y, strengths;
    private int height, width, planes, outHeight, outWidth, side, stride, margin;

    /// <summary>Computes the sums on all threads; outside the planes there is nothing.</summary>
    /// <param name="x">Responses, (N, K, H, W), without gradients.</param>
    /// <param name="area">The connections.</param>
    /// <param name="stride">Positions of <paramref name="x"/> from cell to cell.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="outHeight">H', rows of cells.</param>
    /// <param name="outWidth">W', cells in a row.</param>
    /// <returns>(N, K, H', W').</returns>
    public static Tensor Of(Tensor x, Area area, int stride, int margin, int outHeight, int outWidth)
    {
        x = LayoutOperation.Images(x);
        var y = Tensor.Empty([x.Shape[0], x.Shape[1], outHeight, outWidth], Backends.Layout.ChannelsLast);
        fixed (float* strengths = area.Strengths)
        {
            var job = new AreaSum
            {
                x = x.Pointer,
                y = y.Pointer,
                strengths = strengths,
                planes = x.Shape[1],
                height = x.Shape[2],
                width = x.Shape[3],
                outHeight = outHeight,
                outWidth = outWidth,
                side = area.Side,
                stride = stride,
                margin = margin,
            };
            Workers.Run(ref job, x.Shape[0] * outHeight);
        }

        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return y;
    }

    public void Run(int item)
    {
        var row = new Row { Work = this, Image = x + (nint)(item / outHeight) * height * width * planes, Target = y + (nint)item * outWidth * planes, Top = item % outHeight * stride - margin };
        Vectors.Run(ref row, 0, planes);
    }

    private struct Row : IVectorKernel
    {
        public AreaSum Work;
        public float* Image, Target;
        public int Top;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            int firstRow = Math.Max(0, -Top), lastRow = Math.Min(Work.side, Work.height - Top);
            for (int cell = 0; cell < Work.outWidth; cell++)
            {
                int left = cell * Work.stride - Work.margin, first = Math.Max(0, -left), last = Math.Min(Work.side, Work.width - left);
                for (nint k = from; k < to; k += S.Count)
                {
                    V sum = S.Zero;
                    for (int i = firstRow; i < lastRow; i++)
                    {
                        float* source = Image + ((nint)(Top + i) * Work.width + left) * Work.planes + k;
                        float* strength = Work.strengths + i * Work.side;
                        for (int j = first; j < last; j++)
                            sum = S.Fma(S.Broadcast(strength[j]), S.Load(source + (nint)j * Work.planes), sum);
                    }

                    S.Store(Target + (nint)cell * Work.planes + k, sum);
                }
            }
        }
    }
}
