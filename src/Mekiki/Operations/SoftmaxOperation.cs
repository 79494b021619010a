using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Softmax, or its logarithm, along one dimension.</summary>
internal static class SoftmaxOperation
{
    public static Tensor Apply(Tensor x, int dimension, bool log)
    {
        Operand.Check(log ? "LogSoftmax" : "Softmax", x);
        int rank = x.Shape.Rank, along = x.Shape.Index(dimension);
        if (along < rank - 1)
        {
            // Brings the dimension to the end, where its elements lie side by side, and back.
            int[] order = [.. Enumerable.Range(0, rank)];
            (order[along], order[^1]) = (order[^1], order[along]);
            return Apply(x.Permute(order), rank - 1, log).Permute(order);
        }

        var given = x;
        x = LayoutOperation.RowMajor(x);
        int columns = x.Shape[^1], rows = x.Count / Math.Max(1, columns);
        var y = new Tensor(x.Shape, x.Backend.Softmax(x.Data, rows, columns, log));
        if (Gradients.Needed(x))
            y.Node = new SoftmaxNode(x, y, rows, columns, log);
        OperationTrace.Show(log ? "LogSoftmax" : "Softmax", y, [given], ("dimension", rank - 1));
        return y;
    }

    private sealed class SoftmaxNode(Tensor x, Tensor y, int rows, int columns, bool log) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.SoftmaxGradient(Output.Data, dy, rows, columns, log));
            dy.Release();
        }
    }
}
