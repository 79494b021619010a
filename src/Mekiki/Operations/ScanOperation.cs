using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Running sums along a dimension, and products over one.</summary>
internal static class ScanOperation
{
    public static Tensor CumSum(Tensor x, int dimension)
    {
        Operand.Check("CumSum", x);
        var lines = LineSizes.Of(x.Shape, x.Shape.Index(dimension));
        x = LayoutOperation.RowMajor(x);
        var y = new Tensor(x.Shape, x.Backend.Scan(lines, x.Data, product: false, reverse: false, exclusive: false));
        if (Gradients.Needed(x))
            y.Node = new SumNode(x, y, lines);
        return y;
    }

    /// <summary>The product of each row of (rows, columns): (rows, 1).</summary>
    public static Tensor Product(Tensor x)
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        if (columns == 0)
            return Tensor.Ones([rows, 1]);
        var backend = x.Backend;
        var lines = new LineSizes(rows, columns, 1);
        var running = backend.Scan(lines, x.Data, product: true, reverse: false, exclusive: false);
        var y = new Tensor([rows, 1], backend.Allocate(DType.Float32, rows));
        backend.CopyStrided(running, new(columns - 1, [columns, 1]), y.Data, new(0, [1, 1]), y.Shape, accumulate: false);
        running.Release();
        if (Gradients.Needed(x))
            y.Node = new ProductNode(x, y, lines);
        return y;
    }

    private sealed class SumNode(Tensor x, Tensor y, LineSizes lines) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        // Each element is in all sums from its own place on.
        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.Scan(lines, dy, product: false, reverse: true, exclusive: false));
            dy.Release();
        }
    }

    private sealed class ProductNode(Tensor x, Tensor y, LineSizes lines) : UnaryNode(x, y)
    {
        // The product of all others, those before times those behind: exact where elements are 0.
        protected override void Backward(Storage dy)
        {
            var backend = X.Backend;
            Storage before = backend.Scan(lines, X.Data, product: true, reverse: false, exclusive: true), behind = backend.Scan(lines, X.Data, product: true, reverse: true, exclusive: true);
            var others = backend.Combine(Combination.Multiply, before, X.Shape, behind, X.Shape, X.Shape, recorded: false);
            X.Accept(backend.Combine(Combination.Multiply, others, X.Shape, dy, Output.Shape, X.Shape, recorded: false));
            before.Release();
            behind.Release();
            others.Release();
            dy.Release();
        }
    }
}
