namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Dimensions in another order.</summary>
internal static unsafe class Permutation
{
    /// <param name="source">The elements, row-major.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="order">Dimension i of the result is dimension order[i] of the source.</param>
    public static void Run(float* source, Shape shape, float* target, ReadOnlySpan<int> order)
    {
        Span<int> strides = stackalloc int[Shape.MaxRank], sizes = stackalloc int[Shape.MaxRank], index = stackalloc int[Shape.MaxRank];
        for (int i = 0; i < order.Length; i++)
        {
            sizes[i] = shape[order[i]];
            strides[i] = 1;
            for (int d = order[i] + 1; d < shape.Rank; d++)
                strides[i] *= shape[d];
        }

        index.Clear();
        int at = 0;
        for (int i = 0; i < shape.Count; i++)
        {
            target[i] = source[at];
            for (int d = order.Length - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++index[d] < sizes[d])
                    break;
                at -= strides[d] * sizes[d];
                index[d] = 0;
            }
        }
    }
}
