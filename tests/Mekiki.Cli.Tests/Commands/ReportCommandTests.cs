using System.Text.Json;

namespace Mekiki.Cli.Tests.Commands;

public sealed class ReportCommandTests(EvaluateCommandTests.Trained trained) : IClassFixture<EvaluateCommandTests.Trained>
{
    [Fact]
    public void Report_LiesInTheRunsFolder_AndSaysWhere()
    {
        var run = TestHost.Run(["report", trained.Run]);
        string page = Path.Combine(trained.Run, "report.html");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.EndsWith(page + "\n", run.Out);
        Assert.StartsWith("It recognizes 100.00 % of 14 images;", run.Out);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(page));
    }

    [Theory]
    [InlineData("accuracy>=0.9", 0, 0)]
    [InlineData("accuracy>=0.9,accuracy.low>=0.99", 2, 1)]
    public void Require_SetsTheExitCode_AndThePageIsWrittenAllTheSame(string requirements, int code, int missed)
    {
        string page = trained.Folder[$"required{code}.html"];
        var run = TestHost.Run("report", trained.Run, "--out", page, "--require", requirements, "--json");
        Assert.Equal(code, run.Code);
        Assert.Equal(missed, JsonDocument.Parse(run.Out).RootElement.GetProperty("missed").GetArrayLength());
        Assert.Equal(missed == 0 ? "" : "--require: expected accuracy.low>=0.99, got 0.784689. Train a better model, or lower the limit.\n", run.Error);
        Assert.True(File.Exists(page));
    }

    [Theory]
    [InlineData("--require better", "--require: expected a figure, >=, <=, > or <, and a number, such as balanced>=0.99, got 'better'.")]
    [InlineData("--out none/report.html", "--out: expected a file in a folder that is there, got 'none/report.html'. Make the folder first.")]
    [InlineData("--language fr", "--language: expected one of en, ja, got 'fr'.")]
    [InlineData("--slices none.csv", "none.csv: expected a CSV file with a column image, got: ")]
    [InlineData("--doubtful none.csv", "none.csv: expected the list that `mekiki data check --labels --out` wrote, got: ")]
    public void WrongInput_IsOneMistake_AndNothingIsWritten(string options, string message)
    {
        string[] words = options.Split(' ');
        Assert.StartsWith(message, TestHost.Run(["report", trained.Run, .. words, .. words[0] == "--out" ? Array.Empty<string>() : ["--out", trained.Folder["wrong.html"]]]).Mistake());
        Assert.False(File.Exists(trained.Folder["wrong.html"]));
    }

    [Fact]
    public void DataReport_IsOnePage_AndSaysWhere()
    {
        string page = trained.Folder["data.html"];
        var run = TestHost.Run(["data", "report", trained.Data, "--out", page, "--group", "^(.)"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.EndsWith(page + "\n", run.Out);
        string text = File.ReadAllText(page);
        Assert.StartsWith("<!DOCTYPE html>", text);
        Assert.Contains($"<pre>mekiki data report {trained.Data} --out {page} --group ^(.)</pre>", text);
        var json = JsonDocument.Parse(TestHost.Run(["data", "report", trained.Data, "--out", page, "--json"]).Out).RootElement;
        Assert.Equal(("data report", page), (json.GetProperty("command").GetString(), json.GetProperty("file").GetString()));
    }

    [Theory]
    [InlineData("--out none/page.html", "--out: expected a file in a folder that is there, got 'none/page.html'. Make the folder first.")]
    [InlineData("--group ((", "--group: expected book, folder or a regular expression")]
    [InlineData("--labels none.csv", "none.csv: expected ")]
    public void DataReport_OfWrongInput_IsOneMistake_AndNothingIsWritten(string options, string message)
    {
        string[] words = options.Split(' ');
        Assert.StartsWith(message, TestHost.Run(["data", "report", trained.Data, .. words, .. words[0] == "--out" ? Array.Empty<string>() : ["--out", trained.Folder["wrong.html"]]]).Mistake());
        Assert.False(File.Exists(trained.Folder["wrong.html"]));
    }
}
