using System.Runtime.InteropServices;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

/// <summary>What training does beside the chapter's loop: alone, on any number of threads, and through a stop.</summary>
public sealed class RecipeTests : IDisposable
{
    // 97 images of 3 classes: one class has more than the others, or balancing would change nothing.
    private static readonly ImageSet set = Bars.Set(97);
    private static readonly Split split = Split.Stratified(set, 0, 72, 24).WithValidation(set, 0, 13);
    private static readonly TrainOptions plain = new() { Model = "mlp", Epochs = 3, BatchSize = 16, Augmentation = "none", LearningRate = 0.01 };
    private static readonly Dictionary<string, TrainOptions> pieces = new()
    {
        ["label smoothing"] = plain with { LabelSmoothing = 0.1 },
        ["weight decay"] = plain with { WeightDecay = 1 },
        ["ema"] = plain with { Ema = 0.9 },
        ["mixup"] = plain with { Mixup = 0.4 },
        ["cutmix"] = plain with { CutMix = 1 },
        ["mixup or cutmix"] = plain with { Mixup = 0.4, CutMix = 1, Balance = Balance.Weights },
        ["clip"] = plain with { Clip = 0.1 },
        ["accumulate"] = plain with { BatchSize = 8, Accumulate = 2 },
        ["weights"] = plain with { Balance = Balance.Weights },
        ["sampling"] = plain with { Balance = Balance.Sampling },
        ["roots"] = plain with { Balance = Balance.Roots },
        ["elastic"] = plain with { Augmentation = "elastic" },
        ["tone"] = plain with { Augmentation = "tone" },
        ["erase"] = plain with { Augmentation = "erase" },
        ["small"] = plain with { Augmentation = "small" },
        ["alternate"] = plain with { Augmentation = "alternate+shift" },
        ["airbench"] = plain with { Model = "airbench", Ema = 0.9, Optimizer = "sgd", LearningRate = 0.01 },
        ["rotate"] = plain with { Augmentation = "rotate" },
        ["colour"] = plain with { Augmentation = "colour" },
        ["trivialaugment"] = plain with { Augmentation = "trivialaugment" },
        ["randaugment"] = plain with { Augmentation = "randaugment" },
        ["all"] = plain with
        {
            Model = "cnn",
            BatchSize = 8,
            Accumulate = 2,
            LabelSmoothing = 0.1,
            WeightDecay = 0.05,
            Ema = 0.9,
            Mixup = 0.4,
            Clip = 1,
            Balance = Balance.Sampling,
            Augmentation = "small+elastic+tone+erase",
            Patience = 3,
            Schedule = "one-cycle",
            Shift = 1,
            Steps = 13,
        },
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. pieces.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private static string Sha256(TrainOptions options, int threads)
    {
        int before = Threads.Count;
        try
        {
            Threads.Count = threads;
            return new Trainer(set, split, options with { Threads = threads }).Run(Token).Recognizer.WeightsSha256;
        }
        finally
        {
            Threads.Count = before;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Piece_ChangesTheWeights_AlikeOnAnyNumberOfThreads(string name)
    {
        var options = pieces[name];
        string one = Sha256(options, 1);
        Assert.Equal(one, Sha256(options, 2));
        Assert.Equal(one, Sha256(options, 4));
        Assert.NotEqual(one, Sha256(plain with { Model = options.Model }, 1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Piece_StoppedAndResumed_EndsWithTheSameWeights(string name)
    {
        string whole = new Trainer(set, split, pieces[name]).Run(Token).Recognizer.WeightsSha256;
        var trainer = new Trainer(set, split, pieces[name]);
        foreach (int steps in new[] { 3, 4 })
        {
            using var source = new CancellationTokenSource();
            Assert.True(trainer.Run(source.Token, new StopAfter(source, steps)).IsInterrupted);
            trainer.SaveCheckpoint(folder["checkpoint"]);
            trainer = new Trainer(set, split, pieces[name]);
            trainer.LoadCheckpoint(folder["checkpoint"]);
        }

        var end = trainer.Run(Token);
        Assert.Equal(whole, end.Recognizer.WeightsSha256);
        Assert.NotNull(end.Best!.Test);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, 0.4)]
    public void Accumulated_WithoutBatchNorm_IsOneLargeBatch(bool weighted, double mixup)
    {
        // The loss is a mean over the batch, so the parts' gradients, added up, are the whole's.
        var crossEntropy = new CrossEntropy(0.1, weighted ? [0.5f, 1, 20] : null);
        var network = Catalogue.Find("three-layer").Create(set.Shape, 3, seed: 1);
        float[] whole = Gradients(1), cut = Gradients(2);
        Assert.Equal(whole, cut, (a, b) => Math.Abs(a - b) <= 1e-5f * (1 + Math.Abs(a)));
        Assert.True(whole.Max(Math.Abs) > 0.01);

        float[] Gradients(int parts)
        {
            var loader = new Loader(set, split.Train, new Preprocessing(1, set.Shape.Height, set.Shape.Width).Pipeline(set.Shape), new LoaderOptions { BatchSize = 15 });
            loader.Start(0);
            var all = new BatchParts(parts, mixup > 0 ? new Mixup(mixup, 3) : null, crossEntropy).Of(loader.Next()!, 0);
            Assert.Equal(parts == 1 ? [15] : [7, 8], all.Select(p => p.Images.Shape[0]));
            Assert.Equal(parts == 1 ? [15] : [7, 8], all.Select(p => p.Labels.Length));
            if (!weighted)
                Assert.Equal(parts == 1 ? [1f] : [7 / 15f, 8 / 15f], all.Select(p => p.Weight));
            foreach (var parameter in network.Parameters())
                parameter.ZeroGrad();
            foreach (var part in all)
                part.Loss(network, network[part.Images], crossEntropy).Backward();
            return [.. network.Parameters().SelectMany(p => p.Grad!.ToArray())];
        }
    }

    [Fact]
    public void Mixup_MixesPairs_AndTheirLabels()
    {
        var loader = new Loader(set, split.Train, new Preprocessing(1, set.Shape.Height, set.Shape.Width).Pipeline(set.Shape), new LoaderOptions { BatchSize = 12 });
        loader.Start(0);
        var batch = loader.Next()!;
        float[] before = batch.Images.ToArray();
        var (images, partners, share) = new Mixup(0.4, seed: 3).Apply(batch, step: 7);
        Assert.Equal(before, batch.Images.ToArray());
        Assert.InRange(share, 0.5f, 1f);
        int length = set.Shape.Length, found = 0;
        for (int n = 0; n < 12; n++)
            for (int m = 0; m < 12; m++)
            {
                bool isPair = true;
                for (int i = 0; i < length && isPair; i++)
                    isPair = images.Values[n * length + i] == share * before[n * length + i] + (1 - share) * before[m * length + i];
                if (!isPair)
                    continue;
                Assert.Equal(batch.Labels[m], partners.Span[n]);
                found++;
                break;
            }

        Assert.Equal(12, found);
        Assert.Equal(share, new Mixup(0.4, seed: 3).Apply(batch, step: 7).Share);
        Assert.NotEqual(share, new Mixup(0.4, seed: 3).Apply(batch, step: 8).Share);
    }

    [Fact]
    public void CutMix_PastesOneRectangle_WhoseAreaIsThePartnersShare()
    {
        var loader = new Loader(set, split.Train, new Preprocessing(1, set.Shape.Height, set.Shape.Width).Pipeline(set.Shape), new LoaderOptions { BatchSize = 12 });
        loader.Start(0);
        var batch = loader.Next()!;
        // Each image has one value alone, so that every pixel tells where it comes from.
        for (int i = 0; i < batch.Images.Length; i++)
            MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(batch.Images), batch.Images.Length)[i] = i / set.Shape.Length;
        int pasted = 0;
        double mean = 0;
        for (int step = 0; step < 200; step++)
        {
            var (images, partners, share) = new CutMix(1, seed: 3).Apply(batch, step);
            mean += share / 200;
            HashSet<int>? places = null;
            for (int n = 0; n < 12; n++)
            {
                float[] values = images.Values.Slice(n * set.Shape.Length, set.Shape.Length).ToArray();
                int[] others = [.. Enumerable.Range(0, values.Length).Where(i => values[i] != n)];
                if (others.Length == 0)
                    continue;
                pasted++;
                int other = Assert.Single(others.Select(i => (int)values[i]).Distinct());
                Assert.Equal(batch.Labels[other], partners.Span[n]);
                Assert.Equal(1 - (double)others.Length / values.Length, share, 1e-6);
                int rows = others.Select(i => i / set.Shape.Width).Distinct().Count(), columns = others.Select(i => i % set.Shape.Width).Distinct().Count();
                Assert.Equal(others.Length, rows * columns);
                Assert.True((places ??= [.. others]).SetEquals(others));
            }
        }

        Assert.True(pasted > 1000);
        // Of Beta(1, 1) the mean share is a half; what is cut at the border leaves more.
        Assert.InRange(mean, 0.5, 0.75);
        Assert.Equal(new CutMix(1, 3).Apply(batch, 7).Share, new CutMix(1, 3).Apply(batch, 7).Share);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void Beta_HasItsMeanAndVariance(double a)
    {
        const int Count = 40_000;
        var generator = new Generator(9);
        double sum = 0, squares = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = Mixup.Beta(a, ref generator);
            sum += x;
            squares += (x - 0.5) * (x - 0.5);
        }

        // Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)).
        Assert.Equal(0.5, sum / Count, 0.01);
        Assert.Equal(1 / (4 * (2 * a + 1)), squares / Count, 0.004);
    }

    [Fact]
    public void BalancedOrder_GivesEveryClassItsShare_AndNoImageTwiceTooEarly()
    {
        var uneven = ImageSet.FromDrawing("uneven", new(1, 4, 4), [.. Enumerable.Repeat(0, 20), .. Enumerable.Repeat(1, 6), .. Enumerable.Repeat(2, 2)], ["a", "b", "c"], (_, _) => { });
        int[] order = new int[28], subset = [.. Enumerable.Range(0, 28)];
        var generator = new Generator(1);
        BalancedOrder.Draw(uneven, subset, 1, ref generator, order);
        Assert.Equal([9, 9, 10], order.GroupBy(i => uneven.Labels[i]).Select(g => g.Count()).Order());
        // 9 or 10 of the 20, all different; of the 6 each once or twice; of the 2 each four to six times.
        Assert.All(order.Where(i => i < 20).GroupBy(i => i), g => Assert.Single(g));
        Assert.All(order.Where(i => i is >= 20 and < 26).GroupBy(i => i), g => Assert.InRange(g.Count(), 1, 2));
        Assert.All(order.Where(i => i >= 26).GroupBy(i => i), g => Assert.InRange(g.Count(), 4, 5));
    }

    [Fact]
    public void BalancedOrder_OfRoots_GivesClassesSharesByTheRootOfTheirSize()
    {
        var uneven = ImageSet.FromDrawing("uneven", new(1, 4, 4), [.. Enumerable.Repeat(0, 400), .. Enumerable.Repeat(1, 100), .. Enumerable.Repeat(2, 4)], ["a", "b", "c"], (_, _) => { });
        int[] order = new int[504], subset = [.. Enumerable.Range(0, 504)];
        var generator = new Generator(1);
        BalancedOrder.Draw(uneven, subset, 0.5, ref generator, order);
        // Shares of 20, 10 and 2 in 32.
        foreach (var (label, expected) in new[] { (0, 315), (1, 157.5), (2, 31.5) })
            Assert.InRange(order.Count(i => uneven.Labels[i] == label), expected - 1, expected + 1);
        Assert.All(order.Where(i => i < 400).GroupBy(i => i), g => Assert.Single(g));
        Assert.All(order.Where(i => i is >= 400 and < 500).GroupBy(i => i), g => Assert.InRange(g.Count(), 1, 2));
    }

    [Fact]
    public void Validation_ChoosesTheEpoch_AndTheTestPartIsTriedOnce()
    {
        var seen = new Tried();
        var trainer = new Trainer(set, split, plain with { Epochs = 4 });
        var result = trainer.Run(Token, seen);
        Assert.Equal(["validation", "validation", "validation", "validation", "test"], seen.Parts);
        Assert.Equal(4, seen.Epochs.Count);
        Assert.All(seen.Epochs, e => Assert.True(e is { Validation: not null, Test: null }));
        double best = seen.Epochs.Max(e => e.Validation!.Accuracy);
        Assert.Equal(seen.Epochs.Last(e => e.Validation!.Accuracy == best).Epoch, result.Best!.Epoch);
        Assert.Equal(result.Best.Test!.Accuracy, result.Recognizer.Evaluate(set, split.Test, cancellation: Token).Accuracy);
        Assert.Equal(result.Best.Validation!.Accuracy, result.Recognizer.Evaluate(set, split.Validation, cancellation: Token).Accuracy);
        Assert.Equal((double)result.Best.Epoch, result.Recognizer.Card.Metrics["epoch"]);
        Assert.Equal(result.Best.Test.Accuracy, result.Recognizer.Card.Metrics["test_accuracy"]);
    }

    [Fact]
    public void WithoutValidation_TheLastEpochIsKept_HoweverItTests()
    {
        var seen = new Tried();
        var result = new Trainer(set, split with { Validation = [] }, plain with { TestOnce = true }).Run(Token, seen);
        Assert.Equal((3, "test"), (result.Best!.Epoch, string.Join(' ', seen.Parts)));
        Assert.Equal([false, false, true], seen.Epochs.Select(e => e.Test is not null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Patience_EndsTraining_WhenNothingGetsBetter(int patience)
    {
        var constant = plain with { Epochs = 8, LearningRate = 0.002, Schedule = "constant" };
        var all = new Tried();
        new Trainer(set, split, constant).Run(Token, all);
        double[] accuracies = [.. all.Epochs.Select(e => e.Validation!.Accuracy)];
        int end = Enumerable.Range(1, 8).First(e => e == 8 || e - 1 - Array.IndexOf(accuracies, accuracies[..e].Max()) >= patience);
        var seen = new Tried();
        new Trainer(set, split, constant with { Patience = patience }).Run(Token, seen);
        Assert.Equal(end, seen.Epochs.Count);
        Assert.True(end < 8, "nothing was ended, so nothing was tried");
    }

    [Fact]
    public void Patience_WithoutImagesToJudgeBy_IsRefused() =>
        Refused.Says(
            "Patience: expected images to judge by, got none. Set DataOptions.Validation to 0.1 to keep some.",
            "--patience: expected images to judge by, got none. Set --validation to 0.1 to keep some.",
            () => new Trainer(set, split with { Validation = [] }, plain with { Patience = 1 }));

    private sealed class Tried : ITrainingObserver
    {
        public List<string> Parts { get; } = [];

        public List<EpochResult> Epochs { get; } = [];

        public void OnTest(Trainer trainer, int done)
        {
            if (done == trainer.TriedPart.Images)
                Parts.Add(trainer.TriedPart.Name);
        }

        public void OnEpoch(Trainer trainer, EpochResult epoch) => Epochs.Add(epoch);
    }
}
