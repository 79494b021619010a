using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Parts of a tensor, with steps, and dimensions gone backwards.</summary>
internal static class SliceOperation
{
    /// <summary>Of every dimension what a <see cref="Slice"/> says; those behind the last slice are whole.</summary>
    public static Tensor Apply(Tensor x, ReadOnlySpan<Slice> slices)
    {
        int rank = x.Shape.Rank;
        if (slices.Length > rank)
            throw new MekikiException($"Slice: expected at most {rank} slices for {x.Shape}, got {slices.Length}.");
        var places = Strides.RowMajor(x.Shape);
        long offset = 0;
        var sizes = x.Shape.ToArray();
        var left = new List<int>();
        for (int d = 0; d < rank; d++)
        {
            var slice = d < slices.Length ? slices[d] : Slice.All;
            var (start, count) = slice.Of(x.Shape, d);
            offset += start * places.Steps[d];
            places.Steps[d] *= slice.Step;
            sizes[d] = count;
            if (!slice.IsIndex)
                left.Add(count);
        }

        if (x.Shape == sizes)
            return x;
        if (x.Count == 0 || ((Shape)sizes).ElementCount == 0)
            offset = 0;
        var y = MoveOperation.Apply(x, sizes, places with { Offset = offset });
        if (OperationTrace.IsWatched)
            Show(x, y, slices);
        return left.Count == rank ? y : ReshapeOperation.Apply(y, left.ToArray());
    }

    // A part of one dimension without gaps.
    private static void Show(Tensor x, Tensor y, ReadOnlySpan<Slice> slices)
    {
        int along = -1, cut = 0;
        for (int d = 0; d < x.Shape.Rank; d++)
            if (x.Shape[d] != y.Shape[d])
                (along, cut) = (d, cut + 1);
        if (cut == 1 && slices[along].Step == 1)
            OperationTrace.Show("Slice", y, [x], ("dimension", along), ("start", slices[along].Of(x.Shape, along).Start));
    }

    /// <summary>The dimension alone.</summary>
    public static Tensor Along(Tensor x, int dimension, Slice slice)
    {
        var slices = new Slice[x.Shape.Index(dimension) + 1];
        Array.Fill(slices, Slice.All);
        slices[^1] = slice;
        return Apply(x, slices);
    }

    public static Tensor Flip(Tensor x, ReadOnlySpan<int> dimensions)
    {
        var places = Strides.RowMajor(x.Shape);
        long offset = 0;
        var flipped = new bool[Shape.MaxRank];
        foreach (int dimension in dimensions)
        {
            int d = x.Shape.Index(dimension);
            if (flipped[d])
                throw new MekikiException($"Flip: expected each dimension of {x.Shape} at most once, got ({string.Join(", ", dimensions.ToArray())}).");
            flipped[d] = true;
            offset += (x.Shape[d] - 1) * places.Steps[d];
            places.Steps[d] = -places.Steps[d];
        }

        return MoveOperation.Apply(x, x.Shape, places with { Offset = x.Count == 0 ? 0 : offset });
    }

    public static Tensor[] Split(Tensor x, ReadOnlySpan<int> sizes, int dimension)
    {
        int d = x.Shape.Index(dimension);
        long total = 0;
        bool isLegal = true;
        foreach (int size in sizes)
        {
            isLegal &= size >= 0;
            total += size;
        }

        if (!isLegal || total != x.Shape[d])
            throw new MekikiException($"Split: expected sizes of 0 or more that sum up to the {x.Shape[d]:N0} of dimension {d} of {x.Shape}, got ({string.Join(", ", sizes.ToArray())}).");
        var parts = new Tensor[sizes.Length];
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Along(x, d, start..(start + sizes[i]));
            start += sizes[i];
        }

        return parts;
    }
}
