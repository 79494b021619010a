using System.Globalization;

namespace Mekiki.Cli.Parsing;

/// <summary>Lengths of time as users write them: 90s, 5m, 1.5h, or seconds alone.</summary>
internal static class Times
{
    /// <summary>Reads one; null when it is none, or not above 0.</summary>
    public static TimeSpan? Read(string text)
    {
        double factor = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        string number = factor == 0 ? text : text[..^1];
        bool isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double seconds = value * (factor == 0 ? 1 : factor);
        return isNumber && seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
    }
}
