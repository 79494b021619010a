using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Workbench.Lessons;

/// <summary>C# as HTML, with comments, texts, numbers and keywords in colours.</summary>
internal static partial class CodeColours
{
    /// <summary>The code, each piece that has a colour in a <c>span</c>.</summary>
    public static string ToHtml(string code)
    {
        var html = new StringBuilder();
        int end = 0;
        foreach (Match match in Pieces().Matches(code))
        {
            html.Append(WebUtility.HtmlEncode(code[end..match.Index]));
            string style = match.Groups["comment"].Success ? "c" : match.Groups["text"].Success ? "t" : match.Groups["number"].Success ? "n" : match.Groups["directive"].Success ? "d" : "k";
            html.Append("<span class=\"").Append(style).Append("\">").Append(WebUtility.HtmlEncode(match.Value)).Append("</span>");
            end = match.Index + match.Length;
        }

        return html.Append(WebUtility.HtmlEncode(code[end..])).ToString();
    }

    [GeneratedRegex("""
        (?<comment>//[^\n]*)|(?<text>\$?@?"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])+')|(?<directive>^\#:[^\n]*)|(?<number>\b\d[\d_]*(?:\.\d+)?(?:e-?\d+)?f?\b)|\b(?:abstract|as|base|bool|break|byte|case|catch|class|const|continue|default|do|double|else|false|finally|float|for|foreach|if|in|int|interface|internal|is|long|new|not|null|or|out|override|params|private|protected|public|readonly|record|ref|return|sealed|static|string|struct|switch|this|throw|true|try|using|var|void|when|while|with|and)\b
        """, RegexOptions.Multiline)]
    private static partial Regex Pieces();
}
