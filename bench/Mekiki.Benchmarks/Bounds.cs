using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Benchmarks;

/// <summary>What the machine can do at most, as the quickest of many short samples.</summary>
internal static unsafe class Bounds
{
    private const int LeastSamples = 10, MostSamples = 1000, Pieces = 64, WarmUpMilliseconds = 80;
    private const double SampleNanoseconds = 200_000, MeasuringNanoseconds = 200_000_000;

    /// <summary>The quickest time of a piece of work, in ns: of many short samples, so that others' programs seldom count.</summary>
    public static double Nanoseconds(Action work)
    {
        static double now() => Stopwatch.GetElapsedTime(0).TotalNanoseconds;
        // Until the compiler has had its second look at what is called.
        var watch = Stopwatch.StartNew();
        for (int i = 0; (i < 40 && watch.ElapsedMilliseconds < 5 * WarmUpMilliseconds) || watch.ElapsedMilliseconds < WarmUpMilliseconds; i++)
            work();
        double start = now();
        work();
        int repeats = (int)Math.Clamp(SampleNanoseconds / Math.Max(now() - start, 100), 1, 10000);
        double best = double.MaxValue, begin = now();
        for (int i = 0; i < LeastSamples || (now() - begin < MeasuringNanoseconds && i < MostSamples); i++)
        {
            start = now();
            for (int j = 0; j < repeats; j++)
                work();
            best = Math.Min(best, (now() - start) / repeats);
        }

        return best;
    }

    /// <summary>Multiply-adds per ns of all threads, sums in registers.</summary>
    public static double MultiplyAddsPerNanosecond()
    {
        var job = new PeakJob { Items = Workers.Count };
        return (double)PeakJob.Steps * PeakKernel.Sums * (VectorWidth.Bits / 32) * job.Items / Nanoseconds(() => Workers.Run(ref job, job.Items));
    }

    /// <summary>The time that moving floats takes without any other work, in ns.</summary>
    /// <param name="read">Floats that are read, each once.</param>
    /// <param name="written">Floats that are written, each once.</param>
    public static double Moving(long read, long written)
    {
        CpuStorage from = CpuStorage.Floats(read), to = CpuStorage.Floats(written);
        new Span<float>(from.Pointer, (int)read).Clear();
        new Span<float>(to.Pointer, (int)written).Clear();
        var job = new MoveJob { From = from.Pointer, To = to.Pointer, Read = read, Written = written };
        double time = Nanoseconds(() => Workers.Run(ref job, Pieces));
        from.Release();
        to.Release();
        return time;
    }

    private struct PeakJob : IJob
    {
        public const int Steps = 20000;

        public int Items;

        public readonly void Run(int item)
        {
            var kernel = new PeakKernel { Count = Steps };
            Vectors.Run(ref kernel, 0, VectorWidth.Bits / 32);
        }
    }

    private struct PeakKernel : IVectorKernel
    {
        public const int Sums = 10;

        public int Count;

        private float result;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V x = S.Broadcast(0.5f), w = S.Broadcast(0.25f);
            V a = S.Zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
            for (int step = Count; step > 0; step--)
            {
                a = S.Fma(x, w, a); b = S.Fma(x, w, b); c = S.Fma(x, w, c); d = S.Fma(x, w, d); e = S.Fma(x, w, e);
                f = S.Fma(x, w, f); g = S.Fma(x, w, g); h = S.Fma(x, w, h); i = S.Fma(x, w, i); j = S.Fma(x, w, j);
            }

            result += S.Sum(S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(S.Add(S.Add(e, f), S.Add(g, h)), S.Add(i, j))));
        }
    }

    private struct MoveJob : IJob
    {
        public float* From, To;
        public long Read, Written;

        public readonly void Run(int piece)
        {
            int lanes = VectorWidth.Bits / 32;
            long units = Math.Min(Read, Written == 0 ? Read : Written) / lanes, first = units * piece / Pieces, last = units * (piece + 1) / Pieces;
            int reads = Written == 0 ? 1 : (int)Math.Max(1, Read / Written), writes = (int)Math.Max(Written == 0 ? 0 : 1, Written / Read);
            var kernel = new MoveKernel { From = From + first * reads * lanes, To = To + first * writes * lanes, Reads = reads, Writes = writes };
            Vectors.Run(ref kernel, 0, (nint)(last - first) * lanes);
        }
    }

    private struct MoveKernel : IVectorKernel
    {
        public float* From, To;
        public int Reads, Writes;

        private float result;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            float* x = From, y = To;
            V kept = S.Zero, other = S.Zero;
            nint step = S.Count, count = (to - from) / step;
            if (Writes == 0)
            {
                for (; count >= 4; count -= 4, x += 4 * step)
                {
                    kept = S.Add(S.Add(kept, S.Load(x)), S.Load(x + step));
                    other = S.Add(S.Add(other, S.Load(x + 2 * step)), S.Load(x + 3 * step));
                }

                result = S.Sum(S.Add(kept, other));
            }
            else if (Reads == 1 && Writes == 1)
                for (; count > 0; count--, x += step, y += step)
                    S.Store(y, S.Load(x));
            else if (Writes == 1)
                for (; count > 0; count--, y += step)
                {
                    kept = S.Load(x);
                    x += step;
                    for (int i = 1; i < Reads; i++, x += step)
                        kept = S.Add(kept, S.Load(x));
                    S.Store(y, kept);
                }
            else
                for (; count > 0; count--, x += step)
                {
                    kept = S.Load(x);
                    for (int i = 0; i < Writes; i++, y += step)
                        S.Store(y, kept);
                }
        }
    }
}
