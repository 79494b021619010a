using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class StartWeightsTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 2, BatchSize = 16, Augmentation = "none", LearningRate = 0.01, Seed = 5 };
    private readonly TemporaryFolder folder = new();
    private readonly string first;
    private readonly string sha256;

    public StartWeightsTests()
    {
        Bars.Folder(folder);
        first = folder["first/run"];
        sha256 = Begin(first, quick with { Seed = 1, Epochs = 1 }).Train(cancellation: Token).Recognizer.WeightsSha256;
    }

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DataOptions Data => new() { Source = Path.Combine(folder.Path, "bars"), Train = 72, Test = 24, Seed = 5 };

    private TrainingRun Begin(string at, TrainOptions options, DataOptions? data = null) => TrainingRun.Create(data ?? Data, options, at);

    private TrainOptions FromFirst => quick with { From = first };

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Training_BeginsWithTheModelsWeights(double ema)
    {
        var set = Data.Open();
        var options = FromFirst with { Ema = ema };
        Assert.Equal(sha256, new Trainer(set, Data.Split(set), options).Recognizer.WeightsSha256);
        Assert.Equal(sha256, new Trainer(set, Data.Split(set), options with { From = Path.Combine(first, "model.safetensors") }).Recognizer.WeightsSha256);
        Assert.NotEqual(sha256, new Trainer(set, Data.Split(set), quick).Recognizer.WeightsSha256);
        Assert.Equal([$"Begins with the weights of {first}."], Begin(folder["second/run"], options).Notes);
    }

    [Fact]
    public void TensorsOfAnotherShape_AreDrawn()
    {
        Directory.Delete(Directory.GetDirectories(Data.Source)[0], recursive: true);
        var fewer = Data with { Train = null, Test = null };
        var run = Begin(folder["second/run"], FromFirst, fewer);
        Assert.Equal([$"Begins with the weights of {first}, but for fc3.weight, fc3.bias, which have another shape there: they are drawn."], run.Notes);
        var set = fewer.Open();
        var learnt = Recognizer.Load(first).Network.StateDict().ToDictionary();
        var drawn = new Trainer(set, fewer.Split(set), quick).Recognizer.Network.StateDict().ToDictionary();
        foreach (var (name, tensor) in new Trainer(set, fewer.Split(set), FromFirst).Recognizer.Network.StateDict().Where(t => t.Tensor.DType == DType.Float32))
            Assert.Equal((name.StartsWith("fc3") ? drawn : learnt)[name].ToArray(), tensor.ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void InterruptedAndResumed_EndsWithTheSameWeights(int steps)
    {
        string whole = Begin(folder["whole/run"], FromFirst).Train(cancellation: Token).Recognizer.WeightsSha256;
        string stopped = folder["stopped/run"];
        TrainingRunTests.StopAfter(Begin(stopped, FromFirst), steps);
        Directory.Move(first, first + "-moved");
        Assert.Equal(whole, TrainingRun.Resume(stopped).Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void KilledBeforeItsFirstCheckpoint_BeginsAnewWithTheSameWeights_OrSaysThatTheyAreOthers()
    {
        string whole = Begin(folder["whole/run"], FromFirst).Train(cancellation: Token).Recognizer.WeightsSha256;
        Begin(folder["killed/run"], FromFirst);
        Assert.Equal(whole, TrainingRun.Resume(folder["killed/run"]).Train(cancellation: Token).Recognizer.WeightsSha256);

        Begin(folder["other/run"], FromFirst);
        Directory.Delete(first, recursive: true);
        Begin(first, quick with { Seed = 2, Epochs = 1 }).Train(cancellation: Token);
        Assert.StartsWith(
            $"{folder["other/run"]}: expected the weights that the run began with (sha256 {sha256}), got others in {first} (sha256 ",
            Assert.Throws<MekikiException>(() => TrainingRun.Resume(folder["other/run"])).Message);
    }

    [Fact]
    public void AnotherModel_OrNone_IsAMistake()
    {
        Refused.Says(
            $"From: expected a model of cnn, got one of mlp in {first}. Set Model to mlp, or begin with another.",
            $"--from: expected a model of cnn, got one of mlp in {first}. Set --model to mlp, or begin with another.",
            () => Begin(folder["wrong/run"], quick with { Model = "cnn", From = first }));
        Assert.StartsWith("From: expected no such option, got it with sift-fisher-svm", Message(new() { Model = "sift-fisher-svm", From = first }));
        Assert.Contains("nowhere", Message(quick with { From = folder["nowhere/model.safetensors"] }));

        string Message(TrainOptions options) => Assert.Throws<MekikiException>(() => Begin(folder["wrong/run"], options)).Message;
    }
}
