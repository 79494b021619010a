using System.Net;
using System.Text.RegularExpressions;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;
using Mekiki.Workbench.Tests.Reports;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>Pages of lessons, and the book that they make.</summary>
public sealed class BookTests : IDisposable
{
    private const string First = """
        #:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj

        // # 1. Strokes
        // ja: # 1. 線
        //
        // time: 5 s, quick 1 s
        //
        // A **stroke** has `a < b`.
        // ja: **線**は `a < b` です。

        var lesson = Lesson.Begin(args);
        lesson.Print("<one>");

        // The end.
        // ja: 終わりです。

        lesson.Print("two");
        """;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Page_ShowsWhatEachPieceOfCodePrinted_BelowIt()
    {
        string html = Run("01-strokes", First);
        int text = html.IndexOf("<strong>stroke</strong> has <code>a &lt; b</code>", StringComparison.Ordinal), code = html.IndexOf("id=\"L11\"", StringComparison.Ordinal),
            printed = html.IndexOf("<pre class=\"output\">&lt;one&gt;\n</pre>", StringComparison.Ordinal), chart = html.IndexOf("<svg class=\"chart\"", StringComparison.Ordinal),
            end = html.IndexOf("終わりです。", StringComparison.Ordinal), last = html.IndexOf("<pre class=\"output\">two\n</pre>", StringComparison.Ordinal);
        Assert.True(text > 0 && text < code && code < printed && printed < chart && chart < end && end < last, html);
        Assert.Contains("<figcaption lang=\"ja\">図です。</figcaption>", html);
        Assert.DoesNotContain("This page is of the quick form", html);
        Assert.Contains("This page is of the quick form", Run("01-strokes", First, "--quick"));
    }

    [Fact]
    public void Page_IsTheSameBytes_EachTime() => Assert.Equal(Run("01-strokes", First), Run("01-strokes", First));

    [Fact]
    public void Figures_AreATableBesideThePage()
    {
        Run("01-strokes", First);
        Assert.Equal("lesson,quick,figure,value\n1,0,\"accuracy, at last\",0.125\n", File.ReadAllText(folder["book/01-strokes.csv"]));
    }

    [Fact]
    public void Book_JoinsPages_AndNamesWhatIsMissing()
    {
        Run("01-strokes", First);
        Run("02-brushes", First.Replace("1. Strokes", "2. Brushes").Replace("1. 線", "2. 筆"));
        File.WriteAllText(folder["lessons/03-ink.cs"], First.Replace("1. Strokes", "3. Ink").Replace("1. 線", "3. 墨"));
        var book = Book.Write(folder["book"], folder["lessons"]);
        Assert.Equal((2, "03-ink"), (book.Pages, Assert.Single(book.Missing)));
        string index = File.ReadAllText(book.Index), first = File.ReadAllText(folder["book/01-strokes.html"]), second = File.ReadAllText(folder["book/02-brushes.html"]);
        Assert.Contains("rel=\"next\" href=\"02-brushes.html\"", first);
        Assert.Contains("rel=\"prev\" href=\"01-strokes.html\"", second);
        Assert.Contains("<code>dotnet run lessons/03-ink.cs</code>", index);
        // Joining twice changes nothing, and every way leads to a page.
        Book.Write(folder["book"], folder["lessons"]);
        Assert.Equal(first, File.ReadAllText(folder["book/01-strokes.html"]));
        // A language that was asked for stands in every page.
        Assert.DoesNotContain("data-asked", index);
        Book.Write(folder["book"], folder["lessons"], "ja");
        Assert.All(Directory.GetFiles(folder["book"], "*.html"), page => Assert.Contains("<html lang=\"en\" data-language=\"both\" data-asked=\"ja\">", File.ReadAllText(page)));
        foreach (string page in Directory.GetFiles(folder["book"], "*.html"))
            foreach (Match way in Regex.Matches(File.ReadAllText(page), "href=\"([^\":]+)\""))
                Assert.True(File.Exists(Path.Combine(folder["book"], WebUtility.HtmlDecode(way.Groups[1].Value))), $"{page}: {way.Value}");
    }

    [Fact]
    public void Book_WithoutPages_SaysWhatToRun()
    {
        File.WriteAllText(folder["lessons/01-strokes.cs"], First);
        string message = Assert.Throws<MekikiException>(() => Book.Write(folder["none"], folder["lessons"])).Message;
        Assert.Equal($"{folder["none"]}: expected pages of lessons, got none. Run a lesson first: dotnet run {Path.Combine(folder["lessons"], "01-strokes")}.cs", message);
        File.WriteAllText(folder["none/01-strokes.html"], "<p>mine");
        Assert.Equal($"{folder["none/01-strokes.html"]}: expected a page that a lesson wrote, got another file. Delete it, and run the lesson again.", Assert.Throws<MekikiException>(() => Book.Write(folder["none"], folder["lessons"])).Message);
    }

    [Fact]
    public async Task Pages_RunInABrowser_WithoutAMessage_InBothLanguages()
    {
        Run("01-strokes", First);
        Run("02-brushes", First.Replace("1. Strokes", "2. Brushes").Replace("1. 線", "2. 筆"));
        Book.Write(folder["book"], folder["lessons"]);
        var (japanese, console) = await Chromium.Open(new Uri(folder["book/01-strokes.html"]) + "?language=ja&theme=dark", folder, Token);
        Assert.Empty(console);
        Assert.Contains("data-language=\"ja\"", japanese);
        Assert.Contains("data-theme=\"dark\"", japanese);
        Assert.Contains("href=\"02-brushes.html?language=ja&amp;theme=dark\"", japanese);
        var (found, messages) = await Chromium.Open(new Uri(folder["book/index.html"]) + "?language=en&search=stroke", folder, Token);
        Assert.Empty(messages);
        Assert.Contains("<mark>stroke</mark>", found);
    }

    [Theory]
    [InlineData("?language=en&theme=light")]
    [InlineData("?language=ja&theme=dark")]
    public async Task Pages_CanBeReadByAll(string query)
    {
        Run("01-strokes", First);
        Book.Write(folder["book"], folder["lessons"]);
        await Axe.Check(folder["book/01-strokes.html"], folder, Token, query);
        await Axe.Check(folder["book/index.html"], folder, Token, query);
    }

    [Theory]
    [InlineData("--quik", "'--quik': expected an option of lessons: --quick, --data NAME, --threads N, --out FOLDER. `dotnet run` wants '--' before them.")]
    [InlineData("--data", "--data: expected a value, got none. Write it behind a space.")]
    [InlineData("--threads 0", "--threads: expected 1 to 1024, got '0'.")]
    public void WrongOption_SaysWhatThereIs(string line, string message) => Assert.Equal(message, Assert.Throws<MekikiException>(() => LessonOptions.Parse(line.Split(' '), "book")).Message);

    public void Dispose() => folder.Dispose();

    // What the lesson's file would do, since it is not compiled here.
    private string Run(string name, string text, params string[] args)
    {
        string file = folder[$"lessons/{name}.cs"];
        File.WriteAllText(file, text);
        var lesson = new Lesson(LessonSource.Read(file), LessonOptions.Parse(args, folder["book"]), TextWriter.Null);
        lesson.Print("<one>", line: 12);
        lesson.Show(new Chart("a", ("x", 0, 10), (("y", "縦"), 0, 1)).Line("line", [(0, 0), (10, 1)]), ("A picture.", "図です。"), line: 12);
        lesson.Figure("accuracy, at last", 0.125, line: 11);
        lesson.Print("two", line: 17);
        lesson.WritePage();
        return File.ReadAllText(folder[$"book/{name}.html"]);
    }
}
