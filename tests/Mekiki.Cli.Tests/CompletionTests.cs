using Mekiki.Cli.Commands;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Tests;

public class CompletionTests
{
    [Theory]
    [InlineData("tr", "train")]
    [InlineData("data", "data")]
    [InlineData("data |", "list get check pack report preview")]
    [InlineData("data ge", "get")]
    [InlineData("help da", "data")]
    [InlineData("help data pre", "preview")]
    [InlineData("nothing", "")]
    [InlineData("--", "--help --color --language --version")]
    [InlineData("runs --color a", "auto always")]
    [InlineData("train --mod", "--model")]
    [InlineData("train --model cnn --mod", "")]
    [InlineData("train --json --js", "")]
    [InlineData("train -", "--data", true)]
    [InlineData("train --model kana-net-", "kana-net-ensemble")]
    [InlineData("train --model KANA-NET-", "kana-net-ensemble")]
    [InlineData("train --model=kana-net-", "--model=kana-net-ensemble")]
    [InlineData("train --model = kana-net-", "kana-net-ensemble")]
    [InlineData("train --json=", "")]
    [InlineData("train --schedule |", "decay constant cosine one-cycle warmup")]
    [InlineData("train --optimizer ada", "adam adamw")]
    [InlineData("train --lr f", "find")]
    [InlineData("train --epochs |", "")]
    [InlineData("train --balance r", "roots")]
    [InlineData("train --augment small+el", "small+elastic")]
    [InlineData("train --augment=small+elastic+to", "--augment=small+elastic+tone")]
    [InlineData("history --models cnn,kana-net-", "cnn,kana-net-ensemble")]
    [InlineData("data get |", "hiragana73")]
    [InlineData("data get hiragana73 |", "")]
    [InlineData("bench ml", "mlp")]
    [InlineData("bench -- ml", "mlp")]
    [InlineData("completion |", "bash zsh fish pwsh")]
    [InlineData("models |", "show")]
    public void Candidates_AreWhatMayStandThere(string line, string expected, bool isFirstOnly = false)
    {
        var (candidates, isPath) = Completion.Of(Words(line));
        string[] words = [.. candidates.Select(c => c.Word)];
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), isFirstOnly ? [words[0]] : words);
        Assert.False(isPath);
    }

    [Theory]
    [InlineData("train --data ka", "kana")]
    [InlineData("train --preset fa", "fast")]
    [InlineData("train --from |", "")]
    [InlineData("train --out |", "")]
    [InlineData("test |", "")]
    [InlineData("predict RUN |", "")]
    [InlineData("predict RUN a.png |", "")]
    [InlineData("predict RUN --top 3 |", "")]
    [InlineData("data check hir", "hiragana73")]
    public void Paths_MayStandThereToo(string line, string expected)
    {
        var (candidates, isPath) = Completion.Of(Words(line));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), candidates.Select(c => c.Word));
        Assert.True(isPath);
    }

    [Fact]
    public void Names_AreThoseOfTheTable() =>
        Assert.Equal(Catalogue.All.Select(m => m.Name), Completion.Of(["train", "--model", ""]).Candidates.Select(c => c.Word));

    [Fact]
    public void Answer_HasALineForEachCandidate()
    {
        var run = TestHost.Run(CompletionScript.Request, "train", "--preset", "");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        string[] lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("fast\ta good model of characters", lines[0]);
        Assert.StartsWith("best\t", lines[1]);
        Assert.StartsWith("photo\t", lines[2]);
        Assert.StartsWith("small-photo\t", lines[3]);
        Assert.Equal(CompletionScript.Files, lines[4]);
        Assert.Equal(run.Out, TestHost.Run(CompletionScript.RequestNext, "train", "--preset").Out);
    }

    [Fact]
    public void Answer_WithoutAWord_IsTheCommands() => Assert.StartsWith("train\t", TestHost.Run(CompletionScript.Request).Out);

    [Fact]
    public void Meanings_AreShort() =>
        Assert.All(CommandTable.All.SelectMany(c => Completion.Of([.. c.Name.Split(' '), "--"]).Candidates), c => Assert.InRange(c.About.Length, 1, 62));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Script_IsTheStoredText(string shell)
    {
        var run = TestHost.Run($"completion {shell}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        Stored.Same($"completion/{shell}", run.Out);
        Assert.Contains($"'{CompletionScript.Request}'", run.Out);
        Assert.Contains($"'{CompletionScript.Files}'", run.Out);
    }

    [Fact]
    public void UnknownShell_IsAMistake() =>
        Assert.Equal("SHELL: expected one of bash, zsh, fish, pwsh, got 'fisch'. Did you mean 'fish'?", TestHost.Run("completion fisch").Mistake());

    // A line as a user types it; | stands for an empty word at its end.
    private static string[] Words(string line) => [.. line.Split(' ').Select(w => w == "|" ? "" : w)];
}
