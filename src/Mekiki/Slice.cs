namespace Mekiki;

/// <summary>Which part of a dimension is wanted: a range, maybe with a step, or one index.</summary>
/// <remarks>
/// Ranges and indices turn into slices by themselves: <c>x[0..2, .., ^3..]</c>; with a step, <c>x[.., (1..8, 3)]</c>.
/// A range keeps the dimension, one index drops it: of (3, 9, 5), <c>x[0]</c> is (9, 5).
/// </remarks>
/// <example>
/// <code>
/// var middle = x[.., .., new Slice(8..40), (8..40, 2)];   // (N, 1, 32, 16)
/// var first = x[0];                                       // (1, 48, 48)
/// </code>
/// </example>
public readonly struct Slice
{
    private readonly Range range;
    private readonly int step;
    private readonly bool isIndex;

    /// <summary>A range with a step.</summary>
    /// <param name="range">From where to before where; <c>^</c> counts from the end.</param>
    /// <param name="step">From element to element, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public Slice(Range range, int step = 1)
    {
        if (step < 1)
            throw new ArgumentOutOfRangeException(nameof(step), $"Slice: expected a step of 1 or more, got {step}. Use Flip to go backwards.");
        (this.range, this.step) = (range, step);
    }

    private Slice(Index index) => (range, step, isIndex) = (new Range(index, index), 1, true);

    /// <summary>The whole dimension.</summary>
    public static Slice All => new(..);

    /// <summary>A range with step 1.</summary>
    public static implicit operator Slice(Range range) => new(range);

    /// <summary>A range with a step.</summary>
    public static implicit operator Slice((Range Range, int Step) slice) => new(slice.Range, slice.Step);

    /// <summary>One index, such as <c>^1</c>.</summary>
    public static implicit operator Slice(Index index) => new(index);

    /// <summary>One index; negative ones count from the end, as in PyTorch.</summary>
    public static implicit operator Slice(int index) => new(index < 0 ? new Index(-index, fromEnd: true) : new Index(index));

    internal bool IsIndex => isIndex;

    internal int Step => Math.Max(1, step);

    /// <summary>The first index and how many there are, in a dimension of a shape.</summary>
    internal (int Start, int Count) Of(Shape shape, int dimension)
    {
        int size = shape[dimension], start = range.Start.GetOffset(size), end = isIndex ? start + 1 : range.End.GetOffset(size);
        if (start < 0 || end < start || end > size)
            throw new MekikiException($"Slice: expected {(isIndex ? "an index" : "a range")} within the {size:N0} of dimension {dimension} of {shape}, got {(isIndex ? range.Start : range)}.");
        return (start, (int)(((long)end - start + Step - 1) / Step));
    }
}
