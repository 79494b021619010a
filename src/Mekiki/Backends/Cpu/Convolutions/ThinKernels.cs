using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The loops of <see cref="ThinBlock"/> at one vector width.</summary>
internal readonly unsafe struct ThinKernels(
    delegate*<float*, nint, nint, nint*, float*, float*, float*, bool, int, nint, void> forward,
    delegate*<float*, nint, nint, nint*, float*, float*, float*, bool, int, nint, void> forwardOfAny,
    delegate*<float*, nint, nint, nint*, float*, float*, float*, int, nint, void> backward,
    delegate*<float*, nint, bool> isModest)
{
    /// <summary>For pixels and weights that <see cref="IsModest"/>: no sum of theirs can fail to be a number.</summary>
    public delegate*<float*, nint, nint, nint*, float*, float*, float*, bool, int, nint, void> Forward { get; } = forward;

    /// <summary>For any values: what is no number stays none. The same bits for modest ones, some per cent slower.</summary>
    public delegate*<float*, nint, nint, nint*, float*, float*, float*, bool, int, nint, void> ForwardOfAny { get; } = forwardOfAny;

    public delegate*<float*, nint, nint, nint*, float*, float*, float*, int, nint, void> Backward { get; } = backward;

    /// <summary>Whether all of some values, and those up to the end of the last register, are numbers of at most <see cref="Thin{V, S}.Modest"/>.</summary>
    public delegate*<float*, nint, bool> IsModest { get; } = isModest;

    /// <summary>Those of <see cref="VectorWidth.Bits"/>.</summary>
    public static ThinKernels Current => VectorWidth.Bits switch
    {
        _ when VectorWidth.Is512 => Of<Vector512<float>, Simd512>(),
        _ when VectorWidth.Is256 => Of<Vector256<float>, Simd256>(),
        _ => Of<Vector128<float>, Simd128>(),
    };

    private static ThinKernels Of<V, S>() where V : struct where S : ISimd<V> =>
        new(&Thin<V, S>.Forward<Modest>, &Thin<V, S>.Forward<Any>, &Thin<V, S>.Backward, &Thin<V, S>.IsModest);

    /// <summary>What a kernel may rely on.</summary>
    internal interface IValues
    {
        static abstract bool AreNumbers { get; }
    }

    private readonly struct Modest : IValues
    {
        public static bool AreNumbers => true;
    }

    private readonly struct Any : IValues
    {
        public static bool AreNumbers => false;
    }
}

/// <summary>One row of 2x2 maxima over a convolution of nine taps; features are the lanes.</summary>
internal static unsafe class Thin<V, S> where V : struct where S : ISimd<V>
{
    /// <summary>Ten products of two such numbers are far from overflow.</summary>
    public const float Modest = 1e15f;

    private const int Depth = PatchMoments.Depth;

    public static bool IsModest(float* values, nint count)
    {
        V most = S.Broadcast(Modest * Modest), wrong = S.Zero;
        for (nint i = 0; i < count; i += S.Count)
        {
            V value = S.Load(values + i);
            wrong = S.Add(wrong, S.Select(S.LessOrEqual(S.Mul(value, value), most), S.Zero, S.Broadcast(1)));
        }

        return S.Sum(wrong) == 0;
    }

    /// <param name="corner">The first of the row's pixels.</param>
    /// <param name="pixel">Floats to the next pixel.</param>
    /// <param name="line">Floats to the pixel below.</param>
    /// <param name="offsets">Of the taps.</param>
    /// <param name="panel">Weights (tap, feature), then the bias.</param>
    /// <param name="y">Receives (width, features).</param>
    /// <param name="places">Receives which pixel was the largest, -1 where ReLU closed; or null.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="width">Maxima of the row.</param>
    /// <param name="features">A multiple of two vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T>(float* corner, nint pixel, nint line, nint* offsets, float* panel, float* y, float* places, bool relu, int width, nint features) where T : ThinKernels.IValues
    {
        V floor = relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
        for (int x = 0; x < width; x++, corner += 2 * pixel, y += features)
        {
            for (nint o = 0; o < features; o += 2 * S.Count)
            {
                float* w = panel + o;
                V a0 = S.Load(w + Depth * features), b0 = S.Load(w + Depth * features + S.Count);
                V a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
                for (int k = 0; k < Depth; k++, w += features)
                {
                    float* from = corner + offsets[k];
                    V wa = S.Load(w), wb = S.Load(w + S.Count);
                    V v0 = S.Broadcast(from[0]), v1 = S.Broadcast(from[pixel]);
                    a0 = S.Fma(v0, wa, a0);
                    b0 = S.Fma(v0, wb, b0);
                    a1 = S.Fma(v1, wa, a1);
                    b1 = S.Fma(v1, wb, b1);
                    V v2 = S.Broadcast(from[line]), v3 = S.Broadcast(from[line + pixel]);
                    a2 = S.Fma(v2, wa, a2);
                    b2 = S.Fma(v2, wb, b2);
                    a3 = S.Fma(v3, wa, a3);
                    b3 = S.Fma(v3, wb, b3);
                }

                Choose<T>(a0, a1, a2, a3, floor, y + o, places == null ? null : places + o);
                Choose<T>(b0, b1, b2, b3, floor, y + o + S.Count, places == null ? null : places + o + S.Count);
            }

            if (places != null)
                places += features;
        }
    }

    /// <summary>Adds to the sums, (tap, feature): gradient times pixel at the maxima; and behind them the gradient's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* corner, nint pixel, nint line, nint* offsets, float* dy, float* places, float* sums, int width, nint features)
    {
        nint t0 = offsets[0], t1 = offsets[1], t2 = offsets[2], t3 = offsets[3], t4 = offsets[4], t5 = offsets[5], t6 = offsets[6], t7 = offsets[7], t8 = offsets[8];
        nint* shifts = stackalloc nint[] { 0, pixel, line, line + pixel };
        for (nint o = 0; o < features; o += S.Count)
        {
            float* to = sums + o;
            V s0 = S.Load(to), s1 = S.Load(to + features), s2 = S.Load(to + 2 * features), s3 = S.Load(to + 3 * features), s4 = S.Load(to + 4 * features);
            V s5 = S.Load(to + 5 * features), s6 = S.Load(to + 6 * features), s7 = S.Load(to + 7 * features), s8 = S.Load(to + 8 * features), sum = S.Load(to + 9 * features);
            float* from = corner, gradient = dy + o, place = places + o;
            for (int x = 0; x < width; x++, from += 2 * pixel, gradient += features, place += features)
            {
                V g = S.Load(gradient), at = S.Load(place);
                sum = S.Add(sum, S.Select(S.Greater(S.Zero, at), S.Zero, g));
                for (int i = 0; i < 4; i++)
                {
                    V here = S.Select(S.Equal(at, S.Broadcast(i)), g, S.Zero);
                    float* p = from + shifts[i];
                    s0 = S.Fma(here, S.Broadcast(p[t0]), s0);
                    s1 = S.Fma(here, S.Broadcast(p[t1]), s1);
                    s2 = S.Fma(here, S.Broadcast(p[t2]), s2);
                    s3 = S.Fma(here, S.Broadcast(p[t3]), s3);
                    s4 = S.Fma(here, S.Broadcast(p[t4]), s4);
                    s5 = S.Fma(here, S.Broadcast(p[t5]), s5);
                    s6 = S.Fma(here, S.Broadcast(p[t6]), s6);
                    s7 = S.Fma(here, S.Broadcast(p[t7]), s7);
                    s8 = S.Fma(here, S.Broadcast(p[t8]), s8);
                }
            }

            S.Store(to, s0);
            S.Store(to + features, s1);
            S.Store(to + 2 * features, s2);
            S.Store(to + 3 * features, s3);
            S.Store(to + 4 * features, s4);
            S.Store(to + 5 * features, s5);
            S.Store(to + 6 * features, s6);
            S.Store(to + 7 * features, s7);
            S.Store(to + 8 * features, s8);
            S.Store(to + 9 * features, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Choose<T>(V a, V b, V c, V d, V floor, float* y, float* place) where T : ThinKernels.IValues
    {
        V top = S.Max(a, b), bottom = S.Max(c, d), best = S.Max(top, bottom);
        V result = S.Max(floor, best);
        S.Store(y, T.AreNumbers ? result : S.Or(S.Or(S.Unordered(a, b), S.Unordered(c, d)), result));
        if (place == null)
            return;
        V upper = S.Select(S.Greater(b, a), S.Broadcast(1), S.Zero), lower = S.Select(S.Greater(d, c), S.Broadcast(3), S.Broadcast(2));
        V chosen = S.Select(S.Greater(bottom, top), lower, upper);
        S.Store(place, S.Select(S.LessOrEqual(best, floor), S.Broadcast(-1), chosen));
    }
}
