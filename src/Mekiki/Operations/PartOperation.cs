using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Some of a tensor's rows: a range of its first dimension.</summary>
internal static class PartOperation
{
    /// <param name="x">Any shape of one dimension or more.</param>
    /// <param name="from">The first row.</param>
    /// <param name="count">How many; all are inside.</param>
    public static Tensor Rows(Tensor x, int from, int count)
    {
        var given = x;
        x = LayoutOperation.RowMajor(x);
        int[] sizes = x.Shape.ToArray();
        long row = x.Count / Math.Max(1, sizes[0]);
        sizes[0] = count;
        Shape shape = sizes;
        var elements = x.Backend.Allocate(DType.Float32, shape.ElementCount);
        x.Backend.CopyRuns(x.Data, from * row, 0, elements, 0, 0, count * row, 1);
        var y = new Tensor(shape, elements);
        if (Gradients.Needed(x))
            y.Node = new PartNode(x, y, from * row);
        OperationTrace.Show("Slice", y, [given], ("dimension", 0), ("start", from));
        return y;
    }

    private sealed class PartNode(Tensor x, Tensor y, long at) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            var dx = X.Backend.Zeros(X.Count);
            X.Backend.CopyRuns(dy, 0, 0, dx, at, 0, dy.Length, 1);
            X.Accept(dx);
            dy.Release();
        }
    }
}
