using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

/// <summary>A network that has learnt three kinds of bars, and then learns five.</summary>
public sealed class PretrainedTests : IDisposable
{
    private static readonly ImageSet three = Bars.Set(), two = Bars.Set(count: 80, classes: 2);
    private static readonly Split split = Split.Stratified(two, 0, 60, 20);
    private static readonly Lazy<Recognizer> learnt = new(() => new Trainer(three, Split.Stratified(three, 0, 72, 24), new() { Model = "resnet20", Epochs = 2, BatchSize = 16, Augmentation = "none" }).Run(CancellationToken.None).Recognizer);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LinearHeadOptions Kept => new() { CacheFolder = folder["features"] };

    private TrainOptions Quick => new() { Model = "pretrained", From = Start(), Epochs = 2, BatchSize = 16, Augmentation = "crop+flip", LearningRate = 0.001, FirstLayerRate = 0.1 };

    private string Start()
    {
        string path = folder["start.safetensors"];
        if (!File.Exists(path))
            LinearHead.Fit(learnt.Value, two, split, Kept, cancellation: Token).Recognizer.Save(path);
        return path;
    }

    [Fact]
    public void LinearHead_KnowsTheNewClasses_AndChangesNothingBeforeIt()
    {
        var head = LinearHead.Fit(learnt.Value, two, split, Kept, cancellation: Token);
        Assert.Equal((60, 1.0), (head.Computed, head.Recognizer.Evaluate(two, split.Test, cancellation: Token).Accuracy));
        Assert.InRange(head.Accuracy, 0.95, 1);
        Assert.Equal(two.Classes, head.Recognizer.Classes);
        Assert.Equal("resnet20", head.Recognizer.Card.Model);
        Assert.Equal(learnt.Value.Preprocessing, head.Recognizer.Preprocessing);
        var before = learnt.Value.Network.StateDict().ToDictionary();
        foreach (var (name, tensor) in head.Recognizer.Network.StateDict())
            if (before[name].Shape == tensor.Shape && tensor.DType == DType.Float32)
                Assert.Equal(before[name].ToArray(), tensor.ToArray());
        head.Recognizer.Save(folder["head.safetensors"]);
        Assert.Equal(head.Recognizer.WeightsSha256, Recognizer.Load(folder["head.safetensors"]).WeightsSha256);
    }

    [Fact]
    public void Features_AreComputedOnce_AndDamagedFilesAreNotBelieved()
    {
        string first = LinearHead.Fit(learnt.Value, two, split, Kept, cancellation: Token).Recognizer.WeightsSha256;
        var again = LinearHead.Fit(learnt.Value, two, split, Kept, cancellation: Token);
        Assert.Equal((0, first), (again.Computed, again.Recognizer.WeightsSha256));
        // Twenty images more.
        Assert.Equal(20, LinearHead.Fit(learnt.Value, two, split with { Train = [.. split.Train, .. split.Test] }, Kept, cancellation: Token).Computed);
        string file = Directory.GetFiles(folder["features"]).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        again = LinearHead.Fit(learnt.Value, two, split, Kept, cancellation: Token);
        Assert.Equal((60, first), (again.Computed, again.Recognizer.WeightsSha256));
    }

    [Fact]
    public void Features_ThatCannotBeKept_AreTold()
    {
        File.WriteAllText(folder["file"], "");
        Assert.StartsWith($"Features could not be kept in {folder["file"]}", LinearHead.Fit(learnt.Value, two, split, new() { CacheFolder = folder["file"] }, cancellation: Token).Notes.Single());
    }

    [Fact]
    public void Stopped_KeepsWhatWasComputed()
    {
        using var source = new CancellationTokenSource();
        var all = split with { Train = [.. split.Train, .. split.Test] };
        Assert.Throws<OperationCanceledException>(() => LinearHead.Fit(learnt.Value, two, all, Kept, new CancelAt(source, 32), source.Token));
        Assert.Equal(80 - 32, LinearHead.Fit(learnt.Value, two, all, Kept, cancellation: Token).Computed);
    }

    [Fact]
    public void NoEpoch_IsTheLinearHead()
    {
        string start = Start();
        var result = new Trainer(two, split, Quick with { Epochs = 0 }).Run(Token);
        Assert.Equal((Recognizer.Load(start).WeightsSha256, 0, 1.0), (result.Recognizer.WeightsSha256, result.Best!.Epoch, result.Best.TestAccuracy));
    }

    [Fact]
    public void EpochsThatAreWorse_LeaveTheLinearHead()
    {
        var parts = split.WithValidation(two, 0, 12);
        var result = new Trainer(two, parts, Quick with { LearningRate = 10, FirstLayerRate = 1, Clip = 1 }).Run(Token);
        Assert.Equal((0, Recognizer.Load(Start()).WeightsSha256), (result.Best!.Epoch, result.Recognizer.WeightsSha256));
    }

    [Fact]
    public void Interrupted_GoesOn_WithTheSameBits()
    {
        var parts = split.WithValidation(two, 0, 12);
        string whole = new Trainer(two, parts, Quick).Run(Token).Recognizer.WeightsSha256;
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(two, parts, Quick);
        Assert.True(trainer.Run(source.Token, new StopAfter(source, 4)).IsInterrupted);
        trainer.SaveCheckpoint(folder["checkpoint.safetensors"]);
        var other = new Trainer(two, parts, Quick);
        other.LoadCheckpoint(folder["checkpoint.safetensors"]);
        Assert.Equal(whole, other.Run(Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void Freeze_KeepsTheFirstLayers_AndFreezeNormsTheirStatistics()
    {
        var before = Recognizer.Load(Start()).Network.StateDict().ToDictionary();
        var frozen = Changed(Quick with { Freeze = 0.5, FreezeNorms = true });
        Assert.DoesNotContain("conv1.weight", frozen);
        Assert.Contains("fc.weight", frozen);
        Assert.DoesNotContain(frozen, n => n.EndsWith("running_mean", StringComparison.Ordinal));
        var free = Changed(Quick);
        Assert.Contains("conv1.weight", free);
        Assert.Contains(free, n => n.EndsWith("running_mean", StringComparison.Ordinal));

        HashSet<string> Changed(TrainOptions options) =>
            [.. new Trainer(two, split, options).Run(Token).Recognizer.Network.StateDict().Where(t => t.Tensor.DType == DType.Float32 && !t.Tensor.Values.SequenceEqual(before[t.Name].Values)).Select(t => t.Name)];
    }

    [Fact]
    public void ModelOfOtherClasses_GetsADrawnLastLayer_AndLearns()
    {
        learnt.Value.Save(folder["three.safetensors"]);
        var trainer = new Trainer(two, split, Quick with { From = folder["three.safetensors"], Epochs = 6, LearningRate = 0.005 });
        Assert.Equal(["the last layer"], trainer.Start!.Drawn);
        Assert.InRange(trainer.Run(Token).Best!.TestAccuracy!.Value, 0.8, 1);
    }

    [Fact]
    public void WhatCannotBegin_IsTold()
    {
        Says("pretrained: expected a model to begin with, got none. Set From to one: a model file or an ONNX file.", Quick with { From = null });
        Says("Epochs: expected 1 or more, got 0. A pretrained network alone may have none: its last layer is learnt before.", new() { Epochs = 0 });
        var sift = new Recognizer(new Nothing(), new ModelCard("nothing", ["a", "b"], new Preprocessing(1, 12, 12)));
        Assert.Equal("nothing: expected a network whose last layer can be learnt anew, got one without features. Begin with another.", Assert.Throws<MekikiException>(() => LinearHead.Fit(sift, two, split, Kept, cancellation: Token)).Message);

        static void Says(string message, TrainOptions options) => Assert.Equal(message, Assert.Throws<MekikiException>(() => new Trainer(two, split, options)).Message);
    }

    private sealed class CancelAt(CancellationTokenSource source, int done) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= done)
                source.Cancel();
        }
    }

    private sealed class Nothing : Module
    {
        public override Tensor Forward(Tensor x) => x.Flatten();
    }
}
