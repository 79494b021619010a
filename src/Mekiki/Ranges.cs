using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mekiki;

/// <summary>The ranges that numbers given by a program may lie in.</summary>
internal static class Ranges
{
    /// <summary>[0, ∞).</summary>
    public static double NotNegative(double value, string name, [CallerArgumentExpression(nameof(value))] string? parameter = null) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(parameter, $"{name}: expected a number of 0 or more, got {Text(value)}.");

    /// <summary>(0, ∞).</summary>
    public static double Positive(double value, string name, [CallerArgumentExpression(nameof(value))] string? parameter = null) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(parameter, $"{name}: expected a number above 0, got {Text(value)}.");

    /// <summary>[0, 1).</summary>
    public static double Share(double value, string name, [CallerArgumentExpression(nameof(value))] string? parameter = null) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(parameter, $"{name}: expected a number in [0, 1), got {Text(value)}.");

    /// <summary><paramref name="least"/>, and above.</summary>
    public static long AtLeast(long least, long value, string name, [CallerArgumentExpression(nameof(value))] string? parameter = null) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(parameter, $"{name}: expected {least} or more, got {value}.");

    /// <summary>One of an enumeration's values.</summary>
    public static T Defined<T>(T value, string name, [CallerArgumentExpression(nameof(value))] string? parameter = null) where T : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw new ArgumentOutOfRangeException(parameter, $"{name}: expected one of {string.Join(", ", Enum.GetNames<T>())}, got {value}.");

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
