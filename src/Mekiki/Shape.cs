using System.Runtime.CompilerServices;

namespace Mekiki;

/// <summary>The sizes of a tensor's dimensions, at most six; a scalar has none.</summary>
/// <remarks>Elements count in row-major order: the last dimension runs fastest, as in PyTorch.</remarks>
/// <example>
/// <code>
/// Shape shape = [32, 1, 48, 48];
/// Console.WriteLine($"{shape}: {shape.ElementCount} elements, {shape[^1]} in a row");
/// </code>
/// </example>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest number of dimensions.</summary>
    public const int MaxRank = 6;

    private readonly Sizes sizes;

    /// <summary>Creates a shape.</summary>
    /// <param name="sizes">The size of each dimension, 0 or more.</param>
    /// <exception cref="MekikiException">There are more than <see cref="int.MaxValue"/> elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more than six sizes, or one is negative.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        CheckRank(sizes);
        long count = 1;
        Rank = sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] < 0)
                throw new ArgumentOutOfRangeException(nameof(sizes), $"Shape: expected sizes of 0 or more, got {sizes[i]} in dimension {i}.");
            this.sizes[i] = sizes[i];
            if (sizes[i] > 0 && count > int.MaxValue / (long)sizes[i])
                throw new MekikiException($"Shape: expected at most {int.MaxValue:N0} elements, got ({string.Join(", ", sizes.ToArray())}). Use smaller batches or images.");
            count *= sizes[i];
        }

        ElementCount = (int)count;
    }

    /// <summary>An array of sizes as a shape.</summary>
    /// <exception cref="MekikiException">There are more than <see cref="int.MaxValue"/> elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more than six sizes, or one is negative.</exception>
    public static implicit operator Shape(int[] sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return new(sizes);
    }

    /// <summary>How many dimensions there are: 0 for a scalar.</summary>
    public int Rank { get; }

    /// <summary>How many elements there are: the product of all sizes.</summary>
    public int ElementCount { get; }

    /// <summary>The size of a dimension; negative ones count from the end.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public int this[int dimension] => sizes[Index(dimension)];

    /// <summary>The size of a dimension, such as <c>[^1]</c> for the last.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public int this[Index dimension] => this[dimension.GetOffset(Rank)];

    /// <summary>Creates a shape from a collection expression, such as <c>[32, 1, 48, 48]</c>.</summary>
    /// <exception cref="MekikiException">There are more than <see cref="int.MaxValue"/> elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more than six sizes, or one is negative.</exception>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    /// <summary>The sizes as an array.</summary>
    public int[] ToArray()
    {
        var array = new int[Rank];
        for (int i = 0; i < array.Length; i++)
            array[i] = sizes[i];
        return array;
    }

    /// <summary>Allows <c>foreach</c> and <c>[.. shape]</c>.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        bool equal = Rank == other.Rank;
        for (int i = 0; equal && i < Rank; i++)
            equal = sizes[i] == other.sizes[i];
        return equal;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (int i = 0; i < Rank; i++)
            hash.Add(sizes[i]);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same sizes.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>The shape as <c>(32, 1, 48, 48)</c>.</summary>
    public override string ToString() => $"({string.Join(", ", ToArray())})";

    /// <summary>The shape that two shapes broadcast to: sizes are equal, or one of them is 1, counted from the last.</summary>
    /// <exception cref="MekikiException">They do not fit.</exception>
    internal static Shape Broadcast(Shape a, Shape b, string operation)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> sizes = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[^i] : 1, y = i <= b.Rank ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new MekikiException($"{operation}: expected shapes that broadcast (equal sizes, or 1, from the last dimension on), got {a} and {b}.");
            sizes[^i] = x == 1 ? y : x;
        }

        return new Shape(sizes);
    }

    /// <summary>Whether there can be so many dimensions; to be asked before memory is taken for them.</summary>
    internal static void CheckRank(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
            throw new ArgumentOutOfRangeException(nameof(sizes), $"Shape: expected at most {MaxRank} dimensions, got {sizes.Length}.");
    }

    /// <summary>The number of a dimension, counted from the front.</summary>
    internal int Index(int dimension)
    {
        int index = dimension < 0 ? dimension + Rank : dimension;
        return (uint)index < (uint)Rank ? index : throw new MekikiException($"Shape {this}: expected a dimension from {-Rank} to {Rank - 1}, got {dimension}.");
    }

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private int first;
    }
}
