using Mekiki.Autograd;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Mekiki.Vision.Transforms;

namespace Mekiki.Workbench.Lecture;

/// <summary>The lecture chapter's experiment, as its notebook does it: both networks, one epoch each, on randomly turned characters.</summary>
/// <remarks>
/// The notebook tests with two slips: its network is still in training mode, so that batch norm uses the statistics of
/// each test batch (and goes on with its running ones), and its test images are still turned at random. That figure is
/// <see cref="ChapterResult.AccuracyAsWritten"/>; the proper ones stand beside it.
/// Differs from the notebook: it is seeded, and the split's and the transforms' random numbers are others than PyTorch's.
/// </remarks>
public sealed class Chapter
{
    private const int BatchSize = 32;
    private const double LearningRate = 1e-3;

    private readonly ImageSet set;
    private readonly Split split;
    private readonly Pipeline turned, upright;
    private readonly ChapterOptions options;
    private readonly TimeProvider clock;

    /// <summary>Splits the images, by one random permutation as the notebook does; both networks have the same split.</summary>
    /// <param name="set">The images; the notebook's are hiragana73.</param>
    /// <param name="options">Counts and seed.</param>
    /// <param name="clock">What seconds are measured with; null: the system's.</param>
    /// <exception cref="MekikiException">There are fewer images than the options want.</exception>
    public Chapter(ImageSet set, ChapterOptions? options = null, TimeProvider? clock = null)
    {
        (this.set, this.options, this.clock) = (set, options ?? new(), clock ?? TimeProvider.System);
        split = Split.Random(set, this.options.Seed, this.options.Train, this.options.Test);
        turned = new Pipeline([new Grayscale(), .. Augmentation.Find("chapter").Steps, new ToTensor()]);
        upright = new Pipeline(new Grayscale(), new ToTensor());
    }

    /// <summary>The chapter's networks, in its order.</summary>
    public static IReadOnlyList<string> Models { get; } = ["mlp", "cnn"];

    /// <summary>Trains and tests one of <see cref="Models"/>.</summary>
    /// <param name="model">The network's name.</param>
    /// <param name="progress">Told about each batch; null: nobody looks.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ChapterResult Run(string model, IProgress<ChapterProgress>? progress = null, CancellationToken cancellation = default)
    {
        var network = Catalogue.Find(model).Create(upright.OutputShape(set.Shape), set.Classes.Count, options.Seed);
        long begun = clock.GetTimestamp();
        Train(network, model, progress, cancellation);
        double trainSeconds = clock.GetElapsedTime(begun).TotalSeconds;

        begun = clock.GetTimestamp();
        double asWritten = Test(turned, epoch: 1);
        double testSeconds = clock.GetElapsedTime(begun).TotalSeconds;

        network.Eval();
        double rotated = Test(turned, epoch: 2), straight = Test(upright, epoch: 2);
        return new ChapterResult(model, options.Seed, trainSeconds, testSeconds, asWritten, rotated, straight);

        double Test(Pipeline pipeline, int epoch) => Accuracy(network, pipeline, epoch, model, progress, cancellation);
    }

    private void Train(Module network, string model, IProgress<ChapterProgress>? progress, CancellationToken cancellation)
    {
        var optimizer = new Adam(network, LearningRate);
        var loader = new Loader(set, split.Train, turned, new LoaderOptions { BatchSize = BatchSize, Shuffle = true, Seed = options.Seed, Threads = options.Threads });
        int done = 0;
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var logProbabilities = network[batch.ToTensor()].LogSoftmax(1);
            var loss = Loss.Nll(logProbabilities, batch.Labels);
            double accuracy = (double)Evaluator.CountCorrect(logProbabilities, batch.Labels) / batch.Count;
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            progress?.Report(new ChapterProgress(model, "train", done += batch.Count, loader.ImageCount, loss.Item(), accuracy));
        }
    }

    private double Accuracy(Module network, Pipeline pipeline, int epoch, string model, IProgress<ChapterProgress>? progress, CancellationToken cancellation)
    {
        using var pause = Gradients.Off();
        var loader = new Loader(set, split.Test, pipeline, new LoaderOptions { BatchSize = BatchSize, Seed = options.Seed, Threads = options.Threads });
        int done = 0, correct = 0;
        loader.Start(epoch);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            correct += Evaluator.CountCorrect(network[batch.ToTensor()], batch.Labels);
            done += batch.Count;
            progress?.Report(new ChapterProgress(model, "test", done, loader.ImageCount, null, (double)correct / done));
        }

        return (double)correct / done;
    }
}

/// <summary>How the chapter's experiment goes.</summary>
public sealed record ChapterOptions
{
    /// <summary>How many images train, 1 or more.</summary>
    public int Train { get; init => field = value >= 1 ? value : throw new MekikiException($"--train: expected 1 or more, got {value}."); } = 10_000;

    /// <summary>How many images test, 1 or more.</summary>
    public int Test { get; init => field = value >= 1 ? value : throw new MekikiException($"--test: expected 1 or more, got {value}."); } = 10_000;

    /// <summary>Seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images; 0: one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init => field = value >= 0 ? value : throw new MekikiException($"--threads: expected 0 or more, got {value}."); }
}

/// <summary>What one of the chapter's networks reached. Accuracies are in [0, 1].</summary>
/// <param name="Model">The network's name.</param>
/// <param name="Seed">The seed of everything random.</param>
/// <param name="TrainSeconds">How long training took.</param>
/// <param name="TestSeconds">How long the test as written took.</param>
/// <param name="AccuracyAsWritten">As the notebook measures it: batch statistics, images turned at random.</param>
/// <param name="AccuracyEvalRotated">With running statistics, images turned at random.</param>
/// <param name="AccuracyEvalUpright">With running statistics, images as they are.</param>
public sealed record ChapterResult(
    string Model, ulong Seed, double TrainSeconds, double TestSeconds, double AccuracyAsWritten, double AccuracyEvalRotated, double AccuracyEvalUpright);

/// <summary>How far it is.</summary>
/// <param name="Model">The network's name.</param>
/// <param name="Task"><c>train</c> or <c>test</c>.</param>
/// <param name="Done">Images done.</param>
/// <param name="Total">Images in all.</param>
/// <param name="Loss">The batch's loss; null in a test.</param>
/// <param name="Accuracy">The batch's accuracy; in a test, that so far.</param>
public readonly record struct ChapterProgress(string Model, string Task, int Done, int Total, double? Loss, double Accuracy);
