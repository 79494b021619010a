namespace Mekiki.Backends;

/// <summary>Choice, types and moving.</summary>
internal abstract partial class Backend
{
    /// <summary>Whether a and b compare as <paramref name="f"/> says, element by element; both have one type, any, and one length. A number that is none is unequal to all.</summary>
    /// <returns>Bool.</returns>
    public abstract Storage Compare(Comparison f, Storage a, Storage b);

    /// <summary>Elements of <paramref name="yes"/> where the condition is true, else of <paramref name="no"/>; all have one length.</summary>
    /// <param name="condition">Bool.</param>
    /// <param name="yes">Of any type.</param>
    /// <param name="no">Of the same type.</param>
    public abstract Storage Select(Storage condition, Storage yes, Storage no);

    /// <summary>The elements as another type.</summary>
    /// <remarks>
    /// From floating point to integers: towards 0, then to the nearest that the type has; no number becomes 0. Among integers: modulo 2 to the number
    /// of bits. To bool: whether it is not 0. To a floating-point type: the nearest, of two the one that ends in an even bit; float16 and bfloat16 are
    /// reached from float32, and left to it.
    /// </remarks>
    public abstract Storage Cast(Storage x, DType type);

    /// <summary>Copies the elements that lie in one storage as <paramref name="fromAt"/> says to where <paramref name="toAt"/> says in another of the same type.</summary>
    /// <param name="from">The source, row-major or whatever the strides mean.</param>
    /// <param name="fromAt">The place of element (i, j, …) of the shape: offset + i · step + j · step + …; steps may be 0 or negative.</param>
    /// <param name="to">The target, overwritten there.</param>
    /// <param name="toAt">The same for the target.</param>
    /// <param name="shape">How many elements there are along each dimension.</param>
    /// <param name="accumulate">Whether the elements are added to those of the target, in row-major order of the shape, instead; float32 only.</param>
    public abstract void CopyStrided(Storage from, Strides fromAt, Storage to, Strides toAt, Shape shape, bool accumulate);

    /// <summary>y[o, j, i] = x[o, index[o, j, i], i], or x[o, index[j], i] where the index is shared.</summary>
    /// <param name="s">x is (Outer, Length, Inner), y (Outer, Count, Inner).</param>
    /// <param name="x">Of any type.</param>
    /// <param name="index">int64, (Outer, Count, Inner) or, shared, (Count); from 0 to Length - 1.</param>
    public abstract Storage Gather(in GatherSizes s, Storage x, Storage index);

    /// <summary>The way back of <see cref="Gather"/>: (Outer, Length, Inner), of which each element is the sum of the dy that were taken from it, added in their order.</summary>
    public abstract Storage ScatterAdd(in GatherSizes s, Storage dy, Storage index);

    /// <summary>The largest or smallest elements of each line of (Outer, Length, Inner), in that order; of equal ones the first comes first, and no number counts as largest.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">The elements.</param>
    /// <param name="count">How many of each line, 1 to Length.</param>
    /// <param name="largest">Whether the largest are taken.</param>
    /// <param name="indices">int64, (Outer, count, Inner): where in its line each stands.</param>
    /// <returns>(Outer, count, Inner).</returns>
    public abstract Storage Top(in LineSizes s, Storage x, int count, bool largest, out Storage indices);

    /// <summary>Running sums or products along each line of (Outer, Length, Inner), carried in double precision.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">The elements.</param>
    /// <param name="product">Whether elements are multiplied, else added.</param>
    /// <param name="reverse">Whether the line is gone from its end.</param>
    /// <param name="exclusive">Whether each result leaves its own element out, so that the first is 0, or 1.</param>
    public abstract Storage Scan(in LineSizes s, Storage x, bool product, bool reverse, bool exclusive);
}

/// <summary>How two elements are compared.</summary>
internal enum Comparison
{
    /// <summary>a = b.</summary>
    Equal,

    /// <summary>a ≠ b.</summary>
    NotEqual,

    /// <summary>a &gt; b.</summary>
    Greater,

    /// <summary>a ≥ b.</summary>
    GreaterOrEqual,

    /// <summary>a &lt; b.</summary>
    Less,

    /// <summary>a ≤ b.</summary>
    LessOrEqual,
}

/// <summary>Where the elements of a shape lie in a storage.</summary>
/// <param name="Offset">The place of the first.</param>
/// <param name="Steps">For each dimension, how far the next element is; 0 repeats, negative goes backwards.</param>
internal sealed record Strides(long Offset, long[] Steps)
{
    /// <summary>Those of a whole row-major tensor.</summary>
    public static Strides RowMajor(Shape shape)
    {
        var steps = new long[shape.Rank];
        long step = 1;
        for (int d = steps.Length - 1; d >= 0; d--)
        {
            steps[d] = step;
            step *= shape[d];
        }

        return new(0, steps);
    }
}

/// <summary>A tensor seen as lines along one dimension.</summary>
/// <param name="Outer">The product of the sizes before it.</param>
/// <param name="Length">Its size.</param>
/// <param name="Inner">The product of the sizes behind it: the distance from element to element of a line.</param>
internal readonly record struct LineSizes(int Outer, int Length, int Inner)
{
    /// <summary>The lines of a shape along a dimension.</summary>
    public static LineSizes Of(Shape shape, int dimension)
    {
        int outer = 1, inner = 1;
        for (int d = 0; d < shape.Rank; d++)
            if (d < dimension)
                outer *= shape[d];
            else if (d > dimension)
                inner *= shape[d];
        return new(outer, shape[dimension], inner);
    }
}

/// <summary>The sizes of a gathering along one dimension.</summary>
/// <param name="Outer">The product of the sizes before it.</param>
/// <param name="Length">Its size in what is gathered from.</param>
/// <param name="Inner">The product of the sizes behind it.</param>
/// <param name="Count">Its size in the result.</param>
/// <param name="IsShared">Whether all lines have one index, (Count).</param>
internal readonly record struct GatherSizes(int Outer, int Length, int Inner, int Count, bool IsShared);
