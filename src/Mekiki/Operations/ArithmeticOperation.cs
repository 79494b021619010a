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
        if (OfImages(f, a, b) is { } images)
            return images;
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

    // Images and numbers that repeat over them, such as one for each channel: the images stay as they lie.
    private static Tensor? OfImages(Combination f, Tensor a, Tensor b)
    {
        if ((a.Layout != Layout.ChannelsLast && b.Layout != Layout.ChannelsLast) || a.Shape == b.Shape || Gradients.Needed(a, b) || ChannelsLast(a) is not { } aShape || ChannelsLast(b) is not { } bShape)
            return null;
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, f.ToString()), lying = Shape.Broadcast(aShape, bShape, f.ToString());
        var y = new Tensor(shape, a.Backend.Combine(f, a.Data, aShape, b.Data, bShape, lying, recorded: false), Layout.ChannelsLast);
        OperationTrace.Show(f.ToString(), y, [a, b]);
        return y;
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
