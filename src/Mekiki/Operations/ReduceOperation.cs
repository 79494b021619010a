using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Sums and means over some or all dimensions, which vanish.</summary>
internal static unsafe class ReduceOperation
{
    public static Tensor Apply(Tensor x, ReadOnlySpan<int> dimensions, bool mean)
    {
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
        var y = Tensor.Empty(left.ToArray());
        Broadcasting.SumTo(x.Pointer, x.Shape, y.Pointer, kept);
        float share = mean ? (float)Math.Max(1, y.Count) / Math.Max(1, x.Count) : 1;
        if (mean)
            Elementwise.Scale(y.Pointer, share, y.Pointer, y.Count);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, kept, share);
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, Shape kept, float share) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = Storage.Floats(X.Count);
            float factor = share;
            Broadcasting.Combine<Multiplication>(dy.Pointer, kept, &factor, [], dx.Pointer, X.Shape);
            dy.Release();
            X.Accept(dx);
        }
    }
}
