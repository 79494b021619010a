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

    [Theory]
    [InlineData(HeadKind.Svm, "C ")]
    [InlineData(HeadKind.Neighbours, " neighbours")]
    public void OtherHeads_KnowTheNewClasses_AndSurviveTheirFile(HeadKind kind, string chosen)
    {
        var head = LinearHead.Fit(learnt.Value, two, split, Kept with { Kind = kind }, cancellation: Token);
        Assert.Equal((kind, true), (head.Kind, head.Chosen.Contains(chosen, StringComparison.Ordinal)));
        Assert.InRange(head.Accuracy, 0.95, 1);
        var tested = head.Recognizer.Evaluate(two, split.Test, cancellation: Token);
        // Honest probabilities, not margins.
        Assert.Equal(1, tested.Accuracy);
        Assert.InRange(tested.Loss, 0, 0.3);
        int before = Threads.Count;
        try
        {
            Threads.Count = 1;
            Assert.Equal(head.Recognizer.WeightsSha256, LinearHead.Fit(learnt.Value, two, split, Kept with { Kind = kind, Threads = 1 }, cancellation: Token).Recognizer.WeightsSha256);
        }
        finally
        {
            Threads.Count = before;
        }

        string path = folder["head.safetensors"];
        head.Recognizer.Save(path);
        var again = Recognizer.Load(path);
        Assert.Equal((head.Recognizer.WeightsSha256, tested.Loss), (again.WeightsSha256, again.Evaluate(two, split.Test, cancellation: Token).Loss));
        var options = Quick with { From = path, Epochs = kind == HeadKind.Svm ? 2 : 0, Head = kind };
        Assert.InRange(new Trainer(two, split, options).Run(Token).Best!.TestAccuracy!.Value, 0.9, 1);
        // What it learnt is the beginning of others, too.
        Assert.InRange(LinearHead.Fit(again, three, Split.Stratified(three, 0, 72, 24), Kept, cancellation: Token).Accuracy, 0.9, 1);
    }

    [Fact]
    public void Neighbours_VoteByTheirCosines()
    {
        // About the mean (0, 0): three along x, of class 0, and one along y and one against it, of class 1.
        float[] rows = [2, 0, 1, 0.1f, 1, -0.1f, -2, 3, -2, -3];
        var votes = new NeighbourVotes(rows, [0, 0, 0, 1, 1], 2);
        Assert.Equal([0, 0], votes.Center.ToArray());
        var cosines = votes.Cosines(Tensor.From([5f, 0], [1, 2]));
        Assert.Equal(1, cosines.ToArray()[0], 1e-6);
        Assert.Equal(-2 / Math.Sqrt(13), cosines.ToArray()[3], 1e-6);
        float[] one = NeighbourVotes.Scores(Tensor.From([0.5f, 0.2f, 0.1f, 0.6f, 0], [1, 5]), votes.Members, 1).ToArray();
        Assert.Equal([Math.Log(1e-4), Math.Log(1 + 1e-4)], one.Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-4);
        float[] two = NeighbourVotes.Scores(Tensor.From([0.5f, 0.2f, 0.1f, 0.6f, 0], [1, 5]), votes.Members, 2).ToArray();
        double share = 1 / (1 + Math.Exp(0.1 / 0.07));
        Assert.Equal([Math.Log(share + 1e-4), Math.Log(1 - share + 1e-4)], two.Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-4);
        // Of equal ones the first is nearer; where fewer are known, all vote.
        Assert.True(NeighbourVotes.Scores(Tensor.From([0.5f, 0.5f, 0.5f, 0.5f, 0.5f], [1, 5]), votes.Members, 1).ToArray() is [> -0.01f, < -9]);
        Assert.True(NeighbourVotes.Scores(Tensor.From([0.5f, 0.5f, 0.5f, 0.5f, 0.5f], [1, 5]), votes.Members, 50).ToArray() is [> -0.6f, < -0.9f]);
    }

    [Fact]
    public void DamagedNeighbours_AreRefused()
    {
        var weights = LinearHead.Fit(learnt.Value, two, split, Kept with { Kind = HeadKind.Neighbours }, cancellation: Token).Recognizer.Network.StateDict().ToDictionary();
        Refused("5 1 12 12 catalogue\nresnet20", weights, null);
        Refused("5 1 12 12", weights, "expected a form with sizes and a network, got '5 1 12 12'. The file is damaged: get or write it again.");
        Refused("0 1 12 12 catalogue\nresnet20", weights, "expected a form with sizes and a network, got '0 1 12 12 catalogue'. The file is damaged: get or write it again.");
        Refused("5 2 12 12 catalogue\nresnet20", weights, "expected a form with sizes and a network, got '5 2 12 12 catalogue'. The file is damaged: get or write it again.");
        Refused("5 1 12 12 catalogue\nnothing", weights, "Unknown model 'nothing'. Catalogue.All lists all.");
        Refused("5 1 12 12 other\nx", weights, "expected a program that makes networks of the form 'other', got one without them. Add them by ModelFormats.AddForm; Mekiki.Onnx does it in OnnxImport.Register.");
        Refused("5 1 12 12 neighbours\nx", weights, "expected a program that makes networks of the form 'neighbours', got one without them. Add them by ModelFormats.AddForm; Mekiki.Onnx does it in OnnxImport.Register.");
        foreach (string lost in new[] { "members", "known", "center" })
            Refused("5 1 12 12 catalogue\nresnet20", weights.Where(w => w.Key != lost).ToDictionary(), "expected known images with their classes, got none, or some that do not fit together. The file is damaged: get or write it again.");

        static void Refused(string form, Dictionary<string, Tensor> weights, string? message)
        {
            var thrown = Record.Exception(() => NeighbourNetwork.Of(form, weights));
            Assert.Equal(message, (thrown as MekikiException)?.Message);
        }
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
        var first = Changed(Quick with { Freeze = 1, FreezeNorms = true });
        Assert.DoesNotContain("conv1.weight", first);
        Assert.True(first.Count > frozen.Count && first.IsSupersetOf(frozen), string.Join(' ', first));
        Assert.StartsWith("Freeze: expected at most ", Assert.Throws<MekikiException>(() => Changed(Quick with { Freeze = 1000 })).Message, StringComparison.Ordinal);
        Assert.Contains("a share below 1, or a whole number of layers", Assert.Throws<MekikiException>(() => Quick with { Freeze = 1.5 }).Message, StringComparison.Ordinal);
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
        Says("Head: expected no such option without a pretrained network, on whose features it is learnt, got it with cnn. Leave it out, or set Model to pretrained.", new() { Head = HeadKind.Svm });
        Says("Epochs: expected 0 with nearest neighbours, which fine-tuning cannot change, got 2. Set it to 0, or learn another head.", Quick with { Head = HeadKind.Neighbours });
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
