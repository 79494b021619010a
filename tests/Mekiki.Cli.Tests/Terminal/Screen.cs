using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests.Terminal;

/// <summary>A terminal, as far as the program uses one: lines, the cursor, and windows that become narrower and wider, in which lines are broken anew.</summary>
/// <remarks>Colours are ignored. Kana and ideographs take two columns: behind each stands a filler.</remarks>
internal sealed partial class Screen(int width)
{
    private const string Filler = "\u200b";
    private const int MostIndent = 14;

    private readonly List<StringBuilder> lines = [new()];
    private int line, column;

    /// <summary>Columns of the window.</summary>
    public int Width { get; set; } = width;

    /// <summary>What a person sees, a row of the window a line.</summary>
    public string Text => string.Join('\n', lines.SelectMany(l => Rows(l.ToString()))).TrimEnd('\n') + "\n";

    /// <summary>Lines that the window breaks within a word that had room in a line of its own; what stands between backticks is one word.</summary>
    public IEnumerable<string> Overrun => lines.Select(l => l.ToString()).Where(l =>
    {
        string text = Kept().Replace(l, m => m.Value.Replace(' ', '_'));
        if (text.TrimEnd().Length <= Width)
            return false;
        int from = text.LastIndexOf(' ', Width - 1) + 1, to = text.IndexOf(' ', Width);
        return (to < 0 ? text.TrimEnd().Length : to) - from <= Width - MostIndent;
    });

    public void Write(string text)
    {
        foreach (Match m in Pieces().Matches(Colors().Replace(text, "")))
            switch (m.Value)
            {
                case "\r":
                    column -= column % Width;
                    break;
                case "\n":
                    Down();
                    break;
                case "\e[J":
                    lines[line].Length = Math.Min(lines[line].Length, column);
                    lines.RemoveRange(line + 1, lines.Count - line - 1);
                    break;
                case ['\e', ..]:
                    Assert.Equal('A', m.Value[^1]);
                    for (int rows = int.Parse(m.Value[2..^1], System.Globalization.CultureInfo.InvariantCulture); rows > 0; rows--)
                        Up();
                    break;
                default:
                    Put(m.Value);
                    break;
            }
    }

    private void Put(string text)
    {
        text = string.Concat(text.Select(c => Columns.IsWide(c) ? c + Filler : c.ToString()));
        var here = lines[line];
        if (here.Length < column)
            here.Append(' ', column - here.Length);
        here.Remove(column, Math.Min(text.Length, here.Length - column)).Insert(column, text);
        column += text.Length;
    }

    private void Up()
    {
        if (column >= Width)
            column -= Width;
        else if (line > 0)
            column += Math.Max(0, lines[--line].Length - 1) / Width * Width;
    }

    private void Down()
    {
        if (++line == lines.Count)
            lines.Add(new());
        column = 0;
    }

    private IEnumerable<string> Rows(string text)
    {
        for (int at = 0; at == 0 || at < text.Length; at += Width)
            yield return text[at..Math.Min(text.Length, at + Width)].Replace(Filler, "", StringComparison.Ordinal).TrimEnd();
    }

    [GeneratedRegex("\r|\n|\e\\[[0-9]*[A-Z]|[^\r\n\e]+")]
    private static partial Regex Pieces();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Kept();

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colors();
}

/// <summary>Writes to a screen.</summary>
/// <param name="screen">What a person sees.</param>
/// <param name="look">Called after each change of it.</param>
internal sealed class ScreenWriter(Screen screen, Action? look = null) : StringWriter
{
    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        screen.Write(value ?? "");
        look?.Invoke();
    }

    public override void WriteLine(string? value) => Write(value + "\n");
}
