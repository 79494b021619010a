using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>
/// Sums over the middle of three dimensions, such as an image's pixels: from (K, R, L) to (K, 1, L). Each sum is added up in
/// double precision in the order in which its elements lie, whatever the vectors and the threads.
/// </summary>
internal unsafe struct BroadcastSum : IJob
{
    private const int ColumnsPerItem = 256, ElementsPerItem = 1 << 14, OperationsPerElement = 4;

    /// <summary>(K, R, L), and what each element is multiplied with before, lying alike, or null.</summary>
    public float* Full, Factor;

    /// <summary>Receives (K, L).</summary>
    public float* Sum;

    public int Groups, Rows, Columns;

    private readonly int ColumnItems => (Columns + ColumnsPerItem - 1) / ColumnsPerItem;

    private readonly int GroupsPerItem => Columns > 1 ? 1 : Math.Max(1, ElementsPerItem / Math.Max(1, Rows));

    public void Execute() =>
        Workers.Run(ref this, (Groups + GroupsPerItem - 1) / GroupsPerItem * ColumnItems, (long)Groups * Rows * Columns * OperationsPerElement);

    public readonly void Run(int item)
    {
        if (Columns == 1)
        {
            for (int group = item * GroupsPerItem; group < Math.Min((item + 1) * GroupsPerItem, Groups); group++)
                Sum[group] = (float)Line((nint)group * Rows);
            return;
        }

        int k = item / ColumnItems, first = item % ColumnItems * ColumnsPerItem, count = Math.Min(ColumnsPerItem, Columns - first);
        double* totals = stackalloc double[ColumnsPerItem];
        new Span<double>(totals, count).Clear();
        nint at = (nint)k * Rows * Columns + first;
        for (int row = 0; row < Rows; row++, at += Columns)
            AddRow(at, totals, count);
        float* sum = Sum + (nint)k * Columns + first;
        for (int i = 0; i < count; i++)
            sum[i] = (float)totals[i];
    }

    private readonly double Line(nint at)
    {
        double total = 0;
        for (nint end = at + Rows; at < end; at++)
            total += Factor == null ? Full[at] : Full[at] * Factor[at];
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void AddRow(nint at, double* totals, int count)
    {
        float* x = Full + at, factor = Factor == null ? null : Factor + at;
        int i = 0;
        for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
        {
            var values = Vector256.Load(x + i);
            if (factor != null)
                values *= Vector256.Load(factor + i);
            var (low, high) = Vector256.Widen(values);
            (Vector256.Load(totals + i) + low).Store(totals + i);
            (Vector256.Load(totals + i + 4) + high).Store(totals + i + 4);
        }

        for (; i < count; i++)
            totals[i] += factor == null ? x[i] : x[i] * factor[i];
    }
}
