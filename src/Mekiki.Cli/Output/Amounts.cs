using System.Globalization;

namespace Mekiki.Cli.Output;

/// <summary>How amounts are written for people.</summary>
internal static class Amounts
{
    /// <summary>4,312 img.</summary>
    public static string Images(double count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} img");

    /// <summary>12.3 MB: powers of 1,000, as networks and disks count.</summary>
    public static string Bytes(double count)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        int unit = 0;
        while (Math.Abs(count) >= 1000 && unit < units.Length - 1)
        {
            count /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? Math.Round(count) : Math.Round(count, 1))} {units[unit]}");
    }

    /// <summary>0:42, or 1:02:03.</summary>
    public static string Duration(TimeSpan time)
    {
        long seconds = (long)time.TotalSeconds, hours = seconds / 3600;
        return hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{hours}:{seconds / 60 % 60:00}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}");
    }
}
