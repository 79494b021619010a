using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The largest or smallest elements along a dimension, and where they stand; the gradient goes to them alone.</summary>
internal static class TopOperation
{
    /// <summary>The first <paramref name="count"/> in order: the dimension has this size then.</summary>
    public static (Tensor Values, Tensor Indices) Apply(string name, Tensor x, int dimension, int count, bool largest)
    {
        Operand.Check(name, x);
        // A single number counts as a line of one.
        int along = x.Shape.Rank == 0 && dimension is 0 or -1 ? 0 : x.Shape.Index(dimension), size = x.Shape.Rank == 0 ? 1 : x.Shape[along];
        if (count < 1 || count > size)
            throw new MekikiException(count == 1
                ? $"{name}: expected one element or more along dimension {along}, got {x.Shape}."
                : $"{name}: expected a count from 1 to the {size:N0} of dimension {along} of {x.Shape}, got {count}.");
        x = LayoutOperation.RowMajor(x);
        var lines = x.Shape.Rank == 0 ? new LineSizes(1, 1, 1) : LineSizes.Of(x.Shape, along);
        int[] sizes = x.Shape.ToArray();
        if (sizes.Length > 0)
            sizes[along] = count;
        var y = new Tensor(sizes, x.Backend.Top(lines, x.Data, count, largest, out var places));
        if (Gradients.Needed(x))
            y.Node = new GatherOperation.GatherNode(x, y, new GatherSizes(lines.Outer, lines.Length, lines.Inner, count, IsShared: false), places.Share());
        return (y, new Tensor(sizes, places));
    }

    /// <summary>The largest along a dimension, which vanishes or stays with size 1; no number counts as largest.</summary>
    public static (Tensor Values, Tensor Indices) Max(string name, Tensor x, int dimension, bool keep)
    {
        var (values, indices) = Apply(name, x, dimension, 1, largest: true);
        return keep ? (values, indices) : (Without(values, dimension), Without(indices, dimension));
    }

    /// <summary>The smallest; no number counts as smallest here, so that it is not overlooked.</summary>
    public static (Tensor Values, Tensor Indices) Min(string name, Tensor x, int dimension, bool keep)
    {
        Operand.Check(name, x);
        var (values, indices) = Max(name, x.Negate(), dimension, keep);
        return (values.Negate(), indices);
    }

    private static Tensor Without(Tensor x, int dimension)
    {
        if (x.Shape.Rank == 0)
            return x;
        List<int> sizes = [.. x.Shape.ToArray()];
        sizes.RemoveAt(x.Shape.Index(dimension));
        return ReshapeOperation.Apply(x, sizes.ToArray());
    }
}
