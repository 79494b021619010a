using Mekiki.Optimizers;
using Mekiki.Schedules;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Training;

/// <summary>Trains a network on one part of a set, and tests it on the other after each epoch.</summary>
/// <remarks>
/// The weights at the end depend on the set, the split, the options and the number of images alone: neither on threads,
/// nor on whether the training was interrupted and went on.
/// <code>
/// var set = ImageSet.Open("photos");
/// var trainer = new Trainer(set, Split.Stratified(set, seed: 0), new TrainOptions { Epochs = 3 });
/// trainer.Run().Recognizer.Save("model.safetensors");
/// </code>
/// </remarks>
public sealed class Trainer
{
    private readonly ImageSet set;
    private readonly Split split;
    private readonly Module network;
    private readonly Loader loader;
    private readonly Schedule schedule;
    private readonly TimeProvider clock;

    /// <summary>Makes the network with its first weights.</summary>
    /// <param name="set">The images, of two classes or more.</param>
    /// <param name="split">Which of them train and which test.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="clock">What seconds are measured with; null: the system's.</param>
    /// <exception cref="MekikiException">The images do not fit the network, or there are too few.</exception>
    public Trainer(ImageSet set, Split split, TrainOptions? options = null, TimeProvider? clock = null)
    {
        (this.set, this.split, Options, this.clock) = (set, split, options ?? new(), clock ?? TimeProvider.System);
        if (set.Classes.Count < 2)
            throw new MekikiException($"{set.Source}: expected 2 classes or more to tell apart, got {set.Classes.Count}. Add a class.");
        var entry = Catalogue.Find(Options.Model);
        var input = entry.InputFor(set.Shape);
        var preprocessing = Preprocessing.Measured(input, set, split.Train);
        network = entry.Create(input, set.Classes.Count, Options.Seed);
        Recognizer = new Recognizer(network, new ModelCard(entry.Name, set.Classes, preprocessing) { Data = set.Source, DataFingerprint = set.Fingerprint });
        loader = new Loader(set, split.Train, preprocessing.Pipeline(set.Shape, Augmentation.Find(Options.Augmentation)), new LoaderOptions
        {
            BatchSize = Options.BatchSize,
            Shuffle = true,
            // Batch norm can make nothing of a last batch with one image.
            DropLast = split.Train.Length > Options.BatchSize && split.Train.Length % Options.BatchSize == 1,
            Seed = Options.Seed,
            Threads = Options.Threads,
        });
        if (network is not IFitted)
            Optimizer = new Adam(network, Options.LearningRate);
        else if (Options.Epochs != 1)
            throw new MekikiException($"--epochs: expected 1, got {Options.Epochs}: {entry.Name} learns from all images at once. Leave it out.");
        schedule = NamedSchedule.Find(Options.Schedule).Make(Options.LearningRate, (long)Options.Epochs * loader.BatchCount);
    }

    /// <summary>How it is trained.</summary>
    public TrainOptions Options { get; }

    /// <summary>The network as it is now, with what a model file tells.</summary>
    public Recognizer Recognizer { get; private set; }

    /// <summary>Steps in an epoch; 1 where the network is <see cref="IFitted"/>.</summary>
    public int StepsPerEpoch => network is IFitted ? 1 : loader.BatchCount;

    /// <summary>Images in an epoch.</summary>
    public int ImagesPerEpoch => loader.ImageCount;

    /// <summary>Images in a test.</summary>
    public int TestImages => split.Test.Length;

    private int TestBatch => Math.Max(64, Options.BatchSize);

    /// <summary>Where it stands.</summary>
    internal TrainerState State { get; set; } = TrainerState.Beginning;

    /// <summary>What changes the weights; null where the network is <see cref="IFitted"/>.</summary>
    internal Optimizer? Optimizer { get; }

    /// <summary>All tensors that change in training, each group under its prefix in a checkpoint.</summary>
    internal IReadOnlyList<(string Prefix, IReadOnlyList<(string Name, Tensor Tensor)> Tensors)> Groups =>
        [("model.", network.StateDict()), ("optimizer.", Optimizer?.StateDict() ?? [])];

    /// <summary>Brings a new training of the same run to a saved place.</summary>
    /// <param name="state">Where it stood.</param>
    /// <param name="group">The saved tensors of a prefix, by name.</param>
    /// <param name="source">What the values come from, for messages.</param>
    /// <exception cref="MekikiException">The place or the tensors do not fit; the training is then at no place.</exception>
    internal void Restore(TrainerState state, Func<string, IReadOnlyDictionary<string, Tensor>> group, string source)
    {
        bool fits = state.Epoch >= 0 && state.Epoch <= Options.Epochs && state.Batch >= 0 && state.Batch <= StepsPerEpoch;
        if (!fits)
            throw new MekikiException($"{source}: expected a checkpoint of {Options.Epochs} epochs of {StepsPerEpoch:N0} steps, got one at epoch {state.Epoch + 1:N0}, step {state.Batch:N0}. It belongs to another run.");
        network.LoadStateDict(group("model."), source);
        Optimizer?.LoadStateDict(group("optimizer."), source);
        long expected = (long)state.Epoch * StepsPerEpoch + state.Batch;
        if (Optimizer is { } optimizer && optimizer.StepCount != expected)
            throw new MekikiException($"{source}: expected an optimizer after {expected:N0} steps, got one after {optimizer.StepCount:N0}. The file is damaged.");
        State = state;
    }

    /// <summary>Trains until the last epoch has ended, or <paramref name="cancellation"/> asks to stop: then the batch is finished, and a second call goes on.</summary>
    /// <exception cref="MekikiException">The loss is not a number any more.</exception>
    public TrainingResult Run(CancellationToken cancellation = default, params ReadOnlySpan<ITrainingObserver> observers)
    {
        while (State.Epoch < Options.Epochs)
        {
            bool isWhole = network is IFitted fitted ? Fit(fitted, observers, cancellation) : TrainEpoch(Optimizer!, observers, cancellation);
            if (!isWhole || Test(observers, cancellation) is not { } test)
            {
                foreach (var observer in observers)
                    observer.OnInterrupt(this);
                return Result(interrupted: true);
            }

            var epoch = EpochOf(test.Result, test.Seconds);
            State = State.NextEpoch(epoch);
            Recognizer = new Recognizer(network, Recognizer.Card with { Metrics = MetricsOf(epoch) });
            foreach (var observer in observers)
                observer.OnEpoch(this, epoch);
        }

        return Result(interrupted: false);
    }

    // The chapter's loop: batch, forward, loss, zero gradients, backward, step.
    private bool TrainEpoch(Optimizer optimizer, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        network.Train();
        loader.Start(State.Epoch, State.Batch);
        long begun = clock.GetTimestamp();
        while (!cancellation.IsCancellationRequested && loader.Next() is { } batch)
        {
            network.BeginStep(Options.Seed, optimizer.StepCount);
            optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);

            var scores = network[batch.ToTensor()];
            var loss = network.LossOf(scores, batch.Labels);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();

            long now = clock.GetTimestamp();
            Count(batch, scores, loss.Item(), clock.GetElapsedTime(begun, now).TotalSeconds, observers);
            begun = now;
        }

        return State.Batch == loader.BatchCount;
    }

    // All images at once, and what it makes of the first of them.
    private bool Fit(IFitted fitted, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        const int MostTried = 1000;
        if (State.Batch == 1)
            return true;
        long begun = clock.GetTimestamp();
        try
        {
            fitted.Fit(new PreparedImages(set, split.Train, Recognizer.Preprocessing.Pipeline(set.Shape)), Options.Seed, new FitObserver(this, observers.ToArray()), cancellation);
            double seconds = clock.GetElapsedTime(begun).TotalSeconds;
            int tried = Math.Min(MostTried, split.Train.Length);
            var result = Recognizer.Evaluate(set, split.Train[..tried], new LoaderOptions { BatchSize = TestBatch, Threads = Options.Threads }, null, cancellation);
            State = State.With(tried, result.Loss, (int)Math.Round(result.Accuracy * tried), seconds) with { ImagesTrained = split.Train.Length };
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Count(Batch batch, Tensor scores, float loss, double seconds, ReadOnlySpan<ITrainingObserver> observers)
    {
        if (!float.IsFinite(loss))
            throw new MekikiException($"Training: expected a loss that is a number, got {loss} in epoch {State.Epoch + 1}, batch {State.Batch + 1}. Lower the learning rate (--lr).");
        int correct = Evaluator.CountCorrect(scores, batch.Labels);
        State = State.With(batch.Count, loss, correct, seconds);
        var step = new TrainingStep(State.Epoch + 1, State.Batch, (int)State.Images, loss, (double)correct / batch.Count);
        foreach (var observer in observers)
            observer.OnStep(this, step);
    }

    private (EvaluationResult Result, double Seconds)? Test(ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        try
        {
            long begun = clock.GetTimestamp();
            var options = new LoaderOptions { BatchSize = TestBatch, Threads = Options.Threads };
            var result = Recognizer.Evaluate(set, split.Test, options, new TestProgress(this, observers.ToArray()), cancellation);
            return (result, clock.GetElapsedTime(begun).TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private EpochResult EpochOf(EvaluationResult test, double testSeconds) => new(
        State.Epoch + 1, Optimizer?.StepCount ?? 1, Optimizer?.LearningRate ?? 0,
        State.LossSum / State.Images, (double)State.Correct / State.Images,
        test.Loss, test.Accuracy, test.BalancedAccuracy, test.Top5Accuracy, State.EpochSeconds, testSeconds);

    private static SortedDictionary<string, double> MetricsOf(EpochResult epoch) => new()
    {
        ["epoch"] = epoch.Epoch,
        ["train_loss"] = epoch.TrainLoss,
        ["train_accuracy"] = epoch.TrainAccuracy,
        ["test_loss"] = epoch.TestLoss,
        ["test_accuracy"] = epoch.TestAccuracy,
        ["balanced_accuracy"] = epoch.BalancedAccuracy,
        ["top5_accuracy"] = epoch.Top5Accuracy,
    };

    private TrainingResult Result(bool interrupted) => new(Recognizer, State.Best, interrupted, State.TrainSeconds, State.ImagesTrained);

    private sealed class FitObserver(Trainer trainer, ITrainingObserver[] observers) : IProgress<FitProgress>
    {
        public void Report(FitProgress progress)
        {
            foreach (var observer in observers)
                observer.OnFit(trainer, progress);
        }
    }

    private sealed class TestProgress(Trainer trainer, ITrainingObserver[] observers) : IProgress<int>
    {
        public void Report(int done)
        {
            foreach (var observer in observers)
                observer.OnTest(trainer, done);
        }
    }
}
