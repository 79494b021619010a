using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Mekiki.Files;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>Joins the pages that lessons have written to a book: contents with a search, and ways from page to page.</summary>
public static class Book
{
    /// <summary>Writes <c>index.html</c>, and gives every lesson's page its ways to the others.</summary>
    /// <param name="folder">Where the lessons' pages lie, and the book shall.</param>
    /// <param name="lessons">The folder of the lessons' files.</param>
    /// <param name="language">The language that the book is opened in, <c>en</c> or <c>ja</c>; null: the browser's. Its buttons change it.</param>
    /// <returns>What the book holds.</returns>
    /// <exception cref="MekikiException">There are no lessons, no lesson has a page yet, or a page cannot be written.</exception>
    public static BookResult Write(string folder, string lessons, string? language = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(lessons);
        var all = LessonSource.All(lessons);
        var pages = new List<(LessonSource Lesson, string Main)>();
        foreach (var lesson in all)
            if (Path.Combine(folder, PageOf(lesson)) is var path && File.Exists(path))
                pages.Add((lesson, BookFrame.MainOf(File.ReadAllText(path)) ?? throw new MekikiException($"{path}: expected a page that a lesson wrote, got another file. Delete it, and run the lesson again.")));
        if (pages.Count == 0)
            throw new MekikiException($"{folder}: expected pages of lessons, got none. Run a lesson first: dotnet run {Path.Combine(lessons, all[0].Name)}.cs");

        for (int i = 0; i < pages.Count; i++)
            OutputFile.Write(Path.Combine(folder, PageOf(pages[i].Lesson)), new BookFrame(pages[i].Lesson.Title, pages[i].Main)
            {
                HasContents = true,
                Language = language,
                Previous = i > 0 ? (PageOf(pages[i - 1].Lesson), pages[i - 1].Lesson.Title) : null,
                Next = i + 1 < pages.Count ? (PageOf(pages[i + 1].Lesson), pages[i + 1].Lesson.Title) : null,
            }.ToHtml());
        string index = Path.Combine(folder, "index.html");
        string[] missing = [.. all.Where(l => !pages.Any(p => p.Lesson == l)).Select(l => l.Name)];
        OutputFile.Write(index, new BookFrame(("The chapter, alive", "動く講義"), Contents(all, [.. pages.Select(p => p.Lesson)])) { Language = language }.ToHtml());
        return new BookResult(index, pages.Count, missing);
    }

    private static string PageOf(LessonSource lesson) => lesson.Name + ".html";

    private static string Contents(IReadOnlyList<LessonSource> all, IReadOnlyList<LessonSource> written)
    {
        var html = new StringBuilder();
        html.Append(new Words("The chapter, alive", "動く講義").In("h1"));
        html.Append(new Words("Fourteen lessons on object recognition by deep learning. Each is one C# file that trains, prints and draws; this book was made by running them.", "深層学習による物体認識を、14のレッスンで学びます。各レッスンは1つのC#ファイルで、学習、出力、作図まで行います。この本は、それらを実行して作成しました。").In("p"));
        html.Append("<p class=\"search\" hidden><label>").Append(new Words("Search", "検索").In("span")).Append(" <input type=\"search\" id=\"search\" autocomplete=\"off\"></label> <span id=\"found\" role=\"status\"></span></p>\n<ol class=\"contents\">\n");
        foreach (var lesson in all)
        {
            bool isWritten = written.Contains(lesson);
            string title = Untitled(lesson.Title).In("span");
            Words time = (string.Create(CultureInfo.InvariantCulture, $"{lesson.Seconds} s"), string.Create(CultureInfo.InvariantCulture, $"{lesson.Seconds}秒"));
            html.Append(CultureInfo.InvariantCulture, $"<li value=\"{lesson.Number}\" data-lesson=\"{lesson.Name}\">{(isWritten ? $"<a data-way href=\"{PageOf(lesson)}\">{title}</a>" : title)} <span class=\"soft\">{time.In("span")}</span>{(isWritten ? "" : $" <code>dotnet run lessons/{lesson.Name}.cs</code>")}<ul class=\"hits\" hidden></ul></li>\n");
        }

        html.Append("</ol>\n<script type=\"application/json\" id=\"texts\">").Append(Texts(written)).Append("</script>\n");
        return html.ToString();
    }

    // "6. Convolution" without its number, which the list shows.
    private static Words Untitled(Words title) => (title.English[(title.English.IndexOf(' ') + 1)..], title.Japanese![(title.Japanese!.IndexOf(' ') + 1)..]);

    // What the search looks through: each paragraph in both languages.
    private static string Texts(IReadOnlyList<LessonSource> lessons)
    {
        var json = new StringBuilder("{");
        foreach (var lesson in lessons)
        {
            json.Append(json.Length > 1 ? "," : "").Append('"').Append(lesson.Name).Append("\":[");
            json.AppendJoin(',', lesson.Cells.OfType<TextCell>().Select(c => $"[{Quoted(Markup.ToPlain(c.Text.English))},{Quoted(Markup.ToPlain(c.Text.Japanese!))}]"));
            json.Append(']');
        }

        return json.Append('}').ToString();
    }

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";
}

/// <summary>What a book holds.</summary>
/// <param name="Index">The file to open.</param>
/// <param name="Pages">How many lessons have pages.</param>
/// <param name="Missing">The names of those that have none yet.</param>
public sealed record BookResult(string Index, int Pages, IReadOnlyList<string> Missing);
