namespace Mekiki.Cli.Terminal;

/// <summary>A line of progress that fits into a width: first its bar becomes shorter and goes, then its parts are dropped one by one.</summary>
internal static class FittedLine
{
    private const int LongestBar = 20, ShortestBar = 4;

    /// <summary>The line.</summary>
    /// <param name="width">Columns that it may take.</param>
    /// <param name="style">The characters of the bar; null: no bar is drawn.</param>
    /// <param name="task">What is done; cut where there is room for nothing else.</param>
    /// <param name="share">How much of it is done, in [0, 1]; null: that is not known.</param>
    /// <param name="parts">The rest, in the order of the line; empty texts are left out.</param>
    public static string Of(int width, Style? style, string task, double? share, params IReadOnlyList<LinePart> parts)
    {
        var shown = parts.Where(p => p.Text.Length > 0).ToList();
        while (true)
        {
            string rest = string.Concat(shown.Select(p => "  " + p.Text));
            int room = width - Columns.Of(task) - Columns.Of(rest);
            if (style is not null && share is { } done && room > ShortestBar)
            {
                int length = Math.Min(LongestBar, room - 1), full = (int)(done * length);
                return $"{task} {style.Green(new string(style.Done, full) + new string(style.Open, length - full))}{rest}";
            }

            if (room >= 0)
                return task + rest;
            if (shown.Count <= 1)
                return Shortened(task, Math.Max(0, room + Columns.Of(task)), style) + rest;
            shown.Remove(shown.MaxBy(p => p.Order));
        }
    }

    private static string Shortened(string text, int width, Style? style)
    {
        if (Columns.Of(text) <= width)
            return text;
        string cut = style?.Cut ?? "…";
        while (text.Length > 0 && Columns.Of(text) + cut.Length > width)
            text = text[..^(text.Length > 1 && char.IsLowSurrogate(text[^1]) ? 2 : 1)];
        return width > 0 ? text + cut : "";
    }
}

/// <summary>A part of a <see cref="FittedLine"/>.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="Order">Where there is no room, the part with the largest number is dropped first.</param>
internal readonly record struct LinePart(string Text, int Order);
