using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Elements taken from where strides say: slices, flips, other orders. Any type; gradients are added where they came from.</summary>
internal static class MoveOperation
{
    /// <param name="x">The tensor; the strides mean its row-major order.</param>
    /// <param name="shape">The result's.</param>
    /// <param name="places">Where each element of the result lies in x.</param>
    public static Tensor Apply(Tensor x, Shape shape, Strides places)
    {
        x = LayoutOperation.RowMajor(x);
        var y = new Tensor(shape, x.Backend.Allocate(x.DType, shape.ElementCount));
        x.Backend.CopyStrided(x.Data, places, y.Data, Strides.RowMajor(shape), shape, accumulate: false);
        if (Gradients.Needed(x))
            y.Node = new MoveNode(x, y, places);
        return y;
    }

    private sealed class MoveNode(Tensor x, Tensor y, Strides places) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            var dx = X.Backend.Zeros(X.Count);
            X.Backend.CopyStrided(dy, Strides.RowMajor(Output.Shape), dx, places, Output.Shape, accumulate: true);
            dy.Release();
            X.Accept(dx);
        }
    }
}
