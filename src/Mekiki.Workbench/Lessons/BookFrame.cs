using System.Text;
using Mekiki.Files;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>What is around every page of the book: head, switches of language and colours, ways to other pages.</summary>
/// <param name="title">The page's.</param>
/// <param name="main">The page's HTML between <c>main</c>'s tags.</param>
internal sealed class BookFrame(Words title, string main)
{
    private const string Begin = "<main>\n", End = "</main>";

    /// <summary>The page before this one: file and title; null: none.</summary>
    public (string File, Words Title)? Previous { get; init; }

    /// <summary>The page after this one.</summary>
    public (string File, Words Title)? Next { get; init; }

    /// <summary>The language that the page has at first, <c>en</c> or <c>ja</c>; null: the browser's.</summary>
    public string? Language { get; init; }

    /// <summary>Whether there is a page of contents to go to.</summary>
    public bool HasContents { get; init; }

    /// <summary>What a page holds between <c>main</c>'s tags.</summary>
    /// <param name="html">A page that <see cref="ToHtml"/> made.</param>
    /// <returns>Null: it is no such page.</returns>
    public static string? MainOf(string html)
    {
        int begin = html.IndexOf(Begin, StringComparison.Ordinal), end = html.LastIndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin ? html[(begin + Begin.Length)..end] : null;
    }

    /// <summary>The page as one file that needs no other, and loads nothing.</summary>
    public string ToHtml()
    {
        string style = Asset("book.css") + PictureStyle.Css, script = Asset("book.js");
        string policy = $"default-src 'none'; img-src data:; style-src 'sha256-{Hash(style)}'; script-src 'sha256-{Hash(script)}'";
        string ways = Ways();
        return $"""
            <!DOCTYPE html>
            <html lang="en" data-language="both"{(Language is null ? "" : $" data-asked=\"{Language}\"")}><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>{System.Net.WebUtility.HtmlEncode(title.ToString())}</title><style>{style}</style></head>
            <body>
            <header><nav aria-label="Book">{(HasContents ? $"<a data-way href=\"index.html\">{new Words("Contents", "目次").In("span")}</a>" : "<span></span>")}<span class="switches" hidden><button type="button" data-set="en">English</button><button type="button" data-set="ja" lang="ja-JP">日本語</button><button type="button" data-set="both">両方 / both</button><button type="button" id="theme">◐ {new Words("colours", "配色").In("span")}</button></span></nav></header>
            {Begin}{main}{End}
            {(ways.Length > 0 ? $"<footer><nav aria-label=\"Pages\">{ways}</nav></footer>\n" : "")}<script>{script}</script>
            </body></html>

            """.ReplaceLineEndings("\n");
    }

    private string Ways()
    {
        string back = Previous is var (file, before) ? $"<a data-way rel=\"prev\" href=\"{file}\">← {before.In("span")}</a>" : "";
        string on = Next is var (nextFile, next) ? $"<a data-way rel=\"next\" href=\"{nextFile}\">{next.In("span")} →</a>" : "";
        return back.Length + on.Length > 0 ? (back.Length > 0 ? back : "<span></span>") + on : "";
    }

    private static string Hash(string text) => Convert.ToBase64String(Sha256Hash.Of(Encoding.UTF8.GetBytes(text)));

    private static string Asset(string name)
    {
        using var reader = new StreamReader(typeof(BookFrame).Assembly.GetManifestResourceStream("lessons/" + name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
