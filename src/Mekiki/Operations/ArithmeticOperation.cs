using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Addition and its like, with broadcasting.</summary>
internal static class ArithmeticOperation
{
    public static Tensor Apply(Combination f, Tensor a, Tensor b)
    {
        Operand.Check(f.ToString(), a, b);
        var (first, second) = (a, b);
        if (a.Shape == b.Shape)
            b = LayoutOperation.Like(b, a);
        else
            (a, b) = (LayoutOperation.RowMajor(a), LayoutOperation.RowMajor(b));
        var shape = Shape.Broadcast(a.Shape, b.Shape, f.ToString());
        bool recorded = Gradients.Needed(a, b);
        var y = new Tensor(shape, a.Backend.Combine(f, a.Data, a.Shape, b.Data, b.Shape, shape, recorded), a.Layout);
        if (recorded)
            y.Node = new ArithmeticNode(f, a, b, y);
        OperationTrace.Show(f.ToString(), y, [first, second]);
        return y;
    }

    private sealed class ArithmeticNode(Combination f, Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        protected override bool ReadsInputs => f is not (Combination.Add or Combination.Subtract);

        protected override void Backward(Storage dy)
        {
            if (A.RequiresGrad)
                A.Accept(Gradient(bySecond: false, dy));
            if (B.RequiresGrad)
                B.Accept(Gradient(bySecond: true, dy));
            dy.Release();
        }

        private Storage Gradient(bool bySecond, Storage dy) =>
            Output.Backend.CombineGradient(f, bySecond, A.Data, A.Shape, B.Data, B.Shape, dy, Output.Shape);
    }
}
