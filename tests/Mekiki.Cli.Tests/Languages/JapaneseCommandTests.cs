using System.Text.RegularExpressions;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli.Tests.Languages;

/// <summary>What the commands say in Japanese.</summary>
public sealed partial class JapaneseCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Names => [.. CommandTable.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_IsTheStoredText(string name)
    {
        var run = TestHost.Run($"{name} --help --language ja");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Stored.Same($"help-ja/{name.Replace(' ', '-')}", run.Out);
        Assert.All(run.Out.Split('\n').Where(l => !l.StartsWith("  mekiki ", StringComparison.Ordinal)), line => Assert.True(Columns.Of(line) <= 104, line));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_HasNoEnglishSentence(string name)
    {
        string text = Code().Replace(TestHost.Run($"{name} --help --language ja").Out, "").Replace("dotnet run lessons", "", StringComparison.Ordinal);
        Assert.All(text.Split('\n').Where(l => !l.Contains("mekiki ", StringComparison.Ordinal)), line => Assert.DoesNotMatch("[a-z]{2,} [a-z]{2,} [a-z]{2,}", line));
    }

    [Fact]
    public void Overview_IsTheStoredText()
    {
        var run = TestHost.Run("--language ja");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Stored.Same("help-ja/mekiki", run.Out);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_FitsIntoNarrowTerminals(string name)
    {
        var host = TestHost.New(terminal: true, width: 40);
        host.Then($"{name} --help --language ja");
        // Words, and lines to copy, are not broken.
        Assert.All(host.Out.Split('\n').Where(l => !l.Contains("mekiki", StringComparison.Ordinal) && !Long().IsMatch(l)), line => Assert.True(Columns.Of(line) <= 42, line));
    }

    [Fact]
    public void Train_SpeaksJapanese_AndWritesTheSame()
    {
        string data = Pictures.Folder(folder);
        string[] line = ["train", "--data", data, "--model", "mlp", "--epochs", "2", "--batch", "8", "--augment", "none", "--validation", "0.2"];
        var english = TestHost.Run([.. line, "--out", folder["en"]]);
        var run = TestHost.Run([.. line, "--out", folder["ja"], "--language", "ja"]);
        Assert.Equal((0, 0), (english.Code, run.Code));
        Assert.Equal(
            [
                "mlp の学習: adam、学習率 0.001、スケジュール decay、バッチ 8枚。",
                $"mlp、{folder["pictures"]}: 学習 46枚(3クラス)、12枚で選択、14枚でテスト。保存先 {folder["ja"]}",
            ],
            run.Error.TrimEnd('\n').Split('\n')[^2..]);
        Assert.Matches("^モデル     mlp、エポック [12]/2\n学習       損失 [0-9.]+、正解率 [0-9.]+ %、学習時の画像による\n検証       損失 [0-9.]+、正解率 [0-9.]+ %、12枚\nテスト     損失 [0-9.]+、正解率 [0-9.]+ %、クラス平均 [0-9.]+ %、上位5位 [0-9.]+ %、14枚\n時間       学習 [0-9.]+秒、[0-9,]+枚/秒\n重み       sha256 [0-9a-f]{64}\n実行       ", run.Out);
        // Files are for programs.
        Assert.Equal(File.ReadAllText(folder["en/split.csv"]), File.ReadAllText(folder["ja/split.csv"]));
        Assert.Equal(File.ReadAllLines(folder["en/log.csv"])[0], File.ReadAllLines(folder["ja/log.csv"])[0]);
        Assert.Equal(Sha256(english), Sha256(run));
        Assert.StartsWith("モデル     mlp、3クラス\nデータ     ", TestHost.Run("test", folder["ja"], "--language", "ja").Out);
        Assert.Contains("\n正解率の低いクラス\nクラス", TestHost.Run("test", folder["ja"], "--language", "ja").Out);
    }

    [Fact]
    public void Json_IsTheSame()
    {
        Assert.Equal(TestHost.Run("data list --json").Out, TestHost.Run("data list --json --language ja").Out);
        Assert.Equal(TestHost.Run("models --json").Out, TestHost.Run("models --json --language ja").Out);
        Assert.Equal(TestHost.Run("completion bash").Out, TestHost.Run("completion bash --language ja").Out);
    }

    [Theory]
    [InlineData("train --epochs 0.5", "--epochs: 整数(0以上)が必要だが、'0.5' が指定された。")]
    [InlineData("train --batch 0", "--batch: 1以上が必要だが、0 である。")]
    [InlineData("train --lr x", "--lr: 数(0より大きい値)が必要だが、'x' が指定された。または find も指定できる(最初に最良の値を探す)。")]
    [InlineData("train --modle cnn", "未知のオプション '--modle'。もしかして: '--model'。")]
    [InlineData("train --model cmn", "未知のモデル 'cmn'。もしかして: 'cnn'。`mekiki models` で一覧を表示する。")]
    [InlineData("train --data", "--data: 値(DATA)が必要だが、指定がない。")]
    [InlineData("train --data --lr 1", "--data: 値(DATA)が必要だが、オプション '--lr' が続いている。")]
    [InlineData("train --augment trian", "未知のデータ拡張 'trian'。もしかして: 'train'。使えるのは none, train, chapter, small, elastic, tone, erase, crop, flip, photo, shift, alternate, rotate, colour, trivialaugment, randaugment。")]
    [InlineData("trian", "未知のコマンド 'trian'。もしかして: 'train'。")]
    [InlineData("bench", "MODEL: モデルの名前が必要だが、指定がない。`mekiki models` で一覧を表示する。")]
    [InlineData("train x", "余分な 'x'。画像は --data x で指定する。空白を含む文字列は引用符で囲むこと。")]
    [InlineData("train --time x", "--time: 90s、5m、1h のような時間が必要だが、'x' が指定された。")]
    [InlineData("test none.safetensors", "none.safetensors: safetensors ファイルが必要だが、ない。パスを確認すること。")]
    public void Mistakes_AreTold(string line, string expected) =>
        Assert.Equal(expected, TestHost.Run("--language ja " + line).Mistake().Split('\n')[0]);

    [Fact]
    public void Variable_ChoosesTheLanguage_AndTheOptionOverrides()
    {
        string? Variable(string name) => name == Language.Name ? "ja_JP.UTF-8" : null;
        var japanese = new Host { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null, Interrupt = TestHost.New().Host.Interrupt, Variable = Variable };
        Assert.Equal("ja", japanese.Language.Code);
        Assert.Equal(0, CommandLine.Run(["--version", "--language", "en"], japanese));
        Assert.Equal("en", japanese.Language.Code);
        Assert.Contains("language   en\n", TestHost.Run("doctor").Out);
        Assert.Contains("言語       ja\n", TestHost.Run("doctor --language ja").Out);
        Assert.Contains("\"language\":\"ja\"", TestHost.Run("doctor --json --language ja").Out);
        Assert.StartsWith("--language: expected one of en, ja, got 'fr'.", TestHost.Run("runs --language fr").Mistake());
    }

    [Fact]
    public void UnknownMessages_StayEnglish() => Assert.Equal("Something that nobody wrote.", Language.Japanese.In("Something that nobody wrote."));

    private static string Sha256(TestHost run) => Hash().Match(run.Out).Value;

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"[!-~|…]{24,}")]
    private static partial Regex Long();
}
