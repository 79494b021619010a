using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Running sums or products along lines, in double precision.</summary>
internal unsafe struct ScanWork : IJob
{
    /// <summary>(Outer, Length, Inner).</summary>
    public float* X, Y;

    public LineSizes Sizes;
    public bool Product, Reverse, Exclusive;

    public void Execute() => Workers.Run(ref this, Sizes.Outer, (long)Sizes.Outer * Sizes.Length * Sizes.Inner);

    public readonly void Run(int item)
    {
        nint first = (nint)item * Sizes.Length * Sizes.Inner;
        for (int i = 0; i < Sizes.Inner; i++)
        {
            double total = Product ? 1 : 0;
            for (int k = 0; k < Sizes.Length; k++)
            {
                nint at = first + (nint)(Reverse ? Sizes.Length - 1 - k : k) * Sizes.Inner + i;
                double before = total;
                total = Product ? total * X[at] : total + X[at];
                Y[at] = (float)(Exclusive ? before : total);
            }
        }
    }
}
