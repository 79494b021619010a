using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Products of matrices; what stands before the last two dimensions counts the matrices, and broadcasts.</summary>
internal static class MatMulOperation
{
    public static Tensor Apply(Tensor a, Tensor b)
    {
        Operand.Check("MatMul", a, b, "this", "other");
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape[^1] != b.Shape[^2])
            throw new MekikiException($"MatMul: expected matrices (…, M, K) and (…, K, N), got {a.Shape} and {b.Shape}.");
        var (first, second) = (LayoutOperation.RowMajor(a), LayoutOperation.RowMajor(b));
        var y = b.Shape.Rank == 2 ? Flat(first, second) : Batch(first, second, isSecondTransposed: false);
        OperationTrace.Show("MatMul", y, [a, b]);
        return y;
    }

    /// <summary>A Bᵀ for A (…, M, K) and B (…, N, K), checked by who calls.</summary>
    public static Tensor TimesTransposed(Tensor a, Tensor b)
    {
        var y = Batch(LayoutOperation.RowMajor(a), LayoutOperation.RowMajor(b), isSecondTransposed: true);
        OperationTrace.Show("MatMul", y, [a, b], ("second_transposed", 1));
        return y;
    }

    private static Tensor Batch(Tensor a, Tensor b, bool isSecondTransposed)
    {
        Shape aBatch = a.Shape.ToArray()[..^2], bBatch = b.Shape.ToArray()[..^2], batch = Shape.Broadcast(aBatch, bBatch, "MatMul");
        int rows = a.Shape[^2], depth = a.Shape[^1], columns = isSecondTransposed ? b.Shape[^2] : b.Shape[^1];
        var form = new Form(batch, aBatch, bBatch, rows, depth, columns, isSecondTransposed);
        Shape shape = [.. batch.ToArray(), rows, columns];
        Storage first = form.Repeated(a, aBatch, rows, depth), second = form.Repeated(b, bBatch, depth, columns);
        var y = new Tensor(shape, a.Backend.Multiply(new(batch.ElementCount, rows, columns, depth, IsSecondTransposed: isSecondTransposed), first, second));
        first.Release();
        second.Release();
        if (Gradients.Needed(a, b))
            y.Node = new BatchNode(form, a, b, y);
        return y;
    }

    // One matrix on the right: all rows on the left are one matrix.
    private static Tensor Flat(Tensor a, Tensor b)
    {
        int depth = a.Shape[^1], columns = b.Shape[1], rows = 1;
        for (int i = 0; i < a.Shape.Rank - 1; i++)
            rows *= a.Shape[i];
        int[] sizes = a.Shape.ToArray();
        sizes[^1] = columns;
        Shape shape = sizes;
        var y = new Tensor(shape, a.Backend.Multiply(new(1, rows, columns, depth), a.Data, b.Data));
        if (Gradients.Needed(a, b))
            y.Node = new MatMulNode(a, b, y, rows, depth, columns);
        return y;
    }

    private sealed class MatMulNode(Tensor a, Tensor b, Tensor y, int rows, int depth, int columns) : BinaryNode(a, b, y)
    {
        public override long MultiplyAdds => (long)rows * depth * columns;

        protected override void Backward(Storage dy)
        {
            if (A.RequiresGrad)
                A.Accept(A.Backend.Multiply(new(1, rows, depth, columns, IsSecondTransposed: true), dy, B.Data));
            if (B.RequiresGrad)
                B.Accept(B.Backend.Multiply(new(1, depth, columns, rows, IsFirstTransposed: true), A.Data, dy));
            dy.Release();
        }
    }

    private sealed class BatchNode(Form form, Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        public override long MultiplyAdds => (long)Output.Count * form.Depth;

        protected override void Backward(Storage dy)
        {
            var (count, rows, depth, columns, turned) = (form.Batch.ElementCount, form.Rows, form.Depth, form.Columns, form.IsSecondTransposed);
            if (A.RequiresGrad)
            {
                var second = form.Repeated(B, form.BBatch, depth, columns);
                A.Accept(form.Summed(A.Backend, A.Backend.Multiply(new(count, rows, depth, columns, IsSecondTransposed: !turned), dy, second), form.ABatch, rows, depth));
                second.Release();
            }

            if (B.RequiresGrad)
            {
                var first = form.Repeated(A, form.ABatch, rows, depth);
                var gradient = turned
                    ? B.Backend.Multiply(new(count, columns, depth, rows, IsFirstTransposed: true), dy, first)
                    : B.Backend.Multiply(new(count, depth, columns, rows, IsFirstTransposed: true), first, dy);
                B.Accept(form.Summed(B.Backend, gradient, form.BBatch, depth, columns));
                first.Release();
            }

            dy.Release();
        }
    }

    /// <summary>How many matrices there are of each operand, and how large they are.</summary>
    private sealed record Form(Shape Batch, Shape ABatch, Shape BBatch, int Rows, int Depth, int Columns, bool IsSecondTransposed)
    {
        /// <summary>An operand's elements, its matrices repeated where the other has more.</summary>
        public Storage Repeated(Tensor x, Shape own, int rows, int columns)
        {
            if (own.ElementCount == Batch.ElementCount)
                return x.Data.Share();
            var (small, full) = Shapes(own, rows, columns);
            return x.Backend.Expand(x.Data, small, full, 1);
        }

        /// <summary>The gradient of what was repeated. Takes over the reference.</summary>
        public Storage Summed(Backend backend, Storage gradient, Shape own, int rows, int columns)
        {
            if (own.ElementCount == Batch.ElementCount)
                return gradient;
            var (small, full) = Shapes(own, rows, columns);
            var sum = backend.Sum(gradient, full, small, 1);
            gradient.Release();
            return sum;
        }

        // Batches, and the matrices as one dimension.
        private (Shape Small, Shape Full) Shapes(Shape own, int rows, int columns)
        {
            int[] sizes = own.ToArray();
            return ([.. Enumerable.Repeat(1, Batch.Rank - sizes.Length), .. sizes, rows * columns], [.. Batch.ToArray(), rows * columns]);
        }
    }
}
