using System.Globalization;

namespace Mekiki.Vision.Transforms;

/// <summary>A range of numbers to draw from, uniformly: [<paramref name="Low"/>, <paramref name="High"/>).</summary>
/// <example>
/// <code>
/// var rotate = new RandomAffine(DrawRange.Around(10), scale: new DrawRange(0.9, 1.1));
/// </code>
/// </example>
/// <param name="Low">The least number.</param>
/// <param name="High">What every number is below.</param>
public readonly record struct DrawRange(double Low, double High)
{
    /// <summary>The range from -<paramref name="reach"/> to +<paramref name="reach"/>.</summary>
    public static DrawRange Around(double reach) => new(-reach, reach);

    /// <summary>The range as <c>[-90, 90]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Low}, {High}]");

    internal double Draw(ref Generator generator) => generator.Uniform(Low, High);
}
