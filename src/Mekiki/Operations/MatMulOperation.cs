using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The product of two matrices.</summary>
internal static class MatMulOperation
{
    public static Tensor Apply(Tensor a, Tensor b)
    {
        Operand.Check("MatMul", a, b);
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2 || a.Shape[1] != b.Shape[0])
            throw new MekikiException($"MatMul: expected matrices (M, K) and (K, N), got {a.Shape} and {b.Shape}.");
        int rows = a.Shape[0], depth = a.Shape[1], columns = b.Shape[1];
        var y = new Tensor([rows, columns], a.Backend.Multiply(new(1, rows, columns, depth), a.Data, b.Data));
        if (Gradients.Needed(a, b))
            y.Node = new MatMulNode(a, b, y);
        return y;
    }

    private sealed class MatMulNode(Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        public override long MultiplyAdds => (long)A.Count * B.Shape[1];

        protected override void Backward(Storage dy)
        {
            int rows = A.Shape[0], depth = A.Shape[1], columns = B.Shape[1];
            if (A.RequiresGrad)
                A.Accept(A.Backend.Multiply(new(1, rows, depth, columns, IsSecondTransposed: true), dy, B.Data));
            if (B.RequiresGrad)
                B.Accept(B.Backend.Multiply(new(1, depth, columns, rows, IsFirstTransposed: true), A.Data, dy));
            dy.Release();
        }
    }
}
