using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Dimensions in another order: run by run where the last one stays last, in square blocks where it does not.</summary>
/// <remarks>Neighbours that stay neighbours count as one dimension, so that few are left.</remarks>
internal unsafe struct Permutation : IJob
{
    private const int LeastShared = 1 << 15, FloatsPerItem = 1 << 13, StripRows = 64;

    private float* source, target;
    private Axes axes;                      // of the result, the last one too
    private int count, last, across;        // of axes; the result's last axis; the source's last axis
    private int places, placesPerItem, strips;

    /// <param name="source">The elements, row-major.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="order">Dimension i of the result is dimension order[i] of the source.</param>
    public static void Run(float* source, Shape shape, float* target, ReadOnlySpan<int> order)
    {
        if (shape.ElementCount == 0)
            return;
        var job = new Permutation { source = source, target = target };
        job.Take(shape, order);
        int items = (job.places + job.placesPerItem - 1) / job.placesPerItem * job.strips;
        if (shape.ElementCount >= LeastShared)
            Workers.Run(ref job, items);
        else
            for (int i = 0; i < items; i++)
                job.Run(i);
    }

    public readonly void Run(int item)
    {
        int first = item / strips * placesPerItem, end = Math.Min(first + placesPerItem, places), length = axes[last].Size;
        int begin = item % strips * StripRows;
        for (int place = first; place < end; place++)
        {
            var (from, to) = Corner(place);
            if (across == last)
                new ReadOnlySpan<float>(source + from, length).CopyTo(new Span<float>(target + to, length));
            else
                Transposition.Matrix(source + from + begin * axes[last].From, axes[last].From, target + to + begin, axes[across].To, Math.Min(StripRows, length - begin), axes[across].Size);
        }
    }

    private void Take(Shape shape, ReadOnlySpan<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            int size = shape[order[i]];
            nint step = 1;
            for (int d = order[i] + 1; d < shape.Rank; d++)
                step *= shape[d];
            if (count > 0 && axes[count - 1].From == step * size)
                axes[count - 1] = new Axis { Size = axes[count - 1].Size * size, From = step };
            else if (size > 1)
                axes[count++] = new Axis { Size = size, From = step };
        }

        // One element alone.
        if (count == 0)
            axes[count++] = new Axis { Size = 1, From = 1 };
        last = count - 1;
        nint length = 1;
        places = 1;
        for (int i = last; i >= 0; length *= axes[i].Size, i--)
        {
            axes[i].To = length;
            if (axes[i].From == 1)
                across = i;
        }

        for (int i = 0; i < count; i++)
            places *= IsInner(i) ? 1 : axes[i].Size;
        placesPerItem = across == last ? Math.Max(1, FloatsPerItem / axes[last].Size) : 1;
        strips = across == last ? 1 : (axes[last].Size + StripRows - 1) / StripRows;
    }

    private readonly bool IsInner(int axis) => axis == last || axis == across;

    /// <summary>Where the run or the block of a place begins.</summary>
    private readonly (nint From, nint To) Corner(int place)
    {
        nint from = 0, to = 0;
        for (int i = last; i >= 0; i--)
        {
            if (IsInner(i))
                continue;
            (place, int index) = Math.DivRem(place, axes[i].Size);
            from += index * axes[i].From;
            to += index * axes[i].To;
        }

        return (from, to);
    }

    /// <summary>A dimension, and how many floats lie between two of its positions.</summary>
    private struct Axis
    {
        public int Size;
        public nint From, To;
    }

    [InlineArray(Shape.MaxRank)]
    private struct Axes
    {
        private Axis first;
    }
}
