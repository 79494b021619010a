using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Sums and means over some or all dimensions, which vanish or stay with size 1.</summary>
internal static class ReduceOperation
{
    public static Tensor Apply(Tensor x, ReadOnlySpan<int> dimensions, bool mean, bool keep = false)
    {
        Operand.Check(mean ? "Mean" : "Sum", x);
        Span<bool> gone = stackalloc bool[Shape.MaxRank];
        gone.Clear();
        for (int d = 0; d < x.Shape.Rank; d++)
            gone[d] = dimensions.Length == 0;
        foreach (int d in dimensions)
            gone[x.Shape.Index(d)] = true;
        var kept = x.Shape.ToArray();
        var left = new List<int>();
        for (int d = 0; d < kept.Length; d++)
            if (gone[d])
                kept[d] = 1;
            else
                left.Add(kept[d]);
        x = LayoutOperation.RowMajor(x);
        Shape shape = keep ? kept : left.ToArray();
        float share = mean ? (float)Math.Max(1, shape.ElementCount) / Math.Max(1, x.Count) : 1;
        var y = new Tensor(shape, x.Backend.Sum(x.Data, x.Shape, kept, share));
        if (Gradients.Needed(x))
            y.Node = new ReduceNode(x, y, kept, share);
        return y;
    }

    private sealed class ReduceNode(Tensor x, Tensor y, Shape kept, float share) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.Expand(dy, kept, X.Shape, share));
            dy.Release();
        }
    }
}
