using System.Globalization;

namespace Mekiki;

/// <summary>Numbers of bytes as users write them: 256M, 1G, 500K, or bytes alone; K is 1,024.</summary>
internal static class Sizes
{
    /// <summary>Reads one; null when it is none, or not above 0.</summary>
    public static long? Read(string text)
    {
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        return long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= long.MaxValue >> shift ? number << shift : null;
    }
}
