using System.Globalization;

namespace Mekiki;

/// <summary>The ranges that options may lie in.</summary>
internal static class Ranges
{
    /// <summary>[0, ∞).</summary>
    public static double NotNegative(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new MekikiException($"{name}: expected a number of 0 or more, got {Text(value)}.");

    /// <summary>(0, ∞).</summary>
    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new MekikiException($"{name}: expected a number above 0, got {Text(value)}.");

    /// <summary>[0, 1).</summary>
    public static double Share(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new MekikiException($"{name}: expected a number in [0, 1), got {Text(value)}.");

    /// <summary>1, 2, 3, ….</summary>
    public static long Count(long value, string name) => value >= 1
        ? value
        : throw new MekikiException($"{name}: expected 1 or more, got {value}.");

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
