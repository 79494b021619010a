using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Operations;

/// <summary>The product of two matrices.</summary>
internal static unsafe class MatMulOperation
{
    public static Tensor Apply(Tensor a, Tensor b)
    {
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2 || a.Shape[1] != b.Shape[0])
            throw new MekikiException($"MatMul: expected matrices (M, K) and (K, N), got {a.Shape} and {b.Shape}.");
        int rows = a.Shape[0], depth = a.Shape[1], columns = b.Shape[1];
        var y = Tensor.Empty([rows, columns]);
        if (depth == 0)
            new Span<float>(y.Pointer, y.Count).Clear();
        MatrixProduct.Run(a.Pointer, depth, 1, b.Pointer, columns, y.Pointer, columns, rows, columns, depth);
        if (Gradients.Needed(a, b))
            y.Node = new Node(a, b, y);
        return y;
    }

    private sealed class Node(Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        public override long MultiplyAdds => (long)A.Count * B.Shape[1];

        public override void Backward(Storage dy)
        {
            int rows = A.Shape[0], depth = A.Shape[1], columns = B.Shape[1];
            if (A.RequiresGrad)
            {
                // dA = dY Bᵀ, with Bᵀ laid out so that its columns lie side by side.
                var transposed = Storage.Floats(B.Count);
                Layouts.Transpose(B.Pointer, transposed.Pointer, 1, depth, columns);
                var da = Storage.Floats(A.Count);
                MatrixProduct.Run(dy.Pointer, columns, 1, transposed.Pointer, depth, da.Pointer, depth, rows, depth, columns);
                transposed.Release();
                A.Accept(da);
            }

            if (B.RequiresGrad)
            {
                var db = Storage.Floats(B.Count);
                MatrixProduct.Run(A.Pointer, 1, depth, dy.Pointer, columns, db.Pointer, columns, depth, columns, rows);
                B.Accept(db);
            }

            dy.Release();
        }
    }
}
