using System.Text.RegularExpressions;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Reports;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Reports;

/// <summary>Reports on images of any number of labels.</summary>
public sealed class LabelReportTests(LabelReportTests.Trained trained) : IClassFixture<LabelReportTests.Trained>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly ReportOptions grouped = new() { Reading = new DataOptions { Group = "folder" } };

    private string Page(ReportOptions options, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        string path = trained.Folder[$"{name}-{options.Language}.html"];
        LabelReport.Of(trained.Run, options, cancellation: Token).Write(path);
        return path;
    }

    [Theory]
    [InlineData("en", "Label by label")]
    [InlineData("ja", "ラベル別")]
    public async Task Page_NeedsNothingElse_SaysNothingToTheConsole_AndHasNoViolation(string language, string title)
    {
        string page = Page(grouped with { Language = language, Compare = trained.Run, Requirements = Requirement.Parse("map>=0") });
        string text = File.ReadAllText(page);
        Assert.Contains(title, text);
        Assert.DoesNotMatch(@"(src|href)=""(?!#)", text);
        Assert.DoesNotContain("<script", text);
        // A label's name is text.
        Assert.DoesNotContain("<b>top", text);
        Assert.Contains("&lt;b&gt;top", text);
        var (_, console) = await Chromium.Open(page, trained.Folder, Token);
        Assert.Empty(console);
        await Axe.Check(page, trained.Folder, Token);
    }

    [Fact]
    public void Page_ShowsEveryMistake_TheSurestFirst()
    {
        var report = LabelReport.Of(trained.Run, grouped, cancellation: Token);
        var answers = report.Answers;
        Assert.True(report.Mistakes.Count > 3);
        Assert.Equal(Enumerable.Range(0, answers.Count).Where(n => !answers.IsRight(n)), report.Mistakes.Order());
        double[] sure = [.. report.Mistakes.Select(n => Enumerable.Range(0, 2).Where(k => answers.Has(n, k) != answers.IsPredicted(n, k)).Max(k => Math.Abs(answers.Probability(n, k) - (answers.Has(n, k) ? 1 : 0))))];
        Assert.Equal(sure.OrderDescending(), sure);
        string text = File.ReadAllText(Page(grouped));
        Assert.Equal(report.Mistakes.Count, Regex.Count(text, "<article class=\"card\">"));
        Assert.Matches("<p class=\"wrong\">(missing|too many): ", text);
        Assert.Equal(report.Mistakes.Count, report.Review[0].LabelledWrong);
        Assert.True(report.Answers.HasGroups);
        Assert.Equal(3, report.Verdict.Count);
    }

    public sealed class Trained : IDisposable
    {
        public Trained()
        {
            var list = new System.Text.StringBuilder("image,labels\n");
            for (int i = 0; i < 80; i++)
            {
                File.WriteAllBytes(Folder[$"pictures/{i / 8}/{i}.png"], MadeImages.Grey(width: 6, height: 6, start: i % 5));
                list.Append($"{i / 8}/{i}.png,{(i % 4) switch { 0 => "", 1 => "left", 2 => "<b>top", _ => "<b>top;left" }}\n");
            }

            File.WriteAllText(Folder["pictures/labels.csv"], list.ToString());
            Run = Folder["runs/one"];
            TrainingRun.Create(new DataOptions { Source = Folder["pictures/labels.csv"], Test = 40, Validation = 0.3 }, new() { Model = "mlp", Epochs = 2, BatchSize = 8 }, Run).Train();
        }

        internal TemporaryFolder Folder { get; } = new();

        public string Run { get; }

        public void Dispose() => Folder.Dispose();
    }
}
