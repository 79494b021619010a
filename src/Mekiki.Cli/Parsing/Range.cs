using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Mekiki.Cli.Parsing;

/// <summary>The numbers that an option may have.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest, or what all are below.</param>
/// <param name="Format">How they are printed.</param>
/// <param name="IsBelow">Whether all are below <paramref name="Most"/>.</param>
internal sealed record Range<T>(T Least, T Most, string Format, bool IsBelow = false) where T : struct, INumber<T>, IMinMaxValue<T>
{
    /// <summary>The range in words, or null when any number is right.</summary>
    public string? Words =>
        IsOpen(Most)
            ? IsOpen(Least) ? null : $"{Text(Least)} or more"
            : IsBelow ? $"{Text(Least)} ≤ X < {Text(Most)}" : $"{Text(Least)} to {Text(Most)}";

    /// <summary>Reads the option's number; what is wrong becomes the option's error.</summary>
    public T Read(ArgumentResult result, string name, string kind) => Read(result, name, kind, result.Tokens[0].Value);

    /// <summary>Reads one of the option's numbers.</summary>
    public T Read(ArgumentResult result, string name, string kind, string text)
    {
        string expected = Words is { } words ? $"{kind}, {words}" : kind;
        if (!T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || T.IsNaN(value))
            result.AddError($"{name}: expected {expected}, got '{text}'.");
        else if (value < Least || value > Most || (IsBelow && value == Most) || T.IsInfinity(value))
            result.AddError($"{name}: expected {Words ?? kind}, got {text}.");
        return value;
    }

    private string Text(T value) => value.ToString(Format, CultureInfo.InvariantCulture);

    private static bool IsOpen(T end) => end == T.MaxValue || end == T.MinValue || T.IsInfinity(end);
}
