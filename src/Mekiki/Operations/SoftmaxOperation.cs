using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Operations;

/// <summary>Softmax, or its logarithm, along one dimension.</summary>
internal static unsafe class SoftmaxOperation
{
    public static Tensor Apply(Tensor x, int dimension, bool log)
    {
        int rank = x.Shape.Rank, along = x.Shape.Index(dimension);
        if (along < rank - 1)
        {
            // Brings the dimension to the end, where its elements lie side by side, and back.
            int[] order = [.. Enumerable.Range(0, rank)];
            (order[along], order[^1]) = (order[^1], order[along]);
            return Apply(x.Permute(order), rank - 1, log).Permute(order);
        }

        x = LayoutOperation.RowMajor(x);
        var y = Tensor.Empty(x.Shape);
        int columns = x.Shape[^1], rows = x.Count / Math.Max(1, columns);
        var kernel = new Softmax { X = x.Pointer, Y = y.Pointer, Rows = rows, Columns = columns, Log = log };
        if (x.Count > 0)
            kernel.Execute();
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, rows, columns, log);
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, int rows, int columns, bool log) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = Storage.Floats(X.Count);
            var kernel = new Softmax { X = dx.Pointer, Y = Output.Pointer, Dy = dy.Pointer, Rows = rows, Columns = columns, Log = log };
            kernel.Execute();
            dy.Release();
            X.Accept(dx);
        }
    }
}
