using System.Globalization;
using System.Numerics;

namespace Mekiki.Vision.Options;

/// <summary>The numbers that an option may have: those between two ends, never an infinity.</summary>
/// <example>
/// <code>
/// var share = new OptionRange&lt;double>(0, 1) { IsBelow = true };       // 0 ≤ X &lt; 1
/// Console.WriteLine(share.Contains(0.5));
/// </code>
/// </example>
/// <param name="Least">The lower end.</param>
/// <param name="Most">The upper end.</param>
public sealed record OptionRange<T>(T Least, T Most) where T : struct, INumber<T>, IMinMaxValue<T>
{
    /// <summary>Whether all are above <see cref="Least"/>.</summary>
    public bool IsAbove { get; init; }

    /// <summary>Whether all are below <see cref="Most"/>.</summary>
    public bool IsBelow { get; init; }

    /// <summary>What is expected, for messages: <c>1 or more</c>, <c>0 to 16</c>, <c>0 or more and less than 1</c>; null: any number.</summary>
    public string? Words => (IsOpen(Least), IsOpen(Most)) switch
    {
        (true, true) => null,
        (false, true) => IsAbove ? $"more than {Text(Least)}" : $"{Text(Least)} or more",
        (true, false) => IsBelow ? $"less than {Text(Most)}" : $"{Text(Most)} or less",
        _ => IsAbove || IsBelow
            ? $"{(IsAbove ? $"more than {Text(Least)}" : $"{Text(Least)} or more")} and {(IsBelow ? $"less than {Text(Most)}" : $"at most {Text(Most)}")}"
            : $"{Text(Least)} to {Text(Most)}",
    };

    /// <summary>Whether a number is in it.</summary>
    public bool Contains(T value) =>
        T.IsFinite(value) && (IsAbove ? value > Least : value >= Least) && (IsBelow ? value < Most : value <= Most);

    /// <summary>The range as a formula, for help and docs: <c>N ≥ 1</c>, <c>0 ≤ X &lt; 1</c>; null: any number.</summary>
    /// <param name="name">What the number is called.</param>
    public string? Formula(string name) => (IsOpen(Least), IsOpen(Most)) switch
    {
        (true, true) => null,
        (false, true) => $"{name} {(IsAbove ? '>' : '≥')} {Text(Least)}",
        (true, false) => $"{name} {(IsBelow ? '<' : '≤')} {Text(Most)}",
        _ => $"{Text(Least)} {(IsAbove ? '<' : '≤')} {name} {(IsBelow ? '<' : '≤')} {Text(Most)}",
    };

    /// <summary>Reads a number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number, where the text is one; it may be outside.</param>
    public static bool TryRead(string? text, out T value) =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && !T.IsNaN(value);

    /// <summary>A number as help and docs write it.</summary>
    public static string Text(T value) => value.ToString(IsWhole ? "N0" : "0.######", CultureInfo.InvariantCulture);

    /// <summary>What kind of number it is, for messages.</summary>
    public static string Kind => IsWhole ? "a whole number" : "a number";

    // Half of one is nothing only where numbers are whole.
    internal static bool IsWhole => T.IsZero(T.One / (T.One + T.One));

    private static bool IsOpen(T end) => end == T.MaxValue || end == T.MinValue || T.IsInfinity(end);
}

/// <summary>Ranges of options.</summary>
public static class OptionRange
{
    /// <summary>From 0 to below 1.</summary>
    public static OptionRange<double> Share { get; } = new(0, 1) { IsBelow = true };

    /// <summary>A number and all above it.</summary>
    public static OptionRange<T> AtLeast<T>(T least) where T : struct, INumber<T>, IMinMaxValue<T> => new(least, T.MaxValue);

    /// <summary>All above a number.</summary>
    public static OptionRange<T> MoreThan<T>(T bound) where T : struct, INumber<T>, IMinMaxValue<T> => new(bound, T.MaxValue) { IsAbove = true };

    /// <summary>Two numbers and all between them.</summary>
    public static OptionRange<T> Between<T>(T least, T most) where T : struct, INumber<T>, IMinMaxValue<T> => new(least, most);
}
