using System.Text;
using Mekiki.Layers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Ranks;
using Mekiki.Vision.Tests.Data;
using Mekiki.Vision.Tests.Ranks;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

/// <summary>Several ranks that train one network: the weights depend on the parts, and not on the ranks.</summary>
public sealed class RankTests : IDisposable
{
    private static readonly ImageSet set = Bars.Set(97);
    private static readonly Split split = Split.Stratified(set, 0, 72, 24).WithValidation(set, 0, 12);

    // 60 images: a batch of 48, and one of 12, which has 6 parts.
    private static readonly TrainOptions plain = new() { Epochs = 3, BatchSize = 48, Parts = 24, LearningRate = 0.01, Threads = 1, Seed = 5, Augmentation = "small" };

    private static readonly Dictionary<string, TrainOptions> recipes = new()
    {
        ["plain"] = plain,
        ["cutmix"] = plain with { CutMix = 1, Mixup = 0.4, Augmentation = "trivialaugment+colour" },
        ["mixup"] = plain with { Mixup = 0.4, Balance = Balance.Weights },
        ["all"] = plain with { BatchSize = 24, Parts = 12, Accumulate = 2, Ema = 0.9, Clip = 1, WeightDecay = 0.05, LabelSmoothing = 0.1, Balance = Balance.Sampling, Patience = 2, Steps = 5 },
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. recipes.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private static TrainerParts Network(RankGroup? group = null) => new()
    {
        Ranks = group,
        MakeNetwork = (input, classes) => new Sequential(
            new Conv2d(1, 4, 3, padding: 1, bias: false), new BatchNorm2d(4), new Relu(), new MaxPool2d(2), new Flatten(), new Dropout(0.3f),
            new Linear(input.Length, 16, bias: false), new BatchNorm1d(16), new Relu(), new Dropout(0.2f), new Linear(16, classes)),
    };

    private static string Sha256(TrainOptions options, RankGroup? group = null)
    {
        var result = new Trainer(set, split, options, Network(group)).Run(Token);
        return result.Recognizer.WeightsSha256;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyNumberOfRanks_GivesTheSameWeights(string name)
    {
        string alone = Sha256(recipes[name]);
        foreach (int size in new[] { 2, 3, 4, 6, 8, 12, 24 })
        {
            var (hashes, failures, _) = ThreadRanks.Run(size, group => Sha256(recipes[name], group));
            Assert.All(failures, Assert.Null);
            Assert.All(hashes, hash => Assert.Equal(alone, hash));
        }

        Assert.NotEqual(alone, Sha256(recipes[name] with { Parts = recipes[name].Parts / 2 }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientsThatAreSentWhileOthersAreComputed_GiveTheSameWeights(string name)
    {
        // Buckets of some 100 numbers: most parameters go alone.
        var options = recipes[name] with { BucketMegabytes = 0.0004 };
        string alone = Sha256(recipes[name]);
        foreach (int size in new[] { 2, 3, 8, 24 })
            foreach (var (hashes, failures, _) in new[] { ThreadRanks.Run(size, group => Sha256(options, group)), ThreadRanks.RunLate(size, group => Sha256(options, group)) })
            {
                Assert.All(failures, Assert.Null);
                Assert.All(hashes, hash => Assert.Equal(alone, hash));
            }
    }

    [Fact]
    public void Buckets_GoWhileTheLastPartComesBack_ThoseOfTheLastLayersFirst()
    {
        var (starts, failures, _) = ThreadRanks.Run(2, group =>
        {
            var counting = new CountingGroup(group);
            var network = Network().MakeNetwork!(new(1, 4, 4), 2);
            Tensor[] parameters = [.. network.Parameters()];
            var results = new PartResults(network, parameters, counting, bucketBytes: 1);
            using var watched = results.Watch();
            results.Begin(2);
            network.Train();
            var loss = network[Tensor.From(new float[3 * 16], [3, 1, 4, 4])].Sum();
            results.Expect(group.Rank);
            loss.Backward();
            int early = counting.Started;
            results.Add(group.Rank, 0, 0);
            results.Finish();
            return (early, counting.Started, parameters.Length);
        });
        Assert.All(failures, Assert.Null);
        // All are on their way when the pass ends.
        Assert.All(starts, s => Assert.Equal((s.Length, s.Length), (s.early, s.Started)));
    }

    [Fact]
    public void ThreeShardsOnEightRanks_End_WithTheWeightsOfOneProcess()
    {
        ImageShards.Pack(MadeImages.Folder(folder, each: 30), folder["shards"], shardBytes: 3 << 14, cancellation: Token);
        Assert.Equal(3, Directory.GetFiles(folder["shards"], "*.tar").Length);
        var options = plain with { Parts = 8, BatchSize = 16 };
        var (hashes, failures, _) = ThreadRanks.Run(8, group => Train(group));
        Assert.All(failures, Assert.Null);
        Assert.All(hashes, hash => Assert.Equal(Train(null), hash));

        // Each rank opens the shards, and maps the pixels that the first of them decoded.
        string Train(RankGroup? group)
        {
            var shards = ImageSet.Open(folder["shards"], new ImageSetOptions { CacheFolder = folder["cache/x"][..^2], Width = 8, Height = 8, MostInMemory = 100 });
            return new Trainer(shards, Split.Stratified(shards, 0), options, Network(group)).Run(Token).Recognizer.WeightsSha256;
        }
    }

    [Fact]
    public void RanksSeeTheSameLossesAsOneProcess()
    {
        var alone = new Seen();
        new Trainer(set, split, plain, Network()).Run(Token, alone);
        var (seen, _, _) = ThreadRanks.Run(4, group =>
        {
            var own = new Seen();
            new Trainer(set, split, plain, Network(group)).Run(Token, own);
            return own.Told;
        });
        Assert.All(seen, told => Assert.Equal(alone.Told, told));
    }

    [Fact]
    public void StoppedByRank0_AndResumedWithOtherRanks_EndsWithTheSameWeights()
    {
        string whole = Sha256(plain);
        int done = 0;
        foreach (int size in new[] { 3, 2, 4 })
        {
            var (interrupted, failures, _) = ThreadRanks.Run(size, group =>
            {
                var trainer = new Trainer(set, split, plain, Network(group));
                if (done > 0)
                    trainer.LoadCheckpoint(folder["checkpoint"]);
                using var source = new CancellationTokenSource();
                // The others are not asked.
                bool isInterrupted = trainer.Run(source.Token, group.Rank == 0 ? [new StopAfter(source, 1)] : []).IsInterrupted;
                if (group.Rank == 0)
                    trainer.SaveCheckpoint(folder["next"]);
                return isInterrupted;
            });
            Assert.All(failures, Assert.Null);
            Assert.All(interrupted, Assert.True);
            File.Move(folder["next"], folder["checkpoint"], overwrite: true);
            done++;
        }

        var last = new Trainer(set, split, plain, Network());
        last.LoadCheckpoint(folder["checkpoint"]);
        Assert.Equal(3, last.Steps);
        Assert.Equal(whole, last.Run(Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void Accumulated_IsCutIntoParts()
    {
        // Two batches of 12 for a step, or one of 24 in two parts.
        var options = plain with { Parts = 1, BatchSize = 12, Accumulate = 2 };
        Assert.Equal(Sha256(plain with { Parts = 2, BatchSize = 24 }), Sha256(options));
    }

    [Fact]
    public void ARankWithOtherOptions_IsNamed()
    {
        var (_, failures, ranks) = ThreadRanks.Run(3, group => Sha256(group.Rank == 2 ? plain with { Seed = 6, LearningRate = 0.02 } : plain, group));
        Assert.All(failures, f => Assert.StartsWith("Rank 2 on host-2: expected what rank 0 on host-0 has, got weights ", f!.Message));
        Assert.All(failures, f => Assert.EndsWith(", lr 0.02 instead of 0.01, seed 6 instead of 5. Start the same program with the same images and options on all hosts, which have the same kind of processor.", f!.Message));
        Assert.Null(ranks.Aborted);
    }

    [Fact]
    public void ARankOfAnotherVersion_IsNamed()
    {
        string older = $"Mekiki {Machine.Version}".Replace("Mekiki ", "Mekiki 0.0-", StringComparison.Ordinal);
        var (_, failures, ranks) = ThreadRanks.Run(2, group => Sha256(plain, group.Rank == 1 ? new OlderVersion(group) : group));
        Assert.All(failures, f => Assert.Equal($"Rank 1 on host-1: expected what rank 0 on host-0 has, got {older} instead of {Machine.Version}. Start the same program with the same images and options on all hosts, which have the same kind of processor.", f!.Message));
        Assert.Null(ranks.Aborted);
    }

    [Fact]
    public void ARankWithOtherImages_IsNamed()
    {
        var other = Bars.Set(98);
        var (_, failures, _) = ThreadRanks.Run(2, group => new Trainer(group.Rank == 1 ? other : set, split, plain, Network(group)).Run(Token));
        Assert.All(failures, f => Assert.StartsWith("Rank 1 on host-1: expected what rank 0 on host-0 has, got other images. ", f!.Message));
    }

    [Fact]
    public void ARankThatFailsAlone_EndsAll()
    {
        var (_, failures, ranks) = ThreadRanks.Run(3, group => new Trainer(set, split, plain, Network(group)).Run(Token, group.Rank == 1 ? [new Fails()] : []));
        Assert.Equal("Rank 1 on host-1: disk: expected room, got none. (2)", ranks.Aborted);
        Assert.All(failures, Assert.NotNull);
    }

    [Fact]
    public void ALossThatIsNoNumber_IsSaidAlike()
    {
        var wild = plain with { LearningRate = 1e30, Epochs = 20 };
        string alone = Assert.Throws<MekikiException>(() => Sha256(wild)).Message;
        Assert.Contains("The first values that are no numbers are in ", alone);
        var (_, failures, ranks) = ThreadRanks.Run(4, group => Sha256(wild, group));
        Assert.All(failures, f => Assert.Equal(alone, f!.Message));
        Assert.Null(ranks.Aborted);
    }

    [Fact]
    public void WhatCannotBeShared_IsRefused()
    {
        Refused.Says(
            "Parts: expected at most 24 for batches of 48 images, since batch norm needs 2 images in each part, got 25. Lower it, or set TrainOptions.BatchSize to 50.",
            "--parts: expected at most 24 for batches of 48 images, since batch norm needs 2 images in each part, got 25. Lower it, or set --batch to 50.",
            () => new Trainer(set, split, plain with { Parts = 25 }));
        var (_, failures, _) = ThreadRanks.Run(3, group => new Trainer(set, split, plain with { Parts = 2 }, Network(group)));
        Assert.All(failures, f => Assert.Equal("--parts: expected 3 or more, a part for each rank, got 2. Set --parts to a multiple of 3, or start fewer ranks.", ((MekikiException)f!).CommandLineMessage));
        (_, failures, _) = ThreadRanks.Run(2, group => new Trainer(set, split, new TrainOptions { Model = "sift-fisher-svm" }, new() { Ranks = group }));
        Assert.All(failures, f => Assert.Equal("sift-fisher-svm: expected one process, since it learns from all images at once, got 2 ranks. Train it without ranks.", f!.Message));
    }

    private sealed class Fails : ITrainingObserver
    {
        public void OnStep(Trainer trainer, in TrainingStep step) => throw new MekikiException("disk: expected room, got none.");
    }

    private sealed class Seen : ITrainingObserver
    {
        public List<string> Told { get; } = [];

        public void OnStep(Trainer trainer, in TrainingStep step) => Told.Add($"{step.Batch} {step.Loss:R} {step.Accuracy:R}");

        public void OnEpoch(Trainer trainer, EpochResult epoch) => Told.Add($"{epoch.TrainLoss:R} {epoch.TrainAccuracy:R} {epoch.Validation!.Loss:R} {epoch.Validation.Accuracy:R}");
    }

    // A rank whose program says that it is of another version.
    private sealed class OlderVersion(RankGroup group) : RankGroup
    {
        public override int Rank => group.Rank;

        public override int Size => group.Size;

        public override string Host => group.Host;

        public override void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts) => group.AllToAll(sent, sentCounts, received, receivedCounts);

        public override void AllGather(Span<float> all, ReadOnlySpan<int> counts) => group.AllGather(all, counts);

        public override void Broadcast(Span<byte> bytes) => group.Broadcast(bytes);

        public override byte[][] Gather(ReadOnlySpan<byte> mine) =>
            group.Gather(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(mine).Replace($"Mekiki {Machine.Version}", $"Mekiki 0.0-{Machine.Version}", StringComparison.Ordinal)));

        public override void Abort(string message, int exitCode) => group.Abort(message, exitCode);
    }

    private sealed class CountingGroup(RankGroup group) : RankGroup
    {
        public int Started { get; private set; }

        public override int Rank => group.Rank;

        public override int Size => group.Size;

        public override void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts)
        {
            Started++;
            group.AllToAll(sent, sentCounts, received, receivedCounts);
        }

        public override void AllGather(Span<float> all, ReadOnlySpan<int> counts) => group.AllGather(all, counts);

        public override void Broadcast(Span<byte> bytes) => group.Broadcast(bytes);

        public override byte[][] Gather(ReadOnlySpan<byte> mine) => group.Gather(mine);

        public override void Abort(string message, int exitCode) => group.Abort(message, exitCode);
    }
}
