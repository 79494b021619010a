using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The same elements under another shape; nothing is copied but where images lie channels last.</summary>
internal static class ReshapeOperation
{
    public static Tensor Apply(Tensor x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (shape.ElementCount != x.Count)
            throw new MekikiException($"Reshape: expected a shape with {x.Count:N0} elements as {x.Shape} has, got {shape}.");
        var given = x;
        x = LayoutOperation.RowMajor(x);
        var y = new Tensor(shape, x.Data.Share());
        if (Gradients.Needed(x))
            y.Node = new ReshapeNode(x, y);
        OperationTrace.Show("Reshape", y, [given]);
        return y;
    }

    public static Tensor Flatten(Tensor x, int startDimension)
    {
        int start = x.Shape.Rank == 0 ? 0 : x.Shape.Index(startDimension), rest = 1;
        var sizes = new int[start + 1];
        for (int i = 0; i < x.Shape.Rank; i++)
            if (i < start)
                sizes[i] = x.Shape[i];
            else
                rest *= x.Shape[i];
        sizes[start] = rest;
        return Apply(x, sizes);
    }

    private sealed class ReshapeNode(Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy) => X.Accept(dy);
    }
}
