using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>The largest or smallest elements of lines, and where they stand.</summary>
internal unsafe struct TopWork : IJob
{
    private const int MostInserted = 32;

    /// <summary>(Outer, Length, Inner) and (Outer, Count, Inner).</summary>
    public float* X, Y;

    /// <summary>(Outer, Count, Inner).</summary>
    public long* Places;

    public LineSizes Sizes;
    public int Count;
    public bool Largest;

    public void Execute() => Workers.Run(ref this, Sizes.Outer, (long)Sizes.Outer * Sizes.Length * Sizes.Inner);

    public readonly void Run(int item)
    {
        float* x = X + (nint)item * Sizes.Length * Sizes.Inner, y = Y + (nint)item * Count * Sizes.Inner;
        long* places = Places + (nint)item * Count * Sizes.Inner;
        for (int i = 0; i < Sizes.Inner; i++)
            if (Count <= MostInserted)
                Insert(x + i, y + i, places + i);
            else
                Sort(x + i, y + i, places + i);
    }

    // Keeps the best so far in order; a new one goes behind its equals.
    private readonly void Insert(float* x, float* y, long* places)
    {
        nint step = Sizes.Inner;
        int kept = 0;
        for (int k = 0; k < Sizes.Length; k++)
        {
            float value = x[k * step];
            if (kept == Count && !IsBefore(value, y[(kept - 1) * step]))
                continue;
            int at = kept < Count ? kept++ : kept - 1;
            for (; at > 0 && IsBefore(value, y[(at - 1) * step]); at--)
                (y[at * step], places[at * step]) = (y[(at - 1) * step], places[(at - 1) * step]);
            (y[at * step], places[at * step]) = (value, k);
        }
    }

    private readonly void Sort(float* x, float* y, long* places)
    {
        nint step = Sizes.Inner;
        var order = new int[Sizes.Length];
        for (int k = 0; k < order.Length; k++)
            order[k] = k;
        var work = this;
        Array.Sort(order, (a, b) => work.IsBefore(x[a * step], x[b * step]) ? -1 : work.IsBefore(x[b * step], x[a * step]) ? 1 : a - b);
        for (int k = 0; k < Count; k++)
            (y[k * step], places[k * step]) = (x[order[k] * step], order[k]);
    }

    private readonly bool IsBefore(float a, float b) =>
        Largest ? a > b || (float.IsNaN(a) && !float.IsNaN(b)) : a < b || (float.IsNaN(b) && !float.IsNaN(a));
}
