using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>Batch norm's last step with what follows it, in one pass: y = z · scale + shift (+ residual), then ReLU, then 2x2 maxima.</summary>
internal unsafe struct NormForward : IJob
{
    private const int BlockFloats = 1 << 14;

    /// <summary>(N, H, W, C); y is (N, H/2, W/2, C) when pooled.</summary>
    public float* Z, Y;

    /// <summary>(C).</summary>
    public float* Scale, Shift;

    /// <summary>Added before ReLU, as large as z; or null.</summary>
    public float* Residual;

    /// <summary>When pooled: receives the z of each maximum, as large as y; or null.</summary>
    public float* Chosen;

    public int Images, Height, Width, Channels;
    public bool Relu, Pool;

    /// <summary>In place of ReLU another function, or null; not where there are maxima.</summary>
    public Function? Then;

    private int rowsPerItem;

    public void Execute()
    {
        int rows = Pool ? Images * (Height / 2) : Images * Height;
        rowsPerItem = Math.Max(1, BlockFloats / ((Pool ? 2 : 1) * Width * Channels));
        Workers.Run(ref this, (rows + rowsPerItem - 1) / rowsPerItem);
    }

    public void Run(int item)
    {
        int first = item * rowsPerItem;
        if (Pool)
        {
            int half = Height / 2, last = Math.Min(first + rowsPerItem, Images * half);
            for (int row = first; row < last; row++)
            {
                nint from = ((nint)(row / half) * Height + row % half * 2) * Width * Channels, to = (nint)row * (Width / 2) * Channels;
                var kernel = new PoolKernel { Work = this, Upper = Z + from, Lower = Z + from + (nint)Width * Channels, Target = Y + to, Kept = Chosen == null ? null : Chosen + to };
                Vectors.Run(ref kernel, 0, Channels);
            }
        }
        else
        {
            nint from = (nint)first * Width * Channels;
            int pixels = Math.Min(rowsPerItem, Images * Height - first) * Width;
            Norm(Z + from, Y + from, Residual == null ? null : Residual + from, pixels);
            // While the block is in a cache.
            if (Then is { } f)
                FunctionTable.MapPixels(f, Y + from, Channels, pixels, Channels);
        }
    }

    /// <summary>y = z · scale + shift (+ residual), then ReLU, of some pixels on the calling thread.</summary>
    public readonly void Norm(float* z, float* y, float* residual, int pixels)
    {
        var kernel = new PixelKernel { Work = this, Source = z, Target = y, Added = residual, Pixels = pixels };
        Vectors.Run(ref kernel, 0, Channels);
    }

    private struct PixelKernel : IVectorKernel
    {
        public NormForward Work;
        public float* Source, Target, Added;
        public int Pixels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            float* z = Source, y = Target, r = Added, scale = Work.Scale, shift = Work.Shift;
            nint stride = Work.Channels;
            V floor = Work.Relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
            for (int p = 0; p < Pixels; p++, z += stride, y += stride)
            {
                if (r == null)
                {
                    for (nint c = from; c < to; c += S.Count)
                        S.Store(y + c, S.Max(floor, S.Fma(S.Load(z + c), S.Load(scale + c), S.Load(shift + c))));
                    continue;
                }

                for (nint c = from; c < to; c += S.Count)
                    S.Store(y + c, S.Max(floor, S.Add(S.Fma(S.Load(z + c), S.Load(scale + c), S.Load(shift + c)), S.Load(r + c))));
                r += stride;
            }
        }
    }

    private struct PoolKernel : IVectorKernel
    {
        public NormForward Work;
        public float* Upper, Lower, Target, Kept;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            nint stride = Work.Channels;
            V floor = Work.Relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
            float* upper = Upper, lower = Lower, target = Target, kept = Kept, scales = Work.Scale, shifts = Work.Shift;
            for (int x = 0; x < Work.Width / 2; x++, upper += 2 * stride, lower += 2 * stride, target += stride)
            {
                for (nint c = from; c < to; c += S.Count)
                {
                    V scale = S.Load(scales + c), shift = S.Load(shifts + c);
                    V za = S.Load(upper + c), zb = S.Load(upper + stride + c), zc = S.Load(lower + c), zd = S.Load(lower + stride + c);
                    V ya = S.Fma(za, scale, shift), yb = S.Fma(zb, scale, shift), yc = S.Fma(zc, scale, shift), yd = S.Fma(zd, scale, shift);
                    V noNumber = S.Or(S.Unordered(ya, yb), S.Unordered(yc, yd));
                    if (kept != null)
                    {
                        V first = S.Select(S.Greater(yb, ya), zb, za), second = S.Select(S.Greater(yd, yc), zd, zc);
                        S.Store(kept + c, S.Or(noNumber, S.Select(S.Greater(S.Max(yc, yd), S.Max(ya, yb)), second, first)));
                    }

                    S.Store(target + c, S.Or(noNumber, S.Max(floor, S.Max(S.Max(ya, yb), S.Max(yc, yd)))));
                }

                if (kept != null)
                    kept += stride;
            }
        }
    }
}
