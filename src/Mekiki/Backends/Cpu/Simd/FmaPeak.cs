using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Simd;

/// <summary>The limit of arithmetic: multiply-adds of the widest vectors, on registers alone.</summary>
internal static class FmaPeak
{
    private const int Accumulators = 12, Rounds = 40_000, ItemsPerThread = 8;

    /// <summary>Floating-point operations a second of all threads together, two for a multiply-add: the best of several short runs.</summary>
    /// <param name="seconds">How long is measured, about.</param>
    public static unsafe double Measure(double seconds)
    {
        // What a thread makes of its numbers is stored, lest the loop be optimized away.
        float* sums = stackalloc float[1];
        var job = new FmaJob { Sums = sums };
        int items = Workers.Count * ItemsPerThread;
        double flops = 2.0 * Accumulators * Rounds * (VectorWidth.Bits / 32) * items, best = 0;
        var all = Stopwatch.StartNew();
        do
        {
            long start = Stopwatch.GetTimestamp();
            Workers.Run(ref job, items);
            best = Math.Max(best, flops / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (all.Elapsed.TotalSeconds < seconds);
        return best;
    }

    private unsafe struct FmaJob : IJob
    {
        public float* Sums;

        public readonly void Run(int item) => *Sums = VectorWidth.Bits switch
        {
            _ when VectorWidth.Is512 => Chains<Vector512<float>, Simd512>(item),
            _ when VectorWidth.Is256 => Chains<Vector256<float>, Simd256>(item),
            _ => Chains<Vector128<float>, Simd128>(item),
        };
    }

    // More chains than latency times units, fewer than registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains<V, S>(int seed) where V : struct where S : ISimd<V>
    {
        V factor = S.Broadcast(0.75f), term = S.Broadcast(0.25f);
        V a = S.Broadcast(seed), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (int round = 0; round < Rounds; round++)
        {
            a = S.Fma(a, factor, term);
            b = S.Fma(b, factor, term);
            c = S.Fma(c, factor, term);
            d = S.Fma(d, factor, term);
            e = S.Fma(e, factor, term);
            f = S.Fma(f, factor, term);
            g = S.Fma(g, factor, term);
            h = S.Fma(h, factor, term);
            i = S.Fma(i, factor, term);
            j = S.Fma(j, factor, term);
            k = S.Fma(k, factor, term);
            l = S.Fma(l, factor, term);
        }

        V sum = S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(S.Add(e, f), S.Add(g, h)));
        return S.Sum(S.Add(sum, S.Add(S.Add(i, j), S.Add(k, l))));
    }
}
