namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>A line from a room to one that it uses.</summary>
/// <param name="from">The user.</param>
/// <param name="to">What it uses.</param>
internal sealed class Line(Box from, Box to)
{
    public Box From => from;

    public Box To => to;

    /// <summary>Where it leaves the user, from left to right.</summary>
    public double Begin { get; set; }

    /// <summary>Where it meets what is used, from left to right.</summary>
    public double End { get; set; }

    /// <summary>Where it passes the rows between, from above.</summary>
    public IReadOnlyList<Passage> Passages { get; } = [.. Enumerable.Range(from.Row + 1, to.Row - from.Row - 1).Select(row => new Passage(row))];
}

/// <summary>A line's place in a row that it passes.</summary>
internal sealed class Passage(int row)
{
    public int Row => row;

    /// <summary>The place, from left to right, once it is found.</summary>
    public double Middle { get; set; } = double.NegativeInfinity;
}
