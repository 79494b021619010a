using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Sizes of 1 repeated, and whole tensors side by side.</summary>
internal static class ExpandOperation
{
    public static Tensor Apply(Tensor x, Shape shape)
    {
        if (x.Shape == shape)
            return x;
        int more = shape.Rank - x.Shape.Rank;
        bool fits = more >= 0;
        for (int d = 0; fits && d < x.Shape.Rank; d++)
            fits = x.Shape[d] == shape[more + d] || x.Shape[d] == 1;
        if (!fits)
            throw new MekikiException($"Expand: expected a shape in which sizes of {x.Shape} other than 1 stay, counted from the last, got {shape}.");
        var given = x;
        x = LayoutOperation.RowMajor(x);
        var own = new int[shape.Rank];
        Array.Fill(own, 1, 0, more);
        x.Shape.ToArray().CopyTo(own, more);
        if (x.DType != DType.Float32)
        {
            var places = Strides.RowMajor(own);
            for (int d = 0; d < own.Length; d++)
                if (own[d] == 1)
                    places.Steps[d] = 0;
            return MoveOperation.Apply(x, shape, places);
        }

        var y = new Tensor(shape, x.Backend.Expand(x.Data, own, shape, 1));
        if (Gradients.Needed(x))
            y.Node = new ExpandNode(x, y, own);
        OperationTrace.Show("Expand", y, [given]);
        return y;
    }

    public static Tensor Apply(Tensor x, ReadOnlySpan<int> sizes)
    {
        Shape.CheckRank(sizes);
        Span<int> full = stackalloc int[sizes.Length];
        sizes.CopyTo(full);
        int more = sizes.Length - x.Shape.Rank;
        for (int d = Math.Max(0, more); d < full.Length; d++)
            if (full[d] == -1)
                full[d] = x.Shape[d - more];
        return Apply(x, new Shape(full));
    }

    /// <summary>The tensor as often along each dimension as the counts say, side by side.</summary>
    public static Tensor Repeat(Tensor x, ReadOnlySpan<int> counts)
    {
        bool fits = counts.Length >= x.Shape.Rank && counts.Length <= Shape.MaxRank;
        foreach (int count in counts)
            fits &= count >= 0;
        if (!fits)
            throw new MekikiException($"Repeat: expected a count of 0 or more for each dimension of {x.Shape}, at most {Shape.MaxRank}, got ({string.Join(", ", counts.ToArray())}).");
        int[] sizes = [.. Enumerable.Repeat(1, counts.Length - x.Shape.Rank), .. x.Shape.ToArray()];
        var full = new int[sizes.Length];
        for (int d = 0; d < full.Length; d++)
            full[d] = (long)sizes[d] * counts[d] <= int.MaxValue ? sizes[d] * counts[d] : throw new MekikiException($"Repeat: expected at most {int.MaxValue:N0} in dimension {d}, got {(long)sizes[d] * counts[d]:N0}.");
        Shape result = full;
        for (int d = 0; d < sizes.Length; d++)
        {
            if (counts[d] == 1)
                continue;
            // (outer, inner) -> (outer, 1, inner) -> (outer, count, inner): what begins with dimension d comes again.
            var lines = LineSizes.Of(sizes, d);
            int inner = lines.Length * lines.Inner;
            x = Apply(ReshapeOperation.Apply(x, [lines.Outer, 1, inner]), new Shape(lines.Outer, counts[d], inner));
            sizes[d] = full[d];
            x = ReshapeOperation.Apply(x, sizes);
        }

        return x.Shape == result ? x : ReshapeOperation.Apply(x, result);
    }

    private sealed class ExpandNode(Tensor x, Tensor y, Shape own) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.Sum(dy, Output.Shape, own, 1));
            dy.Release();
        }
    }
}
