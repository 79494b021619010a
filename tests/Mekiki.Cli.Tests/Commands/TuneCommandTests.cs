using System.Text.Json;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Tests.Commands;

public sealed class TuneCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string data;

    public TuneCommandTests() => data = Pictures.Folder(folder);

    public void Dispose() => folder.Dispose();

    private string Out => Path.Combine(folder.Path, "tune");

    private string Table => Path.Combine(Out, "tune.csv");

    private string Preset => Path.Combine(Out, "preset.json");

    private string[] Line(params string[] more) => ["tune", "--data", data, "--model", "mlp", "--time", "1s", "--candidates", "3", "--epochs", "2", "--out", Out, .. more];

    private static TestHost Run(string[] line, string? pressAt = null) => TestHost.New(clock: new CountingClock(), pressAt: pressAt).Then(line);

    [Fact]
    public void Text_TellsWhatWasTried_AndTrainTakesThePreset()
    {
        var run = Run(Line());
        Assert.Equal(0, run.Code);
        Assert.Matches("^( *[0-9.]+ % after [0-9,]+ images, [0-9.]+ s: --model mlp --epochs 2 .*\n){4}$", run.Error);
        Assert.Matches($"^tried      4 trainings; all are in {Table}\nbest       --model mlp .*\njudged     [0-9.]+ % of the validation images after training on [0-9,]+\npreset     {Preset}\n$", run.Out);
        string[] rows = File.ReadAllLines(Table);
        Assert.Equal("rung,images,learning_rate,weight_decay,label_smoothing,augmentation,batch,schedule,ema,validation_accuracy,validation_loss,seconds", rows[0]);
        Assert.Equal(["0", "0", "0", "1"], rows[1..].Select(row => row.Split(',')[0]));
        var train = TestHost.Run("train", "--data", data, "--preset", Preset, "--out", Path.Combine(folder.Path, "run"), "--json");
        Assert.Equal((0, 2), (train.Code, JsonDocument.Parse(train.Out).RootElement.GetProperty("epochs").GetInt32()));
    }

    [Fact]
    public void Json_IsOneLine_AndTheSameSeedDrawsTheSame()
    {
        var run = Run(Line("--seed", "5", "--json"));
        Assert.Equal(0, run.Code);
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["command", "data", "model", "trials", "validation_accuracy", "options", "preset"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("tune", data, "mlp", 4, Preset), (json.GetProperty("command").GetString(), json.GetProperty("data").GetString(), json.GetProperty("model").GetString(), json.GetProperty("trials").GetInt32(), json.GetProperty("preset").GetString()));
        Assert.Equal(OptionWords.Of(PresetFile.Read(Preset)), json.GetProperty("options").GetString());
        string table = File.ReadAllText(Table);
        Run(Line("--seed", "5"));
        Assert.Equal(table, File.ReadAllText(Table));
        Run(Line("--seed", "6"));
        Assert.NotEqual(table, File.ReadAllText(Table));
    }

    [Fact]
    public void CtrlC_LeavesTableAndBestPreset_AndExitsWith130()
    {
        var run = Run(Line("--json"), pressAt: " images, ");
        Assert.Equal((130, ""), (run.Code, run.Out));
        Assert.EndsWith($"Interrupted; what was tried so far, 1 training, is in {Table}, and the best options in {Preset}.\n", run.Error);
        Assert.Equal(["rung", "0"], File.ReadAllLines(Table).Select(row => row.Split(',')[0]));
        Assert.Equal("--model mlp --epochs 2 --schedule one-cycle", OptionWords.Of(PresetFile.Read(Preset)));
        Assert.Equal(2, Directory.GetFiles(Out).Length);
    }

    [Fact]
    public void CtrlC_BeforeAnyTrainingHasEnded_WritesNothing()
    {
        var run = Run(Line(), pressAt: TestHost.AtOnce);
        Assert.Equal((130, ""), (run.Code, run.Out));
        Assert.EndsWith("Interrupted before any training had ended; nothing was written.\n", run.Error);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void UnreadableFile_IsLeftOut_AndSaid()
    {
        File.WriteAllBytes(folder["pictures/d/bad.png"], []);
        Assert.StartsWith("1 file could not be read and is left out; `mekiki data check` tells why.\n", Run(Line(), pressAt: TestHost.AtOnce).Error);
    }

    [Fact]
    public void FolderThatCannotBe_IsOneMessage()
    {
        File.WriteAllText(Out, "a file, no folder");
        Assert.Matches("/tune: expected to write it, got: .* A file has this name\\. Choose another name, or move the file away\\.$", Run(Line()).Mistake());
    }

    [Theory]
    [InlineData("--time soon", "--time: expected a time such as 90s, 5m or 1h, got 'soon'.")]
    [InlineData("--time 0s", "--time: expected a time such as 90s, 5m or 1h, got '0s'.")]
    [InlineData("--candidates 1", "--candidates: expected 2 to 10,000, got 1.")]
    [InlineData("--validation 1", "--validation: expected 0.001 to 0.9, got 1.")]
    [InlineData("--model mpl", "Unknown model 'mpl'. Did you mean 'mlp'? `mekiki models` lists all.")]
    public void WrongOption_IsOneMessage_AndNothingIsMade(string more, string message)
    {
        Assert.StartsWith(message, Run(["tune", "--data", data, "--out", Out, .. more.Split(' ')]).Mistake());
        Assert.False(Directory.Exists(Out));
    }
}
