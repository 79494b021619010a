using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Schedules;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Training;

/// <summary>A network, transforms, loss, optimizer, schedule, groups and figures of the program's own.</summary>
public sealed class OwnPartsTests : IDisposable
{
    private static readonly ImageSet set = Bars.Set();
    private static readonly Split split = Split.Stratified(set, 0, 72, 24), withChoice = split.WithValidation(set, 0, 12);
    private static readonly TrainOptions quick = new() { Epochs = 4, BatchSize = 16, Augmentation = "none", LearningRate = 0.01 };
    private static readonly TrainerParts tiny = new() { MakeNetwork = (input, classes) => new Tiny(input.Length, classes) };
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OwnNetwork_TrainsStopsResumesSavesAndLoads()
    {
        var whole = new Trainer(set, withChoice, quick with { Ema = 0.9 }, tiny).Run(Token);
        using var source = new CancellationTokenSource();
        var stopped = new Trainer(set, withChoice, quick with { Ema = 0.9 }, tiny);
        Assert.True(stopped.Run(source.Token, new StopAfter(source, 6)).IsInterrupted);
        stopped.SaveCheckpoint(folder["a.checkpoint"]);
        var resumed = new Trainer(set, withChoice, quick with { Ema = 0.9 }, tiny);
        resumed.LoadCheckpoint(folder["a.checkpoint"]);
        Assert.Equal((1, 2), (resumed.Epoch, resumed.Batch));
        var result = resumed.Run(Token);
        Assert.Equal(whole.Recognizer.WeightsSha256, result.Recognizer.WeightsSha256);
        Assert.True(result.Best!.Test!.Accuracy > 0.8);

        result.Recognizer.Save(folder["tiny.safetensors"]);
        Assert.StartsWith($"{folder["tiny.safetensors"]}: Unknown model 'Tiny'.", Assert.Throws<MekikiException>(() => Recognizer.Load(folder["tiny.safetensors"])).Message);
        var loaded = Recognizer.Load(folder["tiny.safetensors"], tiny.MakeNetwork!);
        Assert.Equal(result.Recognizer.WeightsSha256, loaded.WeightsSha256);
        Assert.Equal(result.Best.Test.Accuracy, loaded.Evaluate(set, split.Test, cancellation: Token).Accuracy);
        Assert.Contains("fc.weight", Assert.Throws<MekikiException>(() => Recognizer.Load(folder["tiny.safetensors"], (input, classes) => new Tiny(input.Length, classes + 1))).Message);
    }

    [Fact]
    public void NetworkThatIsGiven_IsTrainedInPlace_AndEndsAsTheBest()
    {
        var network = new Tiny(set.Shape.Length, 3);
        network.Initialize(0);
        var expected = new Trainer(set, withChoice, quick, tiny).Run(Token);
        var trainer = new Trainer(set, withChoice, quick, new TrainerParts { Network = network });
        using var source = new CancellationTokenSource();
        Assert.True(trainer.Run(source.Token, new StopAfter(source, 6)).IsInterrupted);
        var result = trainer.Run(Token);
        Assert.Same(network, result.Recognizer.Network);
        Assert.Equal(expected.Recognizer.WeightsSha256, result.Recognizer.WeightsSha256);
        Assert.Equal(expected.Best!.Test, result.Best!.Test! with { Seconds = expected.Best.Test!.Seconds });
        Assert.Equal("Ema: expected TrainerParts.MakeNetwork, since the average of the weights needs a network of its own, got TrainerParts.Network. Give a function that makes the network.",
            Assert.Throws<MekikiException>(() => new Trainer(set, split, quick with { Ema = 0.9 }, new TrainerParts { Network = network })).Message);
    }

    [Fact]
    public void Metrics_AreComputedAtEachTest_AndStandInTheModel_AlsoAfterAStop()
    {
        var parts = tiny with { Metrics = [new Metric("worst_class", r => r.Classes.Min(c => c.Accuracy))] };
        var trainer = new Trainer(set, withChoice, quick, parts);
        var result = trainer.Run(Token);
        var metrics = result.Recognizer.Card.Metrics;
        Assert.Equal(result.Recognizer.Evaluate(set, split.Test, cancellation: Token).Classes.Min(c => c.Accuracy), metrics["test_worst_class"]);
        Assert.Equal(result.Recognizer.Evaluate(set, withChoice.Validation, cancellation: Token).Classes.Min(c => c.Accuracy), metrics["validation_worst_class"]);
        trainer.SaveCheckpoint(folder["end.checkpoint"]);
        var again = new Trainer(set, withChoice, quick, parts);
        again.LoadCheckpoint(folder["end.checkpoint"]);
        Assert.Equal(metrics, again.Run(Token).Recognizer.Card.Metrics);
    }

    [Fact]
    public void LossOptimizerScheduleAndTransforms_AreUsed()
    {
        var seen = new HashSet<string>();
        var parts = tiny with
        {
            Loss = (logits, labels) =>
            {
                seen.Add($"loss {logits.Shape[1]} {labels.Length}");
                return Loss.CrossEntropy(logits, labels);
            },
            Optimizer = network => new Sgd(network, new SgdOptions { LearningRate = 9 }),
            Schedule = steps =>
            {
                seen.Add($"schedule of {steps} steps");
                return new Constant(0.02);
            },
            Augmentation = [new Noted(seen)],
        };
        var trainer = new Trainer(set, split, quick, parts);
        trainer.Run(Token);
        Assert.Equal(["loss 3 16", "loss 3 8", "schedule of 20 steps", "transform"], seen.Order());
        Assert.Equal(0.02, trainer.LearningRate);
        // The same by names.
        var named = new Trainer(set, split, quick with { Optimizer = "sgd", Momentum = 0, Schedule = "constant", LearningRate = 0.02 }, tiny);
        Assert.Equal(named.Run(Token).Recognizer.WeightsSha256, trainer.Recognizer.WeightsSha256);
    }

    [Fact]
    public void GroupWithARateOf0_IsFrozen_AndWithAnother_LearnsByThat()
    {
        var start = new Deep(set.Shape.Length, 3);
        start.Initialize(0);
        var before = start.StateDict().ToDictionary(t => t.Name, t => t.Tensor.ToArray());
        var parts = new TrainerParts { MakeNetwork = (input, classes) => new Deep(input.Length, classes), Groups = n => [new ParameterGroup(((Deep)n).Stem) { LearningRate = 0 }] };
        var frozen = new Trainer(set, split, quick with { WeightDecay = 0.1 }, parts).Run(Token).Recognizer.Network.StateDict().ToDictionary(t => t.Name, t => t.Tensor);
        Assert.Equal(before["stem.weight"], frozen["stem.weight"].ToArray());
        Assert.Equal(before["stem.bias"], frozen["stem.bias"].ToArray());
        Assert.NotEqual(before["fc.weight"], frozen["fc.weight"].ToArray());
        Assert.Null(frozen["stem.weight"].Grad);
        var slow = new Trainer(set, split, quick, parts with { Groups = n => [new ParameterGroup(((Deep)n).Stem) { LearningRate = 1e-6 }] }).Run(Token).Recognizer.Network.StateDict().ToDictionary(t => t.Name, t => t.Tensor);
        Assert.NotEqual(before["stem.weight"], slow["stem.weight"].ToArray());
        Assert.All(before["stem.weight"].Zip(slow["stem.weight"].ToArray()), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 1e-4f));
    }

    [Fact]
    public void PartsThatContradict_AreRefused()
    {
        string Message(TrainOptions options, TrainerParts parts) => Assert.Throws<MekikiException>(() => new Trainer(set, split, options, parts)).Message;
        Assert.Equal("TrainerParts: expected one network, got both MakeNetwork and Network. Leave one of them out.", Message(quick, tiny with { Network = new Tiny(1, 1) }));
        Assert.Equal("TrainerParts: expected groups of parameters for an optimizer that the options name, got both Optimizer and Groups. Make the optimizer with its groups.", Message(quick, tiny with { Optimizer = n => new Sgd(n), Groups = _ => [] }));
        Assert.Equal("TrainerParts: expected a loss of one's own without LabelSmoothing and without Balance.Weights, which shape the cross-entropy, got both. Leave one of them out.", Message(quick with { LabelSmoothing = 0.1 }, tiny with { Loss = (l, y) => Loss.CrossEntropy(l, y) }));
    }

    private sealed class Tiny : Module
    {
        private readonly Linear fc;

        public Tiny(int inFeatures, int classes) => fc = Child("fc", new Linear(inFeatures, classes));

        public override Tensor Forward(Tensor x) => fc[x.Flatten()];
    }

    private sealed class Deep : Module
    {
        private readonly Linear fc;

        public Deep(int inFeatures, int classes)
        {
            Stem = Child("stem", new Linear(inFeatures, 8));
            fc = Child("fc", new Linear(8, classes));
        }

        public Linear Stem { get; }

        public override Tensor Forward(Tensor x) => fc[Stem[x.Flatten()].Relu()];
    }

    private sealed record Noted(HashSet<string> Seen) : PixelTransform
    {
        public override void Write(ReadOnlySpan<byte> image, Mekiki.Vision.Images.ImageShape shape, ref Generator generator, Span<byte> destination)
        {
            lock (Seen)
                Seen.Add("transform");
            image.CopyTo(destination);
        }
    }
}
