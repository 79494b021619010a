using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

public class NamedOptimizerTests
{
    private static readonly ImageSet set = Bars.Set();
    private static readonly Split split = Split.Stratified(set, 0, 72, 24);

    public static TheoryData<string> Names => [.. NamedOptimizer.All.Select(o => o.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static (string, double, double?) Settings(TrainOptions options) => (options.Optimizer, options.LearningRate, options.Momentum);

    [Fact]
    public void UnlessGiven_TheModelsOwnCount()
    {
        Assert.Equal(("adam", 1e-3, null), Settings(new()));
        Assert.Equal(("sgd", 0.1, 0.9), Settings(new() { Model = "three-layer" }));
        Assert.Equal(("sgd", 0.1, 0.9), Settings(new() { Model = "three-layer", Optimizer = "SGD" }));
        Assert.Equal(("sgd", 0.02, 0.5), Settings(new() { Model = "three-layer", LearningRate = 0.02, Momentum = 0.5 }));
    }

    [Fact]
    public void AnotherOptimizer_BringsWhatIsUsualForIt()
    {
        Assert.Equal(("sgd", 0.01, 0.9), Settings(new() { Model = "cnn", Optimizer = "sgd" }));
        Assert.Equal(("adam", 1e-3, null), Settings(new() { Model = "three-layer", Optimizer = "adam" }));
        Assert.Equal(("rmsprop", 0.3, 0), Settings(new() { Model = "three-layer", Optimizer = "rmsprop", LearningRate = 0.3 }));
    }

    [Fact]
    public void EveryModel_WantsAnOptimizerThatIsThere() =>
        Assert.All(Catalogue.All, m => Assert.Equal(m.Optimizer.Optimizer, NamedOptimizer.Find(m.Optimizer.Optimizer).Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void EasyImages_AreLearnedByEach(string name) =>
        Assert.Equal(1.0, new Trainer(set, split, new() { Model = "mlp", Epochs = 12, BatchSize = 16, Augmentation = "none", Optimizer = name }).Run(Token).Best!.TestAccuracy);

    [Fact]
    public void Momentum_BesideAdam_IsAMistake() =>
        Refused.Says(
            "Momentum: expected none beside adam, which has its own, got 0.5. Leave it out, or choose sgd or rmsprop or lars by Optimizer.",
            "--momentum: expected none beside adam, which has its own, got 0.5. Leave it out, or choose sgd or rmsprop or lars by --optimizer.",
            () => new Trainer(set, split, new() { Momentum = 0.5 }));

    [Fact]
    public void InterruptedTraining_GoesOnWithItsOptimizer()
    {
        using var folder = new TemporaryFolder();
        var options = new TrainOptions { Model = "three-layer", Epochs = 3, BatchSize = 16, Momentum = 0.8 };
        string whole = new Trainer(set, split, options).Run(Token).Recognizer.WeightsSha256;
        using var source = new CancellationTokenSource();
        var stopped = new Trainer(set, split, options);
        Assert.True(stopped.Run(source.Token, new StopAfter(source, 7)).IsInterrupted);
        stopped.SaveCheckpoint(folder["7.checkpoint"]);
        var resumed = new Trainer(set, split, options);
        resumed.LoadCheckpoint(folder["7.checkpoint"]);
        Assert.Equal(("sgd", 0.1, 0.8), Settings(resumed.Options));
        Assert.Equal(whole, resumed.Run(Token).Recognizer.WeightsSha256);
    }
}
