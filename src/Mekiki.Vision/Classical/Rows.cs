using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical;

/// <summary>What is done with whole rows of numbers: products, sums, and sums of multiples.</summary>
internal static class Rows
{
    /// <summary>Σ x y, of two rows of one length.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        var loop = new DotLoop { X = x, Y = y };
        Lanes.Run(ref loop, x.Length);
        return loop.Sum;
    }

    /// <summary>y += scale x, of two rows of one length.</summary>
    public static void AddScaled(ReadOnlySpan<float> x, float scale, Span<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        var loop = new AddLoop { X = x, Y = y, Scale = scale };
        Lanes.Run(ref loop, x.Length);
    }

    /// <summary>x *= scale.</summary>
    public static void Scale(Span<float> x, float scale)
    {
        var loop = new ScaleLoop { X = x, Scale = scale };
        Lanes.Run(ref loop, x.Length);
    }

    /// <summary>Σ x.</summary>
    public static float Sum(ReadOnlySpan<float> x)
    {
        var loop = new SumLoop { X = x };
        Lanes.Run(ref loop, x.Length);
        return loop.Sum;
    }

    /// <summary>Σ x².</summary>
    public static float SumOfSquares(ReadOnlySpan<float> x)
    {
        var loop = new SquareLoop { X = x };
        Lanes.Run(ref loop, x.Length);
        return loop.Sum;
    }

    private ref struct DotLoop : IRowLoop
    {
        public ReadOnlySpan<float> X, Y;
        public float Sum;

        // Four sums that do not wait for one another.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float x = ref MemoryMarshal.GetReference(X), y = ref MemoryMarshal.GetReference(Y);
            V a = S.Create(0), b = a, c = a, d = a;
            int i = from;
            for (; i + 4 * S.Count <= to; i += 4 * S.Count)
            {
                a = S.MultiplyAdd(S.Load(ref x, i), S.Load(ref y, i), a);
                b = S.MultiplyAdd(S.Load(ref x, i + S.Count), S.Load(ref y, i + S.Count), b);
                c = S.MultiplyAdd(S.Load(ref x, i + 2 * S.Count), S.Load(ref y, i + 2 * S.Count), c);
                d = S.MultiplyAdd(S.Load(ref x, i + 3 * S.Count), S.Load(ref y, i + 3 * S.Count), d);
            }

            for (; i < to; i += S.Count)
                a = S.MultiplyAdd(S.Load(ref x, i), S.Load(ref y, i), a);
            Sum += S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
        }
    }

    private ref struct AddLoop : IRowLoop
    {
        public ReadOnlySpan<float> X;
        public Span<float> Y;
        public float Scale;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float x = ref MemoryMarshal.GetReference(X), y = ref MemoryMarshal.GetReference(Y);
            V scale = S.Create(Scale);
            for (int i = from; i < to; i += S.Count)
                S.Store(S.MultiplyAdd(scale, S.Load(ref x, i), S.Load(ref y, i)), ref y, i);
        }
    }

    private ref struct ScaleLoop : IRowLoop
    {
        public Span<float> X;
        public float Scale;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float x = ref MemoryMarshal.GetReference(X);
            V scale = S.Create(Scale);
            for (int i = from; i < to; i += S.Count)
                S.Store(S.Multiply(S.Load(ref x, i), scale), ref x, i);
        }
    }

    private ref struct SumLoop : IRowLoop
    {
        public ReadOnlySpan<float> X;
        public float Sum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float x = ref MemoryMarshal.GetReference(X);
            V sum = S.Create(0);
            for (int i = from; i < to; i += S.Count)
                sum = S.Add(sum, S.Load(ref x, i));
            Sum += S.Sum(sum);
        }
    }

    private ref struct SquareLoop : IRowLoop
    {
        public ReadOnlySpan<float> X;
        public float Sum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float x = ref MemoryMarshal.GetReference(X);
            V sum = S.Create(0);
            for (int i = from; i < to; i += S.Count)
                sum = S.MultiplyAdd(S.Load(ref x, i), S.Load(ref x, i), sum);
            Sum += S.Sum(sum);
        }
    }
}
