using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Workbench.Lessons;

/// <summary>The markup of lessons: headings (<c>## </c>), lists (<c>- </c>, <c>1. </c>), formulas (four spaces), and inside a line <c>`code`</c>, <c>**strong**</c> and <c>[text](address)</c>.</summary>
internal static partial class Markup
{
    /// <summary>A paragraph as HTML.</summary>
    /// <param name="text">Lines of one paragraph, heading or list.</param>
    public static string ToHtml(string text)
    {
        string[] lines = text.Split('\n');
        if (Heading().Match(lines[0]) is { Success: true } heading)
        {
            int level = heading.Groups[1].Length;
            return $"<h{level}>{Inline(lines[0][(level + 1)..])}</h{level}>" + (lines.Length > 1 ? ToHtml(string.Join('\n', lines[1..])) : "");
        }

        if (lines.All(l => l.StartsWith("    ", StringComparison.Ordinal)))
            return $"<p class=\"formula\">{string.Join("<br>", lines.Select(l => Inline(l.Trim())))}</p>";
        if (Item().IsMatch(lines[0]))
            return List(lines);
        return $"<p>{Inline(Joined(lines))}</p>";
    }

    /// <summary>A paragraph without marks, as a search looks through it.</summary>
    public static string ToPlain(string text) => Link().Replace(text, "$1").Replace("`", "").Replace("**", "").Replace("#", "").Replace('\n', ' ').Trim();

    private static string List(string[] lines)
    {
        var items = new List<List<string>>();
        foreach (string line in lines)
        {
            if (Item().IsMatch(line))
                items.Add([Item().Replace(line, "")]);
            else
                items[^1].Add(line.Trim());
        }

        string tag = lines[0][0] == '-' ? "ul" : "ol";
        return $"<{tag}>{string.Concat(items.Select(i => $"<li>{Inline(Joined([.. i]))}</li>"))}</{tag}>";
    }

    // Japanese has no spaces between words, and so none where a line ends.
    private static string Joined(string[] lines)
    {
        var text = new StringBuilder(lines[0]);
        foreach (string line in lines[1..])
            text.Append(IsWide(text[^1]) || IsWide(line[0]) ? "" : " ").Append(line);
        return text.ToString();
    }

    private static bool IsWide(char c) => c >= '\u3000';

    private static string Inline(string text)
    {
        string html = WebUtility.HtmlEncode(text);
        html = Code().Replace(html, "<code>$1</code>");
        html = Strong().Replace(html, "<strong>$1</strong>");
        return Link().Replace(html, "<a href=\"$2\">$1</a>");
    }

    [GeneratedRegex("^(#{1,3}) ")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(- |\d+\. )")]
    private static partial Regex Item();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Strong();

    [GeneratedRegex(@"\[([^\]]+)\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
