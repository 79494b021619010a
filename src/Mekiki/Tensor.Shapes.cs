using System.Runtime.CompilerServices;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>A part of the tensor: a slice for each dimension, in order; dimensions without one are whole.</summary>
    /// <remarks>For instance, of (3, 9, 5), <c>x[0..2, (1..8, 3), ^3..]</c> is (2, 3, 3), and <c>x[0]</c> is (9, 5). The elements are copied.</remarks>
    /// <param name="slices">Ranges, ranges with steps, and indices; see <see cref="Mekiki.Slice"/>.</param>
    /// <exception cref="MekikiException">There are more slices than dimensions, or one leaves its dimension.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<Slice> slices] => SliceOperation.Apply(this, slices);

    /// <summary>A part along one dimension.</summary>
    /// <param name="dimension">Which; negative ones count from the end.</param>
    /// <param name="range">From where to before where.</param>
    /// <param name="step">From element to element, 1 or more.</param>
    /// <exception cref="MekikiException">There is no such dimension, or the range leaves it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public Tensor Slice(int dimension, Range range, int step = 1) => SliceOperation.Along(this, dimension, new Slice(range, step));

    /// <summary>A part along one dimension, as PyTorch's <c>narrow</c>.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="start">Its first index, 0 or more.</param>
    /// <param name="length">How many, 0 or more.</param>
    /// <exception cref="MekikiException">There is no such dimension, or the part leaves it.</exception>
    public Tensor Narrow(int dimension, int start, int length)
    {
        int size = Shape[dimension];
        if (start < 0 || length < 0 || (long)start + length > size)
            throw new MekikiException($"Narrow: expected a part within the {size:N0} of dimension {Shape.Index(dimension)} of {Shape}, got {length:N0} from {start:N0} on.");
        return Slice(dimension, start..(start + length));
    }

    /// <summary>Parts of given sizes along a dimension.</summary>
    /// <param name="sizes">The size of each part, 0 or more; together as many as there are.</param>
    /// <param name="dimension">Which dimension is cut.</param>
    /// <exception cref="MekikiException">There is no such dimension, or the sizes do not sum up to its own.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int dimension = 0) => SliceOperation.Split(this, sizes, dimension);

    /// <summary>Parts of equal size along a dimension; the last may be smaller.</summary>
    /// <param name="size">The size of a part, 1 or more.</param>
    /// <param name="dimension">Which dimension is cut.</param>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public Tensor[] Split(int size, int dimension = 0)
    {
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), $"Split: expected a size of 1 or more, got {size}.");
        int all = Shape[dimension];
        var sizes = new int[(int)(((long)all + size - 1) / size)];
        Array.Fill(sizes, size);
        if (all % size != 0)
            sizes[^1] = all % size;
        return SliceOperation.Split(this, sizes, dimension);
    }

    /// <summary>Tensors of one shape, side by side along a new dimension.</summary>
    /// <param name="dimension">Where the new dimension stands in the result.</param>
    /// <param name="parts">One tensor or more.</param>
    /// <exception cref="MekikiException">There is no such dimension, or the shapes differ.</exception>
    /// <exception cref="ArgumentException">There is no part.</exception>
    public static Tensor Stack(int dimension, params ReadOnlySpan<Tensor> parts)
    {
        if (parts.Length == 0)
            throw new ArgumentException("Stack: expected one tensor or more, got none.", nameof(parts));
        var rows = new Tensor[parts.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Operand.Check("Stack", parts[0], parts[i]);
            if (parts[i].Shape != parts[0].Shape)
                throw new MekikiException($"Stack: expected tensors of one shape, got {parts[0].Shape} and {parts[i].Shape}.");
            rows[i] = parts[i].Unsqueeze(dimension);
        }

        return Concatenate(dimension, rows);
    }

    /// <summary>The same elements in another shape of equal count; one size may be -1, and follows from the others.</summary>
    /// <param name="sizes">The size of each dimension.</param>
    /// <exception cref="MekikiException">The number of elements differs, or more than one size is -1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below -1, or there are more than six.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        Shape.CheckRank(sizes);
        int open = sizes.IndexOf(-1);
        if (open < 0)
            return ReshapeOperation.Apply(this, new Shape(sizes));
        long others = 1;
        for (int d = 0; d < sizes.Length; d++)
            if (d != open)
                others = Math.Max(-1, Math.Min(int.MaxValue, others) * sizes[d]);
        if (others <= 0 || sizes[(open + 1)..].Contains(-1) || Count % others != 0)
            throw new MekikiException($"Reshape: expected sizes of which one is -1 and the others divide the {Count:N0} elements of {Shape}, got ({string.Join(", ", sizes.ToArray())}).");
        Span<int> whole = stackalloc int[sizes.Length];
        sizes.CopyTo(whole);
        whole[open] = (int)(Count / others);
        return ReshapeOperation.Apply(this, new Shape(whole));
    }

    /// <summary>Two dimensions exchanged.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Transpose(int first, int second)
    {
        int[] order = [.. Enumerable.Range(0, Shape.Rank)];
        int a = Shape.Index(first), b = Shape.Index(second);
        (order[a], order[b]) = (order[b], order[a]);
        return Permute(order);
    }

    /// <summary>Dimensions gone backwards.</summary>
    /// <param name="dimensions">Which, each at most once.</param>
    /// <exception cref="MekikiException">There is no such dimension, or one is named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> dimensions) => SliceOperation.Flip(this, dimensions);

    /// <summary>Sizes of 1 repeated to those of a larger shape, as broadcasting does; -1 leaves a size as it is.</summary>
    /// <param name="sizes">The wanted sizes, as many as there are dimensions, or more in front.</param>
    /// <exception cref="MekikiException">A size differs, and is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below -1, or there are more than six.</exception>
    public Tensor Expand(params ReadOnlySpan<int> sizes) => ExpandOperation.Apply(this, sizes);

    /// <summary>The tensor several times side by side, as PyTorch's <c>repeat</c>.</summary>
    /// <param name="counts">How often along each dimension, 0 or more; more in front make new dimensions.</param>
    /// <exception cref="MekikiException">There are fewer counts than dimensions, one is negative, or the result is too large.</exception>
    public Tensor Repeat(params ReadOnlySpan<int> counts) => ExpandOperation.Repeat(this, counts);

    /// <summary>Without all dimensions of size 1.</summary>
    public Tensor Squeeze() => ReshapeOperation.Apply(this, Shape.ToArray().Where(size => size != 1).ToArray());

    /// <summary>Without a dimension, if its size is 1; else as it is.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Squeeze(int dimension)
    {
        List<int> sizes = [.. Shape.ToArray()];
        if (Shape[dimension] != 1)
            return this;
        sizes.RemoveAt(Shape.Index(dimension));
        return ReshapeOperation.Apply(this, sizes.ToArray());
    }

    /// <summary>With a new dimension of size 1.</summary>
    /// <param name="dimension">Where it stands in the result; negative ones count from its end.</param>
    /// <exception cref="MekikiException">There is no such place, or there are six dimensions already.</exception>
    public Tensor Unsqueeze(int dimension)
    {
        int rank = Shape.Rank + 1, at = dimension < 0 ? dimension + rank : dimension;
        if ((uint)at >= (uint)rank)
            throw new MekikiException($"Unsqueeze: expected a dimension from {-rank} to {rank - 1} for {Shape}, got {dimension}.");
        List<int> sizes = [.. Shape.ToArray()];
        sizes.Insert(at, 1);
        return ReshapeOperation.Apply(this, sizes.ToArray());
    }

    /// <summary>Elements at given places along a dimension, as PyTorch's <c>gather</c>: for three dimensions and the second, y[i, j, k] = x[i, index[i, j, k], k].</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="index">int64, of the result's shape: any size along the dimension, elsewhere at most that of this tensor.</param>
    /// <exception cref="MekikiException">A type, a shape or an index is wrong.</exception>
    public Tensor Gather(int dimension, Tensor index) => GatherOperation.Apply(this, dimension, index);

    /// <summary>Whole slices at given places along a dimension, as PyTorch's <c>index_select</c>; one may come several times.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="index">int64, (count).</param>
    /// <exception cref="MekikiException">A type, a shape or an index is wrong.</exception>
    public Tensor IndexSelect(int dimension, Tensor index) => GatherOperation.Select(this, dimension, index);
}
