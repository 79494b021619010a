using System.Globalization;
using System.Net;
using System.Text;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>A lesson's page: its text, its code, and below each piece of code what that printed and showed.</summary>
internal sealed class LessonPage(LessonSource source, IReadOnlyList<LessonResult> results, bool isQuick)
{
    /// <summary>The whole page, as one file that needs no other.</summary>
    public string ToHtml() => new BookFrame(source.Title, Main()).ToHtml();

    private string Main()
    {
        var html = new StringBuilder();
        foreach (var cell in source.Cells)
        {
            if (cell is TextCell text)
                WriteText(html, text.Text);
            else if (cell is CodeCell code)
                WriteCode(html, code);
            if (cell == source.Cells[0])
                WriteFacts(html);
        }

        return html.ToString();
    }

    private void WriteFacts(StringBuilder html)
    {
        string command = $"dotnet run lessons/{source.Name}.cs";
        Words time = (string.Create(CultureInfo.InvariantCulture, $"About {Time(source.Seconds, "s", "minutes")} on two cores; with --quick, {source.QuickSeconds} s."), string.Create(CultureInfo.InvariantCulture, $"2コアで約{Time(source.Seconds, "秒", "分")}、--quickでは{source.QuickSeconds}秒です。"));
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"facts\"><code>{command}</code> {time.In("span")}</p>\n");
        if (isQuick)
            html.Append(new Words("This page is of the quick form: its figures and pictures show less than those of a whole run.", "このページは--quickで作成しました。数値も図も、通常の実行より粗くなっています。").In("p", "class=\"notice\"")).Append('\n');
    }

    private static string Time(int seconds, string s, string minutes) => string.Create(CultureInfo.InvariantCulture, $"{(seconds < 100 ? seconds : (seconds + 30) / 60)}{(s.Length == 1 && s[0] < 0x80 ? " " : "")}{(seconds < 100 ? s : minutes)}");

    private static void WriteText(StringBuilder html, Words text)
    {
        if (text.English == text.Japanese)
        {
            html.Append(Markup.ToHtml(text.English)).Append('\n');
            return;
        }

        html.Append("<div class=\"pair\"><div lang=\"en\">").Append(Markup.ToHtml(text.English)).Append("</div><div lang=\"ja\">").Append(Markup.ToHtml(text.Japanese!)).Append("</div></div>\n");
    }

    private void WriteCode(StringBuilder html, CodeCell cell)
    {
        string code = $"<pre class=\"code\" id=\"L{cell.FirstLine}\"><code>{CodeColours.ToHtml(cell.Code)}</code></pre>";
        html.Append(cell.IsPreamble ? $"<details><summary>using …</summary>{code}</details>\n" : code + "\n");
        var printed = new StringBuilder();
        foreach (var result in results)
        {
            if (result.Line < cell.FirstLine || result.Line > cell.LastLine)
                continue;
            if (result.Text is { } text)
            {
                printed.Append(WebUtility.HtmlEncode(text)).Append('\n');
                continue;
            }

            Flush(html, printed);
            html.Append("<figure>").Append(result.Picture!.ToHtml()).Append(result.Caption.In("figcaption")).Append("</figure>\n");
        }

        Flush(html, printed);
    }

    private static void Flush(StringBuilder html, StringBuilder printed)
    {
        if (printed.Length > 0)
            html.Append("<pre class=\"output\">").Append(printed).Append("</pre>\n");
        printed.Clear();
    }
}
