using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

public class TrainerTests
{
    private static readonly ImageSet set = Bars.Set();
    private static readonly Split split = Split.Stratified(set, 0, 72, 24);
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 6, BatchSize = 16, Augmentation = "none", LearningRate = 0.01 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Sha256(TrainOptions options, int threads = 0)
    {
        int before = Threads.Count;
        try
        {
            if (threads > 0)
                Threads.Count = threads;
            return new Trainer(set, split, options with { Threads = threads }).Run(Token).Recognizer.WeightsSha256;
        }
        finally
        {
            Threads.Count = before;
        }
    }

    [Fact]
    public void EasyImages_AreLearned()
    {
        var result = new Trainer(set, split, quick).Run(Token);
        Assert.False(result.IsInterrupted);
        Assert.Equal((1.0, 1.0), (result.Best!.TestAccuracy, result.Recognizer.Card.Metrics["test_accuracy"]));
        Assert.True(result.Best.TrainLoss < 0.5);
        Assert.Equal((6 * 72, set.Fingerprint, "bars"), (result.ImagesTrained, result.Recognizer.Card.DataFingerprint, result.Recognizer.Card.Data));
        Assert.Equal(1.0, result.Recognizer.Evaluate(set, split.Test, cancellation: Token).Accuracy);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void SameSeed_SameWeights_OnAnyNumberOfThreads(string model)
    {
        var options = quick with { Model = model, Epochs = 2, Augmentation = "train" };
        string one = Sha256(options, 1);
        Assert.Equal(one, Sha256(options, 2));
        Assert.Equal(one, Sha256(options, 4));
        Assert.NotEqual(one, Sha256(options with { Seed = 1 }));
    }

    [Fact]
    public void Observers_SeeEveryStepTestAndEpoch()
    {
        var seen = new Seen();
        new Trainer(set, split, quick with { Epochs = 2, BatchSize = 32 }).Run(Token, seen);
        Assert.Equal(["1.1 32", "1.2 64", "1.3 72", "test 24", "epoch 1 after 3", "2.1 32", "2.2 64", "2.3 72", "test 24", "epoch 2 after 6"], seen.All);
    }

    [Fact]
    public void LastBatchOfOneImage_IsLeftOut()
    {
        var trainer = new Trainer(set, Split.Stratified(set, 0, 65, 24), quick with { Epochs = 1, BatchSize = 32 });
        Assert.Equal((2, 64), (trainer.StepsPerEpoch, trainer.ImagesPerEpoch));
        Assert.Equal(64, trainer.Run(Token).ImagesTrained);
    }

    [Fact]
    public void Cancelled_FinishesTheBatch_AndASecondRunGoesOn()
    {
        string whole = Sha256(quick);
        var trainer = new Trainer(set, split, quick);
        int interruptions = 0;
        TrainingResult result;
        do
        {
            using var source = new CancellationTokenSource();
            result = trainer.Run(source.Token, new StopAfter(source, steps: 4));
            interruptions += result.IsInterrupted ? 1 : 0;
        }
        while (result.IsInterrupted);

        Assert.True(interruptions > 5);
        Assert.Equal(whole, result.Recognizer.WeightsSha256);
    }

    [Fact]
    public void StepLargerThanNumbersGo_IsRefused() =>
        Refused.Says(
            "BatchSize and Accumulate: expected at most 2,147,483,647 images for a step, got 10,000,000,000. Lower one of them.",
            "--batch and --accumulate: expected at most 2,147,483,647 images for a step, got 10,000,000,000. Lower one of them.",
            () => new Trainer(set, split, quick with { BatchSize = 100_000, Accumulate = 100_000 }));

    [Fact]
    public void LossThatIsNoNumber_IsAMistake_NotANetwork()
    {
        // A step of this length overflows at once.
        var error = Assert.Throws<MekikiException>(() => new Trainer(set, split, quick with { LearningRate = 1e38, Schedule = "constant" }).Run(Token));
        Assert.Matches("^Training: expected a loss that is a number, got .* in epoch 1, batch [0-9]+\\. The first values that are no numbers are in fc1\\.weight\\. Lower the learning rate \\(TrainOptions\\.LearningRate\\)\\.$", error.Message);
        Assert.EndsWith("Lower the learning rate (--lr).", error.CommandLineMessage);
    }

    [Fact]
    public void FirstNotFinite_NamesTheParameter_OrTheLayer()
    {
        var network = Mekiki.Vision.Models.Catalogue.Find("cnn").Create(new(1, 12, 12), 3);
        var images = Tensor.From(new float[2 * 144], [2, 1, 12, 12]);
        Assert.Null(FirstNotFinite.In(network, images));
        var weight = network.NamedParameters().Single(p => p.Name == "conv2.weight").Tensor;
        float[] whole = weight.ToArray();
        weight.CopyFrom([.. whole.Select((w, i) => i == 5 ? float.NaN : w)]);
        Assert.Equal("conv2.weight", FirstNotFinite.In(network, images));
        weight.CopyFrom(whole);
        Assert.Equal("the output of conv1", FirstNotFinite.In(network, Tensor.From([.. Enumerable.Repeat(float.PositiveInfinity, 2 * 144)], [2, 1, 12, 12])));
    }

    [Fact]
    public void OneClassForAllImages_IsWarnedOf()
    {
        // Equal images cannot be told apart.
        var warned = new Warned();
        var noise = ImageSet.FromDrawing("noise", new(1, 12, 12), [.. Enumerable.Range(0, 90).Select(i => i % 3)], ["a", "b", "c"], (_, image) => image.Fill(7));
        new Trainer(noise, Split.Stratified(noise, 0), quick with { Epochs = 1 }).Run(Token, warned);
        Assert.Matches("^The network predicts [abc] for every image of the test part: it has learnt nothing yet\\. If that stays so, lower the learning rate or look at the labels\\.$", Assert.Single(warned.All));
    }

    [Fact]
    public void OneClassForAllImages_IsWarnedOf_AlsoIfMostAreOfIt()
    {
        var warned = new Warned();
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 50 == 0 ? 1 : 0)];
        var noise = ImageSet.FromDrawing("noise", new(1, 12, 12), labels, ["a", "b"], (_, image) => image.Fill(7));
        new Trainer(noise, Split.Stratified(noise, 0), quick with { Epochs = 1 }).Run(Token, warned);
        Assert.Equal("The network predicts a for every image of the test part, of which 39 of 40 are of that class: it has not learnt the others yet, however good the accuracy looks. Balanced accuracy tells. If that stays so, give the rare classes more images or more weight.", Assert.Single(warned.All));
    }

    private sealed class Warned : ITrainingObserver
    {
        public List<string> All { get; } = [];

        public void OnWarning(Trainer trainer, string warning) => All.Add(warning);
    }

    [Fact]
    public void OneClass_IsRefused()
    {
        var one = Bars.Set(classes: 1);
        Assert.Equal("bars: expected 2 classes or more to tell apart, got 1. Add a class.",
            Assert.Throws<MekikiException>(() => new Trainer(one, Split.Stratified(one, 0), quick)).Message);
    }

    [Fact]
    public void ClassWithOneImage_TrainsAndIsNotTested()
    {
        var lone = ImageSet.FromDrawing("lone", new(1, 12, 12), [.. Enumerable.Repeat(0, 20), .. Enumerable.Repeat(1, 20), 2], ["a", "b", "c"], (_, _) => { });
        var parts = Split.Stratified(lone, 0);
        Assert.Contains(40, parts.Train);
        Assert.Single(parts.Notes, n => n.Contains("one image only: c"));
        Assert.False(new Trainer(lone, parts, quick with { Epochs = 1 }).Run(Token).IsInterrupted);
    }

    /// <summary>Asks to stop after some steps, or while testing.</summary>
    private sealed class Seen : ITrainingObserver
    {
        public List<string> All { get; } = [];

        public void OnStep(Trainer trainer, in TrainingStep step) => All.Add($"{step.Epoch}.{step.Batch} {step.ImagesDone}");

        public void OnTest(Trainer trainer, int done) => All.Add($"test {done}");

        public void OnEpoch(Trainer trainer, EpochResult epoch) => All.Add($"epoch {epoch.Epoch} after {epoch.Steps}");
    }
}
