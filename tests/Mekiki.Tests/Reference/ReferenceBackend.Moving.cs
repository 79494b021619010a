using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>The same elements elsewhere.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Relayout(Storage x, Shape shape, Layout from, Layout to)
    {
        int channels = shape[1], pixels = shape[2] * shape[3];
        var y = new double[x.Length];
        for (int n = 0; n < shape[0]; n++)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < pixels; p++)
                    y[Place(to, n, c, p)] = Of(x)[Place(from, n, c, p)];
        return Store(y);

        int Place(Layout layout, int n, int c, int p) => layout == Layout.RowMajor ? (n * channels + c) * pixels + p : (n * pixels + p) * channels + c;
    }

    /// <inheritdoc/>
    public override Storage Permute(Storage x, Shape shape, ReadOnlySpan<int> order)
    {
        // strides[d] is how far apart neighbours along dimension d of x stand.
        var strides = new int[shape.Rank];
        for (int d = shape.Rank - 1, stride = 1; d >= 0; stride *= shape[d--])
            strides[d] = stride;
        var y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int rest = i, source = 0;
            for (int d = order.Length - 1; d >= 0; d--)
            {
                source += rest % shape[order[d]] * strides[order[d]];
                rest /= shape[order[d]];
            }

            y[i] = Of(x)[source];
        }

        return Store(y);
    }

    /// <inheritdoc/>
    public override void CopyRuns(Storage from, long fromAt, long fromStride, Storage to, long toAt, long toStride, long length, long runs)
    {
        for (long run = 0; run < runs; run++)
            for (long i = 0; i < length; i++)
                Of(to)[toAt + run * toStride + i] = Of(from)[fromAt + run * fromStride + i];
    }
}
