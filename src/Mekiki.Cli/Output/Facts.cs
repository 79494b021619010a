using System.Globalization;

namespace Mekiki.Cli.Output;

/// <summary>Named values for people, a line each, written the same in every country.</summary>
internal static class Facts
{
    /// <summary>The name, padded, and its value.</summary>
    public static void Write(Host host, string name, FormattableString value)
    {
        const int Beside = 11;
        string text = PrintedName.Of(host.Language.Fill(value));
        host.Out.WriteLine($"{Columns.Padded(host.Language.In(name), Beside - 1)} {host.Wrapped(text, Beside)}");
    }

    /// <summary>The cells of a row of <see cref="Tables"/>.</summary>
    public static string[] Row(params FormattableString[] cells) => [.. cells.Select(c => c.ToString(CultureInfo.InvariantCulture))];

    /// <summary>That files were left out of a set, if any were.</summary>
    public static void SaySkipped(Host host, int count)
    {
        if (count > 0)
            host.Say($"{count:N0} {(count == 1 ? "file could not be read and is" : "files could not be read and are")} left out; `mekiki data check` tells why.");
    }

    /// <summary>Says that a list was written.</summary>
    public static void SayWritten(Host host, string path, int count) => host.Say($"{path}: {count:N0} {(count == 1 ? "image" : "images")}.");

    /// <summary>Draws a sheet and says so; where there is nothing to draw, an older sheet of that name goes, which would be taken for this one.</summary>
    public static void DrawOrDelete(Host host, string path, int count, Action draw)
    {
        if (count > 0)
        {
            draw();
            SayWritten(host, path, count);
            return;
        }

        File.Delete(path);
        host.Say($"{path}: nothing to draw, and no such file is left.");
    }
}
