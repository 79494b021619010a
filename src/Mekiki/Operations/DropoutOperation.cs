using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Sets a random share of the elements to 0 and enlarges the others, so that the expected sum stays.</summary>
internal static class DropoutOperation
{
    public static Tensor Apply(Tensor x, float share, ref Generator generator)
    {
        Operand.Check("Dropout", x);
        var mask = x.Backend.DropoutMask(x.Count, share, ref generator);
        var y = new Tensor(x.Shape, x.Backend.Combine(Combination.Multiply, x.Data, x.Shape, mask, x.Shape, x.Shape, Gradients.Needed(x)), x.Layout);
        if (Gradients.Needed(x))
            y.Node = new DropoutNode(x, y, mask);
        else
            mask.Release();
        return y;
    }

    private sealed class DropoutNode(Tensor x, Tensor y, Storage mask) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.Combine(Combination.Multiply, dy, X.Shape, mask, X.Shape, X.Shape, recorded: false));
            dy.Release();
        }

        protected override void Free() => mask.Release();
    }
}
