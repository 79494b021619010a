using System.Collections.Concurrent;

namespace Mekiki.Backends;

/// <summary>Which input pixels each output pixel of a pooling sees, along one axis.</summary>
/// <param name="Starts">First input position of each window, inside the image.</param>
/// <param name="Ends">Position after the last, inside the image.</param>
/// <param name="Sizes">How many positions count when an average is taken: the margin's too, where it counts.</param>
internal sealed record PoolAxis(int[] Starts, int[] Ends, int[] Sizes)
{
    private const int MostKnown = 256;
    private static readonly ConcurrentDictionary<(int, int, int, int, bool, bool), PoolAxis> Known = new();

    public int Count => Starts.Length;

    /// <summary>Windows of one size at equal distances, as PyTorch places them.</summary>
    public static PoolAxis Regular(int length, int kernel, int stride, int padding, bool ceiling, bool countPadding)
    {
        var key = (length, kernel, stride, padding, ceiling, countPadding);
        if (Known.TryGetValue(key, out var known))
            return known;
        if (Known.Count >= MostKnown)
            Known.Clear();
        return Known[key] = MakeRegular(length, kernel, stride, padding, ceiling, countPadding);
    }

    private static PoolAxis MakeRegular(int length, int kernel, int stride, int padding, bool ceiling, bool countPadding)
    {
        int room = length + 2 * padding - kernel;
        int count = (ceiling ? (room + stride - 1) / stride : room / stride) + 1;
        // With the size rounded up, a window must still begin inside the image or its left margin.
        if (ceiling && (count - 1) * stride >= length + padding)
            count--;
        var axis = new PoolAxis(new int[count], new int[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            int start = i * stride - padding, end = Math.Min(start + kernel, length + padding);
            axis.Starts[i] = Math.Max(start, 0);
            axis.Ends[i] = Math.Min(end, length);
            axis.Sizes[i] = countPadding ? end - start : axis.Ends[i] - axis.Starts[i];
        }

        return axis;
    }

    /// <summary>Windows that divide the axis into <paramref name="count"/> parts as equal as can be; they may overlap by one.</summary>
    public static PoolAxis Adaptive(int length, int count)
    {
        var axis = new PoolAxis(new int[count], new int[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            axis.Starts[i] = (int)((long)i * length / count);
            axis.Ends[i] = (int)(((long)(i + 1) * length + count - 1) / count);
            axis.Sizes[i] = axis.Ends[i] - axis.Starts[i];
        }

        return axis;
    }
}
