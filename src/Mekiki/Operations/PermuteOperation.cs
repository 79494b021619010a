using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Dimensions in another order.</summary>
internal static class PermuteOperation
{
    public static Tensor Apply(Tensor x, ReadOnlySpan<int> dimensions)
    {
        int rank = x.Shape.Rank;
        var order = new int[rank];
        var seen = new bool[rank];
        if (dimensions.Length != rank)
            throw Wrong(x, dimensions);
        for (int i = 0; i < rank; i++)
        {
            order[i] = x.Shape.Index(dimensions[i]);
            if (seen[order[i]])
                throw Wrong(x, dimensions);
            seen[order[i]] = true;
        }

        var given = x;
        if (x.DType != DType.Float32)
        {
            var rowMajor = Strides.RowMajor(x.Shape);
            return MoveOperation.Apply(x, Array.ConvertAll(order, d => x.Shape[d]), new(0, Array.ConvertAll(order, d => rowMajor.Steps[d])));
        }

        if (!Gradients.Needed(x) && Reread(x, order) is { } same)
            return Shown(given, same, order);
        x = LayoutOperation.RowMajor(x);
        var y = new Tensor(Array.ConvertAll(order, d => x.Shape[d]), x.Backend.Permute(x.Data, x.Shape, order));
        if (Gradients.Needed(x))
            y.Node = new PermuteNode(x, y, order);
        return Shown(given, y, order);
    }

    private static Tensor Shown(Tensor x, Tensor y, int[] order)
    {
        if (OperationTrace.IsWatched)
            OperationTrace.Show("Permute", y, [x], [.. order.Select((d, i) => ($"dimension{i}", (double)d))]);
        return y;
    }

    // Images that lie as (N, H, W, C) already are these numbers row by row, and the other way round: nothing moves.
    private static Tensor? Reread(Tensor x, int[] order)
    {
        if (x.Layout == Layout.ChannelsLast && order is [0, 2, 3, 1])
            return new Tensor([x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[1]], x.Data.Share());
        if (x.Layout == Layout.RowMajor && order is [0, 3, 1, 2] && x.Backend.ImageLayout == Layout.ChannelsLast)
            return new Tensor([x.Shape[0], x.Shape[3], x.Shape[1], x.Shape[2]], x.Data.Share(), Layout.ChannelsLast);
        return null;
    }

    private static MekikiException Wrong(Tensor x, ReadOnlySpan<int> dimensions) =>
        new($"Permute: expected each dimension of {x.Shape} once, got ({string.Join(", ", dimensions.ToArray())}).");

    private sealed class PermuteNode(Tensor x, Tensor y, int[] order) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            var inverse = new int[order.Length];
            for (int i = 0; i < order.Length; i++)
                inverse[order[i]] = i;
            X.Accept(X.Backend.Permute(dy, Output.Shape, inverse));
            dy.Release();
        }
    }
}
