using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Elements at given places along a dimension.</summary>
internal static class GatherOperation
{
    /// <summary>As PyTorch's gather: the index has the rank of x, and sizes at most those of x in the other dimensions.</summary>
    public static Tensor Apply(Tensor x, int dimension, Tensor index)
    {
        int along = Check("Gather", x, dimension, index);
        bool fits = index.Shape.Rank == x.Shape.Rank;
        for (int d = 0; fits && d < x.Shape.Rank; d++)
            fits = d == along || index.Shape[d] <= x.Shape[d];
        if (!fits)
            throw new MekikiException($"Gather: expected an index with as many dimensions as {x.Shape} and sizes that fit into it outside dimension {along}, got {index.Shape}.");
        for (int d = 0; d < x.Shape.Rank; d++)
            if (d != along)
                x = SliceOperation.Along(x, d, ..index.Shape[d]);
        var lines = LineSizes.Of(x.Shape, along);
        return Apply(x, new GatherSizes(lines.Outer, lines.Length, lines.Inner, index.Shape[along], IsShared: false), index, index.Shape);
    }

    /// <summary>As PyTorch's index_select: one index, (count), for all lines.</summary>
    public static Tensor Select(Tensor x, int dimension, Tensor index)
    {
        int along = Check("IndexSelect", x, dimension, index);
        if (index.Shape.Rank != 1)
            throw new MekikiException($"IndexSelect: expected an index of one dimension, got {index.Shape}. Use Gather for an index of its own for every line.");
        var lines = LineSizes.Of(x.Shape, along);
        int[] sizes = x.Shape.ToArray();
        sizes[along] = index.Count;
        return Apply(x, new GatherSizes(lines.Outer, lines.Length, lines.Inner, index.Count, IsShared: true), index, sizes);
    }

    private static int Check(string name, Tensor x, int dimension, Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.DType != DType.Int64)
            throw new MekikiException($"{name}: expected an index of Int64, got {index.DType}. Make it of longs (1L, not 1), or cast it.");
        if (index.Backend != x.Backend)
            throw new MekikiException($"{name}: expected tensors on one device, got {x.Device} and {index.Device}. Move one.");
        int along = x.Shape.Index(dimension);
        if (index.Integers.IndexOfAnyExceptInRange(0, x.Shape[along] - 1L) is var wrong and >= 0)
            throw new MekikiException($"{name}: expected indices from 0 to {x.Shape[along] - 1}, got {index.Integers[wrong]}.");
        return along;
    }

    private static Tensor Apply(Tensor x, GatherSizes s, Tensor index, Shape shape)
    {
        x = LayoutOperation.RowMajor(x);
        var y = new Tensor(shape, x.Backend.Gather(s, x.Data, index.Data));
        if (Gradients.Needed(x))
            y.Node = new GatherNode(x, y, s, index.Data.Share());
        return y;
    }

    /// <summary>Hands each element's gradient to the one that it was taken from; also for maxima.</summary>
    /// <param name="x">What was taken from.</param>
    /// <param name="y">What was taken.</param>
    /// <param name="s">The sizes.</param>
    /// <param name="index">The places; takes over the reference.</param>
    internal sealed class GatherNode(Tensor x, Tensor y, GatherSizes s, Storage index) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.ScatterAdd(s, dy, index));
            dy.Release();
        }

        protected override void Free() => index.Release();
    }
}
