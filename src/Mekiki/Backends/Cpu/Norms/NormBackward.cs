using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>The way back through batch norm and what followed it: two passes, one for the sums over pixels and one for dz.</summary>
/// <remarks>
/// With g the gradient behind ReLU and pooling, n pixels, x̂ = (z - mean) / σ: dβ = Σ g, dγ = Σ g x̂, and in training
/// dz = γ/σ (g - dβ/n - x̂ dγ/n). Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, section 3.
/// </remarks>
internal unsafe struct NormBackward : IJob
{
    private const int BlockFloats = 1 << 14, MostExactPixels = 16;

    /// <summary>(N, H, W, C); the gradient of the output, dy, is (N, H/2, W/2, C) when pooled.</summary>
    public float* Z, Dy, Dz;

    /// <summary>(C): as in the way there; the normalized value is (z - mean) · inverse.</summary>
    public float* Scale, Shift, Mean, Inverse;

    /// <summary>(C), and what was added to the variance.</summary>
    public float* Gamma;

    public float Epsilon;

    /// <summary>When pooled: the z of each maximum.</summary>
    public float* Chosen;

    /// <summary>With a residual: the output, whose sign tells where ReLU let through; receives the residual's gradient where <see cref="DResidual"/> is set.</summary>
    public float* Y, DResidual;

    /// <summary>(C) each: receive the gradients.</summary>
    public float* DGamma, DBeta;

    public int Images, Height, Width, Channels;
    public bool Relu, Pool, Training;

    /// <summary>What came behind the norm in place of ReLU, or null. Its argument is computed again, block by block: that takes less time than to write and read it.</summary>
    public Function? Then;

    private float* sums, perPixel, slope;
    private int rowsPerItem, sumBlocks;
    private bool summing;

    private readonly int SumPixels => Pool ? Images * (Height / 2) * (Width / 2) : Images * Height * Width;

    public void Execute()
    {
        if (Training && !Pool && SumPixels <= MostExactPixels)
        {
            using var behind = new Scratch(Then is null ? 0 : (long)SumPixels * Channels);
            if (Then is not null)
                Dy = Behind(0, SumPixels, behind.Pointer);
            Exact();
            return;
        }

        sumBlocks = ChannelKernels.BlockCount(SumPixels);
        var partial = CpuStorage.Floats((2L * sumBlocks + 4) * Channels);
        sums = partial.Pointer;
        summing = true;
        Workers.Run(ref this, sumBlocks);
        float* joined = sums + 2L * sumBlocks * Channels;
        ChannelKernels.JoinSums(sums, sumBlocks, 2 * Channels, joined);
        perPixel = joined + 2 * Channels;
        slope = perPixel + Channels;
        double n = (double)Images * Height * Width;
        for (int c = 0; c < Channels; c++)
        {
            DBeta[c] = joined[c];
            DGamma[c] = joined[Channels + c] * Inverse[c];
            perPixel[c] = Training ? (float)(-Scale[c] * joined[c] / n) : 0;
            slope[c] = Training ? (float)(-Scale[c] * (double)Inverse[c] * DGamma[c] / n) : 0;
        }

        summing = false;
        int rows = Pool ? Images * ((Height + 1) / 2) : Images * Height;
        rowsPerItem = Math.Max(1, BlockFloats / ((Pool ? 2 : 1) * Width * Channels));
        if (Dz != null)
            Workers.Run(ref this, (rows + rowsPerItem - 1) / rowsPerItem);
        partial.Release();
    }

    public void Run(int item)
    {
        if (summing)
        {
            int first = item * ChannelKernels.PixelsPerBlock, pixels = Math.Min(ChannelKernels.PixelsPerBlock, SumPixels - first);
            nint from = (nint)first * Channels;
            using var behind = new Scratch(Then is null ? 0 : (long)pixels * Channels);
            var kernel = new SumKernel
            {
                Work = this,
                Source = (Pool ? Chosen : Z) + from,
                Gradient = Behind(from, pixels, behind.Pointer),
                Output = Y == null ? null : Y + from,
                Sums = sums + 2L * item * Channels,
                Pixels = pixels,
            };
            Vectors.Run(ref kernel, 0, Channels);
        }
        else if (Pool)
            PoolRows(item);
        else
        {
            int first = item * rowsPerItem, pixels = Math.Min(rowsPerItem, Images * Height - first) * Width;
            nint from = (nint)first * Width * Channels;
            using var behind = new Scratch(Then is null ? 0 : (long)pixels * Channels);
            var kernel = new PixelKernel
            {
                Work = this,
                Source = Z + from,
                Gradient = Behind(from, pixels, behind.Pointer),
                Output = Y == null ? null : Y + from,
                Target = Dz + from,
                Passed = DResidual == null ? null : DResidual + from,
                Pixels = pixels,
            };
            Vectors.Run(ref kernel, 0, Channels);
        }
    }

    /// <summary>The gradient of the normalized values of some pixels: dy, or behind a function dy · f'(z · scale + shift).</summary>
    private readonly float* Behind(nint from, int pixels, float* room)
    {
        if (Then is not { } f)
            return Dy + from;
        var norm = new NormForward { Scale = Scale, Shift = Shift, Channels = Channels };
        norm.Norm(Z + from, room, null, pixels);
        FunctionTable.DerivePixels(f, room, Dy + from, room, (nint)pixels * Channels);
        return room;
    }

    /// <summary>The same for a handful of pixels, in double precision: there the three terms of dz nearly cancel (for two pixels, but for ε).</summary>
    private readonly void Exact()
    {
        int pixels = SumPixels;
        for (int c = 0; c < Channels; c++)
        {
            double mean = 0, squares = 0, sum = 0, products = 0;
            for (int p = 0; p < pixels; p++)
                mean += Z[(nint)p * Channels + c] / (double)pixels;
            for (int p = 0; p < pixels; p++)
                squares += Math.Pow(Z[(nint)p * Channels + c] - mean, 2);
            double inverse = 1 / Math.Sqrt(squares / pixels + Epsilon), scale = Gamma[c] * inverse;
            for (int p = 0; p < pixels; p++)
            {
                nint at = (nint)p * Channels + c;
                float output = Y != null ? Y[at] : SimdScalar.Fma(Z[at], Scale[c], Shift[c]);
                double g = Relu && output <= 0 ? 0 : Dy[at];
                sum += g;
                products += g * (Z[at] - mean);
                if (Dz != null)
                    Dz[at] = (float)g;
                if (DResidual != null)
                    DResidual[at] = (float)g;
            }

            DBeta[c] = (float)sum;
            DGamma[c] = (float)(products * inverse);
            for (int p = 0; Dz != null && p < pixels; p++)
            {
                nint at = (nint)p * Channels + c;
                Dz[at] = (float)(scale * (Dz[at] - sum / pixels - (Z[at] - mean) * inverse * inverse * products / pixels));
            }
        }
    }

    private void PoolRows(int item)
    {
        int half = (Height + 1) / 2, last = Math.Min((item + 1) * rowsPerItem, Images * half);
        for (int row = item * rowsPerItem; row < last; row++)
        {
            int y = row % half * 2, image = row / half;
            nint from = ((nint)image * Height + y) * Width * Channels;
            bool pooled = y + 1 < Height;
            if (pooled)
            {
                var kernel = new PoolKernel
                {
                    Work = this,
                    Source = Z + from,
                    Target = Dz + from,
                    Gradient = Dy + ((nint)image * (Height / 2) + y / 2) * (Width / 2) * Channels,
                };
                Vectors.Run(ref kernel, 0, Channels);
            }

            // Pixels that no window covers have no gradient of their own.
            if (!pooled || Width % 2 == 1)
                for (int line = 0; line < (pooled ? 2 : 1); line++)
                {
                    nint at = from + ((nint)line * Width + (pooled ? Width - 1 : 0)) * Channels;
                    var kernel = new PixelKernel { Work = this, Source = Z + at, Target = Dz + at, Pixels = pooled ? 1 : Width };
                    Vectors.Run(ref kernel, 0, Channels);
                }
        }
    }

    private struct SumKernel : IVectorKernel
    {
        public NormBackward Work;
        public float* Source, Gradient, Output, Sums;
        public int Pixels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            nint stride = Work.Channels;
            for (nint c = from; c < to; c += S.Count)
            {
                V mean = S.Load(Work.Mean + c), scale = S.Load(Work.Scale + c), shift = S.Load(Work.Shift + c);
                V sum = S.Zero, products = S.Zero;
                float* z = Source + c, dy = Gradient + c, y = Output == null ? null : Output + c;
                for (int p = 0; p < Pixels; p++, z += stride, dy += stride)
                {
                    V value = S.Load(z), g = S.Load(dy);
                    if (Work.Relu)
                    {
                        if (y != null)
                        {
                            g = S.Select(S.LessOrEqual(S.Load(y), S.Zero), S.Zero, g);
                            y += stride;
                        }
                        else
                            g = S.Select(S.LessOrEqual(S.Fma(value, scale, shift), S.Zero), S.Zero, g);
                    }

                    sum = S.Add(sum, g);
                    products = S.Fma(g, S.Sub(value, mean), products);
                }

                S.Store(Sums + c, sum);
                S.Store(Sums + stride + c, products);
            }
        }
    }

    private struct PixelKernel : IVectorKernel
    {
        public NormBackward Work;
        public float* Source, Gradient, Output, Target, Passed;
        public int Pixels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            nint stride = Work.Channels;
            float* z = Source, dy = Gradient, y = Output, dz = Target, passed = Passed;
            for (int p = 0; p < Pixels; p++)
            {
                for (nint c = from; c < to; c += S.Count)
                {
                    V value = S.Load(z + c), scale = S.Load(Work.Scale + c);
                    V result = S.Fma(S.Sub(value, S.Load(Work.Mean + c)), S.Load(Work.slope + c), S.Load(Work.perPixel + c));
                    if (dy != null)
                    {
                        V g = S.Load(dy + c);
                        if (Work.Relu)
                            g = S.Select(S.LessOrEqual(y != null ? S.Load(y + c) : S.Fma(value, scale, S.Load(Work.Shift + c)), S.Zero), S.Zero, g);
                        if (passed != null)
                            S.Store(passed + c, g);
                        result = S.Fma(g, scale, result);
                    }

                    S.Store(dz + c, result);
                }

                z += stride;
                dz += stride;
                dy = dy == null ? null : dy + stride;
                y = y == null ? null : y + stride;
                passed = passed == null ? null : passed + stride;
            }
        }
    }

    private struct PoolKernel : IVectorKernel
    {
        public NormBackward Work;
        public float* Source, Gradient, Target;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            nint stride = Work.Channels, row = (nint)Work.Width * stride;
            V floor = Work.Relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
            float* z = Source, dy = Gradient, dz = Target;
            for (int x = 0; x < Work.Width / 2; x++, z += 2 * stride, dz += 2 * stride, dy += stride)
                for (nint c = from; c < to; c += S.Count)
                {
                    V scale = S.Load(Work.Scale + c), shift = S.Load(Work.Shift + c), mean = S.Load(Work.Mean + c);
                    V slope = S.Load(Work.slope + c), constant = S.Load(Work.perPixel + c);
                    V za = S.Load(z + c), zb = S.Load(z + stride + c), zc = S.Load(z + row + c), zd = S.Load(z + row + stride + c);
                    V ya = S.Fma(za, scale, shift), yb = S.Fma(zb, scale, shift), yc = S.Fma(zc, scale, shift), yd = S.Fma(zd, scale, shift);
                    V top = S.Max(ya, yb), bottom = S.Max(yc, yd);
                    // The first of equal maxima gets the gradient, in the order a b c d, as in the way there.
                    V g = S.Mul(S.Select(S.LessOrEqual(S.Max(top, bottom), floor), S.Zero, S.Load(dy + c)), scale);
                    V low = S.Greater(bottom, top), right = S.Greater(yb, ya), lowRight = S.Greater(yd, yc);
                    V gTop = S.Select(low, S.Zero, g), gLow = S.Select(low, g, S.Zero);
                    S.Store(dz + c, S.Add(S.Fma(S.Sub(za, mean), slope, constant), S.Select(right, S.Zero, gTop)));
                    S.Store(dz + stride + c, S.Add(S.Fma(S.Sub(zb, mean), slope, constant), S.Select(right, gTop, S.Zero)));
                    S.Store(dz + row + c, S.Add(S.Fma(S.Sub(zc, mean), slope, constant), S.Select(lowRight, S.Zero, gLow)));
                    S.Store(dz + row + stride + c, S.Add(S.Fma(S.Sub(zd, mean), slope, constant), S.Select(lowRight, gLow, S.Zero)));
                }
        }
    }
}
