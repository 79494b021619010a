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
        Assert.Equal(whole, StoppedAndResumed(parts, Quick, steps: 4));
    }

    // The weights of a training that was stopped after some steps, and gone on with from its checkpoint.
    private string StoppedAndResumed(Split parts, TrainOptions options, int steps)
    {
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(two, parts, options);
        Assert.True(trainer.Run(source.Token, new StopAfter(source, steps)).IsInterrupted);
        trainer.SaveCheckpoint(folder["checkpoint.safetensors"]);
        var other = new Trainer(two, parts, options);
        other.LoadCheckpoint(folder["checkpoint.safetensors"]);
        return other.Run(Token).Recognizer.WeightsSha256;
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
    public void Unfreeze_LetsLayersJoin_FromTheLastOn()
    {
        var options = Quick with { Epochs = 4, Unfreeze = 3, FreezeNorms = true, WeightDecay = 0.05, Augmentation = "none" };
        var watch = new ChangedWeights(Recognizer.Load(Start()).Network);
        var trainer = new Trainer(two, split, options);
        var result = trainer.Run(Token, watch);
        Assert.Equal(["fc.weight", "fc.bias"], watch.ByEpoch[0]);
        Assert.Contains("layer3.2.conv2.weight", watch.ByEpoch[1]);
        Assert.DoesNotContain("layer2.2.conv2.weight", watch.ByEpoch[1]);
        Assert.Contains("layer2.2.conv2.weight", watch.ByEpoch[2]);
        Assert.DoesNotContain("conv1.weight", watch.ByEpoch[2]);
        Assert.Contains("conv1.weight", watch.ByEpoch[3]);
        for (int e = 1; e < 4; e++)
            Assert.Subset(watch.ByEpoch[e].ToHashSet(), watch.ByEpoch[e - 1].ToHashSet());
        // Each weight has the optimizer's steps since it joined.
        var state = trainer.Optimizer!.StateDict().ToDictionary();
        Assert.Equal((16, 4), (state["fc.weight.step"].Integers[0], state["conv1.weight.step"].Integers[0]));
        // Frozen layers stay out.
        var frozen = new ChangedWeights(Recognizer.Load(Start()).Network);
        new Trainer(two, split, options with { Freeze = 1 }).Run(Token, frozen);
        Assert.DoesNotContain("conv1.weight", frozen.ByEpoch[3]);
        Assert.Contains("layer1.0.conv1.weight", frozen.ByEpoch[3]);

        // Stopped in the middle of an epoch in which layers wait, and in parts: the same bits.
        foreach (var way in new[] { options, options with { Parts = 2 } })
        {
            string whole = way == options ? result.Recognizer.WeightsSha256 : new Trainer(two, split, way).Run(Token).Recognizer.WeightsSha256;
            Assert.Equal(whole, StoppedAndResumed(split, way, steps: 6));
            var without = new Trainer(two, split, way with { Unfreeze = 0 });
            Assert.Throws<MekikiException>(() => without.LoadCheckpoint(folder["checkpoint.safetensors"]));
        }
    }

    [Fact]
    public void TrainScale_TrainsOnSmallerImages_AndTestsOnWhole()
    {
        var sizes = new SeenSizes();
        var trainer = new Trainer(two, split, new() { Epochs = 1, BatchSize = 16, TrainScale = 0.7, Augmentation = "none" }, new() { MakeNetwork = (input, classes) => new Watching(Vision.Models.Catalogue.Find("resnet20").Build(input, classes), sizes) });
        Assert.Equal((8, 8), trainer.TrainSize);
        sizes.All.Clear();
        var result = trainer.Run(Token);
        Assert.Equal(["1x8x8", "1x12x12"], sizes.All.Distinct());
        Assert.Equal("1x12x12", result.Recognizer.Preprocessing.Input.ToString());
        Assert.NotEqual(TrainedWith(0.7), TrainedWith(1));
        Assert.Equal(TrainedWith(0.7), TrainedWith(0.7));
        Assert.StartsWith("TrainScale: expected a network that takes images of any size, down to 6 x 6 pixels, got mlp, which does not.", Assert.Throws<MekikiException>(() => new Trainer(two, split, new() { Model = "mlp", TrainScale = 0.5 })).Message, StringComparison.Ordinal);
        Assert.Contains("a share of at most 1", Assert.Throws<MekikiException>(() => new TrainOptions { TrainScale = 1.5 }).Message, StringComparison.Ordinal);

        string TrainedWith(double scale) => new Trainer(two, split, Quick with { TrainScale = scale, Epochs = 1 }).Run(Token).Recognizer.WeightsSha256;
    }

    [Fact]
    public void Margin_IsSeenByTrainingAlone_AndTheModelFramesNewImagesSo()
    {
        string bars = Bars.Folder(folder, 80, 2);
        var data = new DataOptions { Source = bars, Size = 12, Margin = 2, Fit = Vision.Images.ImageFit.Crop, Test = 20 };
        var set = data.Open();
        var parts = data.Split(set);
        Assert.Equal("1x16x16", set.Shape.ToString());
        var result = new Trainer(set, parts, Quick).Run(Token);
        Assert.Equal((12, 2, Vision.Images.ImageFit.Crop), (result.Recognizer.Preprocessing.Height, result.Recognizer.Preprocessing.Margin, result.Recognizer.Preprocessing.Fit));
        // The test during training, of the set opened for the model, and image by image: the same answers.
        var again = ImageSet.Open(bars, result.Recognizer.Preprocessing.ForSets());
        Assert.Equal("1x12x12", again.Shape.ToString());
        Assert.Equal(result.Best!.TestAccuracy, result.Recognizer.Evaluate(again, parts.Test, cancellation: Token).Accuracy);
        float[] whole = Probabilities.Of(result.Recognizer, set, parts.Test, cancellation: Token).Values.ToArray();
        Assert.Equal(whole, Probabilities.Of(result.Recognizer, again, parts.Test, cancellation: Token).Values.ToArray());
        // A network from nothing measures and frames alike; one whose images have another size has no margin in its own pixels.
        Assert.Equal(2, new Trainer(set, parts, new() { Model = "resnet20" }).Recognizer.Preprocessing.Margin);
        Assert.StartsWith("Margin: expected images of the size that ", Assert.Throws<MekikiException>(() => new Trainer(set, parts, new() { Model = "alexnet" })).Message, StringComparison.Ordinal);
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

    // The names of weights that differ from the beginning after each epoch.
    private sealed class ChangedWeights(Module begin) : ITrainingObserver
    {
        private readonly Dictionary<string, Tensor> before = begin.StateDict().ToDictionary();

        public List<string[]> ByEpoch { get; } = [];

        public void OnEpoch(Trainer trainer, EpochResult epoch)
        {
            if (epoch.Epoch > 0)
                ByEpoch.Add([.. trainer.Recognizer.Network.NamedParameters().Where(p => !p.Tensor.Values.SequenceEqual(before[p.Name].Values)).Select(p => p.Name)]);
        }
    }

    private sealed class SeenSizes
    {
        public List<string> All { get; } = [];
    }

    private sealed class Watching : Module
    {
        private readonly Module inner;
        private readonly SeenSizes sizes;

        public Watching(Module inner, SeenSizes sizes) => (this.inner, this.sizes) = (Child("inner", inner), sizes);

        public override Tensor Forward(Tensor x)
        {
            sizes.All.Add($"{x.Shape[1]}x{x.Shape[2]}x{x.Shape[3]}");
            return inner[x];
        }
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
