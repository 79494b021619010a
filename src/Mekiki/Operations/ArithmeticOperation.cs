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
        var shape = Shape.Broadcast(a.Shape, b.Shape, f.ToString());
        var lying = new Lying(a.Shape, b.Shape, shape, a.Layout);
        if (a.Shape == b.Shape)
            b = LayoutOperation.Like(b, a);
        else if (OfImages(f, a, b) is { } images)
            lying = images;
        else
        {
            (a, b) = (LayoutOperation.RowMajor(a), LayoutOperation.RowMajor(b));
            lying = lying with { Layout = Layout.RowMajor };
        }

        bool recorded = Gradients.Needed(a, b);
        var y = new Tensor(shape, a.Backend.Combine(f, a.Data, lying.A, b.Data, lying.B, lying.Y, recorded), lying.Layout);
        if (recorded)
            y.Node = new ArithmeticNode(f, a, b, y, lying);
        OperationTrace.Show(f.ToString(), y, [first, second]);
        return y;
    }

    // Images and numbers that repeat over them, such as one for each channel: the images stay as they lie.
    private static Lying? OfImages(Combination f, Tensor a, Tensor b)
    {
        if ((a.Layout != Layout.ChannelsLast && b.Layout != Layout.ChannelsLast) || ChannelsLast(a) is not { } aShape || ChannelsLast(b) is not { } bShape)
            return null;
        return new Lying(aShape, bShape, Shape.Broadcast(aShape, bShape, f.ToString()), Layout.ChannelsLast);
    }

    /// <summary>The shape (N, H, W, C) under which the elements lie row by row, or null: they do not.</summary>
    private static Shape? ChannelsLast(Tensor x)
    {
        if (x.Shape.Rank > 4)
            return null;
        Span<int> sizes = [1, 1, 1, 1];
        for (int d = 1; d <= x.Shape.Rank; d++)
            sizes[^d] = x.Shape[^d];
        return x.Layout == Layout.ChannelsLast || sizes[1] == 1 || sizes[2] * sizes[3] == 1 ? [sizes[0], sizes[2], sizes[3], sizes[1]] : null;
    }

    /// <summary>The shapes under which the elements of both inputs and the result lie row by row, and the layout of the result.</summary>
    private readonly record struct Lying(Shape A, Shape B, Shape Y, Layout Layout);

    private sealed class ArithmeticNode(Combination f, Tensor a, Tensor b, Tensor y, Lying lying) : BinaryNode(a, b, y)
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
            Output.Backend.CombineGradient(f, bySecond, A.Data, lying.A, B.Data, lying.B, dy, lying.Y);
    }
}
