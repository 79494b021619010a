using System.Text.RegularExpressions;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Reports;
using Mekiki.Workbench.Runs;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Reports;

public sealed class ReportTests(ReportTests.Trained trained) : IClassFixture<ReportTests.Trained>
{
    private static readonly string[] names = ["</script><b>bold", "<img src=x onerror=alert(1)>&\"'", "שלום", "🙂 cat"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Page(ReportOptions? options = null, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        string path = trained.Folder[name + ".html"];
        Report.Of(trained.Run, (options ?? new()) with { Reading = new DataOptions { Group = "folder" } }, cancellation: Token).Write(path);
        return path;
    }

    [Theory]
    [InlineData("en", "In three sentences")]
    [InlineData("ja", "三行でいうと")]
    public void Page_IsOneFile_ThatNeedsNothingElse(string language, string title)
    {
        string text = File.ReadAllText(Page(new ReportOptions { Language = language }));
        Assert.StartsWith($"<!DOCTYPE html>\n<html lang=\"{language}\">", text);
        Assert.Contains(title, text);
        Assert.DoesNotMatch(@"(src|href)=""(?!#)", text);
        Assert.DoesNotContain("http://", text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal));
        Assert.DoesNotContain("https://", text);
        Assert.Contains("default-src 'none'", text);
    }

    // Names are text: they end no element, and open none.
    [Fact]
    public void Page_HostileNames_AreText()
    {
        string text = File.ReadAllText(Page());
        Assert.DoesNotContain("<b>bold", text);
        Assert.DoesNotContain("<img", text);
        Assert.Equal(2, Regex.Count(text, "</script>"));
        Assert.Contains("&lt;/script&gt;&lt;b&gt;bold", text);
    }

    [Fact]
    public async Task Page_InABrowser_ShowsEveryMistake_AndSaysNothingToTheConsole()
    {
        string page = Page();
        var (document, console) = await Chromium.Open(page, trained.Folder, Token);
        Assert.Empty(console);
        var report = Report.Of(trained.Run, new ReportOptions(), cancellation: Token);
        Assert.True(report.Mistakes.Count > 3);
        string list = document[document.IndexOf("id=\"mistake-list\"", StringComparison.Ordinal)..document.IndexOf("id=\"desk\"", StringComparison.Ordinal)];
        Assert.Equal(Math.Min(60, report.Mistakes.Count), Regex.Count(list, "<article class=\"card\""));
        Assert.Contains($"0 of {report.Mistakes.Count} judged", document);
    }

    // Keys alone: a cell of the matrix is opened, labels are judged, and the decisions outlive a reload.
    [Fact]
    public async Task Page_ByKeysAlone_OpensCells_AndJudgesLabels()
    {
        string text = File.ReadAllText(Page()), page = trained.Folder["keys.html"];
        const string Keys = """
            <script>
            const press = (to, key) => to.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            press(document.getElementById("matrix"), "Enter");
            document.title = "cell images: " + document.getElementById("cell-images").children.length;
            const cards = document.querySelectorAll("#desk-list .card");
            press(cards[0], "k"); press(cards[1], "r"); press(cards[2], "x");
            document.title += "; decided: " + document.getElementById("desk-count").textContent + "; kept: " + Object.values(JSON.parse(localStorage.getItem(Object.keys(localStorage)[0]))).map(d => d.decision).join();
            </script>
            """;
        File.WriteAllText(page, Regex.Replace(text, "<meta http-equiv[^>]*>", "").Replace("</body>", Keys + "</body>", StringComparison.Ordinal));
        var (document, console) = await Chromium.Open(page, trained.Folder, Token);
        Assert.Empty(console);
        Assert.Matches("<title>cell images: [1-9][0-9]*; decided: 3 of [0-9]+ judged; kept: keep,relabel,leave-out</title>", document);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public Task Page_HasNoViolationThatAxeFinds(string language) => Axe.Check(Page(new ReportOptions { Language = language }), trained.Folder, Token);

    [Fact]
    public void Texts_AreAllThere_InBothLanguages() => Assert.All(ReportWords.All, word =>
    {
        Assert.NotEqual("", word.Value.En);
        Assert.NotEqual("", word.Value.Ja);
        Assert.Equal(Regex.Matches(word.Value.En, @"\{\d\}").Select(m => m.Value).Order(), Regex.Matches(word.Value.Ja, @"\{\d\}").Select(m => m.Value).Order());
    });

    [Theory]
    [InlineData("balanced>=0", true)]
    [InlineData("accuracy>1", false)]
    [InlineData(" ece <= 1 , loss < 100", true)]
    [InlineData("accuracy.low>=0.99", false)]
    public void Requirements_AreReadAndJudged(string text, bool met)
    {
        var report = Report.Of(trained.Run, new ReportOptions { Requirements = Requirement.Parse(text) }, cancellation: Token);
        Assert.Equal(met, report.Missed.Count == 0);
    }

    [Theory]
    [InlineData("balanced", "--require: expected a figure, >=, <=, > or <, and a number, such as balanced>=0.99, got 'balanced'. Separate several by commas.")]
    [InlineData("ballanced>=0.9", "--require: expected one of accuracy, accuracy_by_group, balanced, top5, macro_f1, weighted_f1, kappa, loss, brier, ece, ece_equal_mass, aurc, augrc, error_auroc, map, micro_f1, got 'ballanced'. Did you mean 'balanced'?")]
    [InlineData("ece<=1e999", "--require: expected a figure,")]
    public void Requirements_ThatCannotBeRead_AreRefused(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<MekikiException>(() => Requirement.Parse(text)).Message);

    // 8x8 pixels, light ground: 6 dark pixels in a box of 2x4, and one that is too light to count.
    [Fact]
    public void Slices_InkAndSize_AreThoseOfWhatIsDrawn()
    {
        double[] grey = [.. Enumerable.Repeat(0.9, 64)];
        foreach (int i in (int[])[18, 19, 26, 34, 42, 43])
            grey[i] = 0.1;
        grey[60] = 0.7;
        Assert.Equal((6 / 64.0, 8 / 64.0), ImageSlices.Drawn(grey, 8, 8));
        Assert.Equal((0, 0), ImageSlices.Drawn([.. Enumerable.Repeat(0.5, 64)], 8, 8));
    }

    [Fact]
    public void Slices_OfATable_AreMatchedByName()
    {
        var whole = Report.Of(trained.Run, new ReportOptions(), cancellation: Token);
        string table = trained.Folder["slices.csv"];
        File.WriteAllText(table, "image,pen\n" + string.Concat(Enumerable.Range(0, whole.Answers.Count).Select(n => $"{whole.Images.Set.Names[whole.Answers[n].Image]},{(n % 2 == 0 ? "black" : "blue")}\n")));
        var slices = Report.Of(trained.Run, new ReportOptions { Slices = table }, cancellation: Token).Slices.Where(s => s.Attribute == "pen").ToArray();
        Assert.Equal(["black", "blue"], slices.Select(s => s.Value));
        Assert.Equal(whole.Answers.Count, slices.Sum(s => s.Images));
        File.WriteAllText(table, "image,pen\nnobody.png,black\n");
        Assert.StartsWith($"{table}: expected names of the tested images in the column image", Assert.Throws<MekikiException>(() => Report.Of(trained.Run, new ReportOptions { Slices = table }, cancellation: Token)).Message);
        File.WriteAllText(table, "name,pen\n");
        Assert.StartsWith($"{table}: expected a first line with image and other columns", Assert.Throws<MekikiException>(() => Report.Of(trained.Run, new ReportOptions { Slices = table }, cancellation: Token)).Message);
    }

    [Fact]
    public void Charts_AreWritten_EachAsSvgAndPng()
    {
        string folder = trained.Folder["plots"];
        Report.Of(trained.Run, new ReportOptions { Language = "ja" }, cancellation: Token).WriteCharts(folder);
        string[] charts = ["class-recall", "confusion", "images-by-class", "learning-curves", "reliability", "risk-coverage"];
        Assert.Equal(charts.SelectMany(c => new[] { c + ".png", c + ".svg" }), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.All(charts, chart =>
        {
            var svg = System.Xml.Linq.XDocument.Load(Path.Combine(folder, chart + ".svg")).Root!;
            using var png = SKBitmap.Decode(Path.Combine(folder, chart + ".png"));
            Assert.Equal((2 * (int)svg.Attribute("width")!, 2 * (int)svg.Attribute("height")!), (png.Width, png.Height));
            Assert.True(png.Pixels.Distinct().Count() > 10);
        });
    }

    [Fact]
    public void Decisions_ChangeLabels_AndLeaveImagesOut_WithoutTouchingTheData()
    {
        var set = ImageSet.Open(trained.Source, new ImageSetOptions { Cache = false });
        string file = trained.Folder["decisions.csv"];
        string Quote(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        string Row(int image, string decision, string label = "") => $"{Quote(set.Names[image])},{Quote(set.Classes[set.Labels[image]])},{decision},{Quote(label)}\n";
        File.WriteAllText(file, "image,class,decision,label\n" + Row(0, "relabel", set.Classes[(set.Labels[0] + 1) % 4]) + Row(1, "leave-out") + Row(2, "keep"));
        var judged = ImageSet.Open(trained.Source, new ImageSetOptions { Cache = false, Labels = file });
        Assert.Equal(set.Count - 1, judged.Count);
        Assert.Equal(set.Classes[(set.Labels[0] + 1) % 4], judged.Classes[judged.Labels[0]]);
        Assert.DoesNotContain(set.Names[1], judged.Names);
        Assert.Equal(set.Image(5).ToArray(), judged.Image(4).ToArray());
        Assert.NotEqual(set.Fingerprint, judged.Fingerprint);
        Assert.Contains($"{file}: 1 labels are changed, 1 images left out, 1 kept as they are.", judged.Notes);
        File.WriteAllText(file, "image,class,decision,label\n" + Row(0, "relabel", "no such class") + Row(1, "perhaps") + "nobody.png,a,keep,\n");
        string message = Assert.Throws<MekikiException>(() => ImageSet.Open(trained.Source, new ImageSetOptions { Cache = false, Labels = file })).Message;
        Assert.StartsWith($"{file}: expected decisions about images of {trained.Source}, got 3 wrong lines: line 2: expected a class of", message);
        File.WriteAllText(file, "image,label\n");
        Assert.StartsWith($"{file}: expected the first line 'image,class,decision,label', got 'image,label'.", Assert.Throws<MekikiException>(() => ImageSet.Open(trained.Source, new ImageSetOptions { Cache = false, Labels = file })).Message);
    }

    /// <summary>A network that has learnt little of classes whose names mean something in HTML.</summary>
    public sealed class Trained : IDisposable
    {
        public Trained()
        {
            var list = new System.Text.StringBuilder("image,class\n");
            for (int i = 0; i < 80; i++)
            {
                File.WriteAllBytes(Folder[$"pictures/{i / 8}/{i}.png"], MadeImages.Grey(width: 6, height: 6, start: i % 5));
                list.Append($"{i / 8}/{i}.png,\"{names[i % 4].Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
            }

            File.WriteAllText(Source = Folder["pictures/labels.csv"], list.ToString());
            Run = Folder["runs/one"];
            TrainingRun.Create(new DataOptions { Source = Source, Test = 40, Validation = 0.3 }, new() { Model = "mlp", Epochs = 2, BatchSize = 8 }, Run).Train();
        }

        internal TemporaryFolder Folder { get; } = new();

        public string Source { get; }

        public string Run { get; }

        public void Dispose() => Folder.Dispose();
    }
}
