using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>Norms of rows: layer, group and instance norm. Means and variances in two passes, summed in double precision.</summary>
internal unsafe struct RowNorm : IJob
{
    private const int FloatsPerItem = 1 << 13;

    public RowNormSizes Sizes;

    /// <summary>(Rows, Columns).</summary>
    public float* X, Y;

    /// <summary>Scales and shifts; null: none.</summary>
    public float* Gamma, Beta;

    /// <summary>(Rows, 2): mean and inverse deviation.</summary>
    public float* Statistics;

    private readonly int RowsPerItem => Math.Max(1, FloatsPerItem / Sizes.Columns);

    public void Execute() => Workers.Run(ref this, (Sizes.Rows + RowsPerItem - 1) / RowsPerItem);

    public readonly void Run(int item)
    {
        int last = Math.Min((item + 1) * RowsPerItem, Sizes.Rows), columns = Sizes.Columns;
        for (int row = item * RowsPerItem; row < last; row++)
        {
            float* x = X + (nint)row * columns, y = Y + (nint)row * columns;
            var sum = new SumKernel { X = x };
            Vectors.Run(ref sum, 0, columns);
            double mean = sum.Total / columns;
            var squares = new SquareKernel { X = x, Mean = (float)mean };
            Vectors.Run(ref squares, 0, columns);
            // Around the rounded mean, the squares are larger by the square of its round-off.
            double variance = Math.Max(0, squares.Total / columns - (mean - (float)mean) * (mean - (float)mean));
            float inverse = (float)(1 / Math.Sqrt(variance + Sizes.Epsilon));
            (Statistics[2 * (nint)row], Statistics[2 * (nint)row + 1]) = ((float)mean, inverse);
            int first = RowNorm.FirstParameter(Sizes, row);
            if (Sizes.Repeat == 1 || Gamma == null)
            {
                var all = new ApplyKernel { X = x, Y = y, Mean = (float)mean, Inverse = inverse, Gamma = Gamma == null ? null : Gamma + first, Beta = Beta + first, Scale = 1 };
                Vectors.Run(ref all, 0, columns);
                continue;
            }

            for (int at = 0; at < columns; at += Sizes.Repeat, first++)
            {
                var part = new ApplyKernel { X = x, Y = y, Mean = (float)mean, Inverse = inverse, Scale = Gamma[first], Shift = Beta[first] };
                Vectors.Run(ref part, at, at + Sizes.Repeat);
            }
        }
    }

    /// <summary>The number of the scale of a row's first element.</summary>
    public static int FirstParameter(in RowNormSizes s, int row) => (int)((long)(row % s.Groups) * s.Columns / s.Repeat);

    private struct SumKernel : IVectorKernel
    {
        private const int Block = 32;

        public float* X;
        public double Total;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            while (from < to)
            {
                nint end = Math.Min(to, from + Block * S.Count);
                V sum = S.Zero;
                for (; from < end; from += S.Count)
                    sum = S.Add(sum, S.Load(X + from));
                Total += S.Sum(sum);
            }
        }
    }

    private struct SquareKernel : IVectorKernel
    {
        private const int Block = 32;

        public float* X;
        public float Mean;
        public double Total;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V mean = S.Broadcast(Mean);
            while (from < to)
            {
                nint end = Math.Min(to, from + Block * S.Count);
                V sum = S.Zero;
                for (; from < end; from += S.Count)
                {
                    V distance = S.Sub(S.Load(X + from), mean);
                    sum = S.Fma(distance, distance, sum);
                }

                Total += S.Sum(sum);
            }
        }
    }

    private struct ApplyKernel : IVectorKernel
    {
        public float* X, Y, Gamma, Beta;
        public float Mean, Inverse, Scale, Shift;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V mean = S.Broadcast(Mean), inverse = S.Broadcast(Inverse), scale = S.Broadcast(Scale), shift = S.Broadcast(Shift);
            for (nint i = from; i < to; i += S.Count)
            {
                V normal = S.Mul(S.Sub(S.Load(X + i), mean), inverse);
                S.Store(Y + i, Gamma == null ? S.Fma(normal, scale, shift) : S.Fma(normal, S.Load(Gamma + i), S.Load(Beta + i)));
            }
        }
    }
}

/// <summary>The way back of <see cref="RowNorm"/>: dx = (g - mean(g) - x̂ mean(g x̂)) / √(σ² + ε) with g = dy γ.</summary>
internal unsafe struct RowNormGradient : IJob
{
    private const int MostBlocks = 32;

    public RowNormSizes Sizes;

    public float* X, Dy, Dx, Gamma, Statistics;

    // Sums of dy x̂ and of dy: of each block of rows, for each scale; or, where elements share one, of each row, for each of its scales.
    private float* byScale, byShift;
    private int rowsPerBlock, blocks;

    private readonly bool SharesScales => Sizes.Repeat > 1;

    /// <param name="dGamma">Receives the gradient of the scales; null: there are none.</param>
    /// <param name="dBeta">Receives that of the shifts.</param>
    public void Execute(float* dGamma, float* dBeta)
    {
        if (Sizes.Rows == 0)
        {
            if (dGamma != null)
                Clear(dGamma, dBeta);
            return;
        }

        // Cut by shape alone.
        rowsPerBlock = (Sizes.Rows + MostBlocks - 1) / MostBlocks;
        blocks = (Sizes.Rows + rowsPerBlock - 1) / rowsPerBlock;
        int perRow = Sizes.Columns / Sizes.Repeat;
        long sums = dGamma == null ? 0 : SharesScales ? (long)Sizes.Rows * perRow : (long)blocks * Sizes.Parameters;
        using var scratch = new Memory.Scratch(2 * sums + 1);
        byScale = dGamma == null ? null : scratch.Pointer;
        byShift = dGamma == null ? null : scratch.Pointer + sums;
        Workers.Run(ref this, blocks);
        if (dGamma == null)
            return;
        for (int p = 0; p < Sizes.Parameters; p++)
        {
            double scale = 0, shift = 0;
            if (SharesScales)
                for (long row = p / perRow; row < Sizes.Rows; row += Sizes.Groups)
                {
                    scale += byScale[row * perRow + p % perRow];
                    shift += byShift[row * perRow + p % perRow];
                }
            else
                for (int b = 0; b < blocks; b++)
                {
                    scale += byScale[(long)b * Sizes.Parameters + p];
                    shift += byShift[(long)b * Sizes.Parameters + p];
                }

            (dGamma[p], dBeta[p]) = ((float)scale, (float)shift);
        }
    }

    public readonly void Run(int block)
    {
        int columns = Sizes.Columns, perRow = columns / Sizes.Repeat, last = Math.Min((block + 1) * rowsPerBlock, Sizes.Rows);
        float* scales = byScale, shifts = byShift;
        if (byScale != null && !SharesScales)
        {
            scales += (nint)block * Sizes.Parameters;
            shifts += (nint)block * Sizes.Parameters;
            new Span<float>(scales, Sizes.Parameters).Clear();
            new Span<float>(shifts, Sizes.Parameters).Clear();
        }

        for (int row = block * rowsPerBlock; row < last; row++)
        {
            nint at = (nint)row * columns;
            int first = RowNorm.FirstParameter(Sizes, row);
            float mean = Statistics[2 * (nint)row], inverse = Statistics[2 * (nint)row + 1];
            double sum = 0, dot = 0;
            if (!SharesScales || Gamma == null)
            {
                var sums = new SumKernel { X = X + at, Dy = Dy + at, Mean = mean, Inverse = inverse };
                if (Gamma != null)
                {
                    sums.Gamma = Gamma + first;
                    sums.ByScale = scales + first;
                    sums.ByShift = shifts + first;
                }

                Vectors.Run(ref sums, 0, columns);
                (sum, dot) = (sums.Sum, sums.Dot);
            }
            else
                for (int i = 0; i < perRow; i++)
                {
                    var sums = new SumKernel { X = X + at, Dy = Dy + at, Mean = mean, Inverse = inverse };
                    Vectors.Run(ref sums, (nint)i * Sizes.Repeat, (nint)(i + 1) * Sizes.Repeat);
                    sum += Gamma[first + i] * sums.Sum;
                    dot += Gamma[first + i] * sums.Dot;
                    scales[(nint)row * perRow + i] = (float)sums.Dot;
                    shifts[(nint)row * perRow + i] = (float)sums.Sum;
                }

            var back = new BackKernel { X = X + at, Dy = Dy + at, Dx = Dx + at, Mean = mean, Inverse = inverse, Sum = (float)(sum / columns), Dot = (float)(dot / columns), Scale = 1 };
            if (!SharesScales || Gamma == null)
            {
                back.Gamma = Gamma == null ? null : Gamma + first;
                Vectors.Run(ref back, 0, columns);
            }
            else
                for (int i = 0; i < perRow; i++)
                {
                    back.Scale = Gamma[first + i];
                    Vectors.Run(ref back, (nint)i * Sizes.Repeat, (nint)(i + 1) * Sizes.Repeat);
                }
        }
    }

    private readonly void Clear(float* dGamma, float* dBeta)
    {
        new Span<float>(dGamma, Sizes.Parameters).Clear();
        new Span<float>(dBeta, Sizes.Parameters).Clear();
    }

    private struct SumKernel : IVectorKernel
    {
        private const int Block = 32;

        public float* X, Dy, Gamma, ByScale, ByShift;
        public float Mean, Inverse;
        public double Sum, Dot;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V mean = S.Broadcast(Mean), inverse = S.Broadcast(Inverse);
            while (from < to)
            {
                nint end = Math.Min(to, from + Block * S.Count);
                V sum = S.Zero, dot = S.Zero;
                for (; from < end; from += S.Count)
                {
                    V normal = S.Mul(S.Sub(S.Load(X + from), mean), inverse), dy = S.Load(Dy + from);
                    if (ByScale != null)
                    {
                        S.Store(ByScale + from, S.Fma(dy, normal, S.Load(ByScale + from)));
                        S.Store(ByShift + from, S.Add(dy, S.Load(ByShift + from)));
                    }

                    if (Gamma != null)
                        dy = S.Mul(dy, S.Load(Gamma + from));
                    sum = S.Add(sum, dy);
                    dot = S.Fma(dy, normal, dot);
                }

                Sum += S.Sum(sum);
                Dot += S.Sum(dot);
            }
        }
    }

    private struct BackKernel : IVectorKernel
    {
        public float* X, Dy, Dx, Gamma;
        public float Mean, Inverse, Sum, Dot, Scale;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V mean = S.Broadcast(Mean), inverse = S.Broadcast(Inverse), sum = S.Broadcast(Sum), dot = S.Broadcast(-Dot), scale = S.Broadcast(Scale);
            for (nint i = from; i < to; i += S.Count)
            {
                V normal = S.Mul(S.Sub(S.Load(X + i), mean), inverse);
                V g = S.Mul(S.Load(Dy + i), Gamma == null ? scale : S.Load(Gamma + i));
                S.Store(Dx + i, S.Mul(inverse, S.Fma(normal, dot, S.Sub(g, sum))));
            }
        }
    }
}
