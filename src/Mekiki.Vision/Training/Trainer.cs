using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Schedules;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Training;

/// <summary>Trains a network on one part of a set, chooses by a second where there is one, and tests on a third.</summary>
/// <remarks>
/// The weights at the end depend on the set, the split and the options alone: neither on threads, nor on whether the training was
/// interrupted and went on. Only with <see cref="TrainOptions.MostSeconds"/> does the clock say, on a machine too slow for the steps, where it ends.
/// With <see cref="TrainerParts.Ranks"/> several processes train one network, and none of them is asked for more than its parts of each batch:
/// the weights depend on <see cref="TrainOptions.Parts"/>, and not on the number of processes. Rank 0 decides when training stops, validates and tests.
/// Threads: one thread runs a trainer; any number of trainers run at once, each with its <see cref="TrainOptions.Threads"/>. The network may
/// predict meanwhile on other threads: it answers with the weights as they are between two steps.
/// </remarks>
/// <example>
/// <code>
/// var set = ImageSet.Open("photos");
/// var trainer = new Trainer(set, Split.Stratified(set, seed: 0), new TrainOptions { Epochs = 3 });
/// trainer.Run(cancellation).Recognizer.Save("model.safetensors");
/// </code>
/// </example>
public sealed class Trainer
{
    /// <summary>Of a network that learns from all images at once, on how many of its own images it is tried when it has learned.</summary>
    public const int MostTried = 1000;

    private static readonly Metric[] labelMetrics =
    [
        new("mean_average_precision", r => r.MultiLabel!.MeanAveragePrecision), new("macro_f1", r => r.MultiLabel!.MacroF1), new("micro_f1", r => r.MultiLabel!.MicroF1),
    ];

    private const int StepsBetweenComparisons = 1000, MostTriedFirst = 256;

    private readonly ImageSet set;
    private readonly Split split;
    private readonly Module network;    // what steps change
    private readonly Module tested;     // what is tried and kept: the same, or its average
    private readonly Module kept;       // the best epoch's, or the same
    private readonly Loader loader;
    private readonly BatchParts batchParts;
    private readonly (Tensor Tensor, int Epoch)[] joining;  // weights that change from an epoch on
    private readonly RankGroup? ranks;  // null: this process trains alone
    private readonly LabelTable? table; // null: each image has one class
    private readonly IReadOnlyList<Metric> metrics;
    private readonly LossFunction? ownLoss;
    private readonly CrossEntropy crossEntropy;
    private readonly WeightDecay? decay;
    private readonly WeightAverage? average;
    private readonly Schedule schedule;
    private readonly TimeProvider clock;
    private readonly bool triesStart;
    private IReadOnlyList<Tensor> parameters;       // those that change now
    private PartResults results;
    private StoppedTime? stopped;

    /// <summary>Makes the network with its first weights.</summary>
    /// <param name="set">The images, of two classes or more.</param>
    /// <param name="split">Which of them train, validate and test.</param>
    /// <param name="options">How it is trained; null: as in the chapter.</param>
    /// <param name="parts">Parts that are the program's own; null: none.</param>
    /// <param name="clock">What seconds are measured with; null: the system's.</param>
    /// <exception cref="MekikiException">The images do not fit the network, there are too few, or options and parts contradict each other.</exception>
    public Trainer(ImageSet set, Split split, TrainOptions? options = null, TrainerParts? parts = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(split);
        (this.set, this.split, Options, this.clock) = (set, split, options ?? new(), clock ?? TimeProvider.System);
        if (set.Classes.Count < 2)
            throw new MekikiException($"{set.Source}: expected 2 classes or more to tell apart, got {set.Classes.Count}. Add a class.");
        var own = OwnParts.Of(parts ?? new(), Options, set);
        table = set.Table;
        (network, metrics, ownLoss) = (own.Create(), table is null ? own.Parts.Metrics : [.. own.Parts.Metrics, .. labelMetrics], own.Parts.Loss ?? LabelLoss());
        RefuseForLabels();
        string name = own.NameOf(network);
        ranks = RanksOf(own.Parts, name);
        if (own.Start is { } begun)
            // A drawn last layer is part of it.
            StartSha256 = (Start = begun with { Sha256 = Weights.Sha256(network.StateDict()) }).Sha256;
        else if (network is not IFitted && Options.From is { } from)
            StartSha256 = (Start = StartWeights.Load(from, name, network)).Sha256;
        var preprocessing = own.Preprocessing ?? Preprocessing.Measured(own.Input, set, split.Train);
        if (network is ILearnsFromPatches patches && Start is null)
            patches.LearnPatches(new PreparedImages(set, split.Train, preprocessing.Pipeline(set.Shape)));
        if (network is not IFitted && Options.Ema > 0)
            average = new WeightAverage(network, own.CreateCopy("Ema"), Options.Ema);
        tested = average?.Average ?? network;
        kept = split.Validation.Length == 0 || network is IFitted ? tested : own.Parts.Network is null ? own.Create() : new Snapshot(network);
        // What the network begins with is tried, too, where there is something to choose.
        triesStart = own.IsWhole && (split.Validation.Length > 0 || Options.Epochs == 0);
        Recognizer = new Recognizer(tested, new ModelCard(name, set.Targets, preprocessing) { IsMultiLabel = set.IsMultiLabel, Data = set.Source, DataFingerprint = set.Fingerprint, Shift = Options.Shift > 0 ? Options.Shift : null });
        crossEntropy = new CrossEntropy(Options.LabelSmoothing, Options.Balance == Balance.Weights ? CrossEntropy.BalancedWeights(set.CountPerClass(split.Train)) : null);
        batchParts = new BatchParts(Options.PartsPerStep(), IBatchMixing.Of(Options), crossEntropy, ranks);
        loader = new Loader(set, split.Train, preprocessing.Pipeline(set.Shape, own.Augmentation, TrainSize = own.TrainSize(network)), new LoaderOptions
        {
            BatchSize = Options.ImagesPerStep(),
            Shuffle = true,
            Balance = Options.Balance switch { Balance.Sampling => 1, Balance.Roots => 0.5, _ => 0 },
            // Batch norm can make nothing of a last batch with one image.
            DropLast = split.Train.Length > Options.ImagesPerStep() && split.Train.Length % Options.ImagesPerStep() == 1,
            Seed = Options.Seed,
            Threads = Options.Threads,
            // Mixtures are of images of the whole batch.
            Needed = ranks is null || Options.Mixup > 0 || Options.CutMix > 0 ? null : batchParts.ImagesOf,
        });
        if (Options.Patience is not null && split.Validation.Length == 0)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(Options.Patience))}: expected images to judge by, got none. Set {DataOptions.Table[nameof(DataOptions.Validation)].Mention} to 0.1 to keep some.");
        if (network is not IFitted)
        {
            Optimizer = own.OptimizerOf(network);
            if (Options.WeightDecay > 0)
                decay = new WeightDecay(network, Options.WeightDecay);
        }
        else if (OptionWords.GivenOfSteps(Options) is { InLibrary.Length: > 0 } names)
            throw Wording.Exception($"{names}: expected no such option, got it with {name}, which learns from all images at once, as they are. Leave it out.");
        joining = network is IFitted ? [] : own.Joining(network);
        TakeParameters();
        schedule = own.Parts.Schedule?.Invoke(LastStep) ?? NamedSchedule.Find(Options.Schedule).Make(Options.LearningRate, Math.Max(1, LastStep));
        if (ScaledRate.Of(Options, StepsPerEpoch, LastStep) is { } scaled)
        {
            schedule = new ScaledRate(schedule, scaled.Factor, scaled.Warmup);
            RateScale = string.Create(CultureInfo.InvariantCulture, $"The linear rule (Goyal et al., 2017) multiplies the learning rate by {scaled.Factor:0.###}, from {Options.LearningRate:0.######} to {Options.LearningRate * scaled.Factor:0.######}, for {Options.ImagesPerStep():N0} images a step{(scaled.Warmup > 0 ? $", after a warm-up of {scaled.Warmup:N0} steps" : "")}.");
        }
    }

    /// <summary>How it is trained.</summary>
    public TrainOptions Options { get; }

    /// <summary>What <see cref="TrainOptions.ScaleRate"/> does to the learning rate, in a sentence; null: nothing.</summary>
    public string? RateScale { get; }

    /// <summary>The network as it is now, with what a model file tells.</summary>
    public Recognizer Recognizer { get; private set; }

    /// <summary>Height and width of the images that train, which <see cref="TrainOptions.TrainScale"/> makes smaller than those that are recognized.</summary>
    public (int Height, int Width) TrainSize { get; }

    /// <summary>Steps in an epoch; 1 where the network is <see cref="IFitted"/>.</summary>
    public int StepsPerEpoch => network is IFitted ? 1 : loader.BatchCount;

    /// <summary>Images in an epoch.</summary>
    public int ImagesPerEpoch => loader.ImageCount;

    /// <summary>What is tried now, <c>validation</c> or <c>test</c>, and how many images it has.</summary>
    public (string Name, int Images) TriedPart { get; private set; } = ("test", 0);

    /// <summary>Images in a batch when it is tested.</summary>
    public int TestBatch => Math.Max(64, Options.BatchSize);

    /// <summary>Steps of the whole training.</summary>
    public long LastStep => Math.Min(Options.Steps ?? long.MaxValue, (long)Options.Epochs * StepsPerEpoch);

    // An epoch that was cut or reached the last step is over once it was tested too: then the next begins at batch 0.
    private bool IsOver => State.Epoch >= Options.Epochs || (State.Batch == 0 && (State.IsCut || IsLastStepDone)) || (State.Epoch > 0 && State.Epoch - State.LastGain >= Options.Patience);

    private bool IsLastStepDone => Optimizer?.StepCount >= LastStep;

    /// <summary>The weights that it began with; null: they were drawn, or come from a checkpoint.</summary>
    public StartWeights? Start { get; }

    /// <summary>The sha256 of the weights that it began with, which a checkpoint keeps; null: they were drawn.</summary>
    public string? StartSha256 { get; private set; }

    /// <summary>What its weights depend on, see <see cref="TrainingFacts"/>.</summary>
    internal string Facts => TrainingFacts.Of(set, split, Options, StartSha256);

    /// <summary>Epochs that have ended.</summary>
    public int Epoch => State.Epoch;

    /// <summary>Batches of the next epoch that were trained on.</summary>
    public int Batch => State.Batch;

    /// <summary>Seconds that all steps took, without tests, and without the time during which the process was stopped.</summary>
    public double TrainSeconds => State.TrainSeconds;

    /// <summary>Images that all steps took; an image counts once for each epoch.</summary>
    public long ImagesTrained => State.ImagesTrained;

    /// <summary>The epoch whose network is kept so far; null: none has ended.</summary>
    public EpochResult? Best => State.Best;

    /// <summary>Whether <see cref="TrainOptions.MostSeconds"/> ended it before its last step.</summary>
    public bool IsCut => State.IsCut;

    /// <summary>Whether the network learns from all images at once, without an optimizer; see <see cref="IFitted"/>.</summary>
    public bool IsFitted => network is IFitted;

    /// <summary>Where it stands.</summary>
    internal TrainerState State { get; private set; } = TrainerState.Beginning;

    /// <summary>What changes the weights; null where the network is <see cref="IFitted"/>.</summary>
    internal Optimizer? Optimizer { get; }

    /// <summary>Steps from the beginning of the training.</summary>
    public long Steps => Optimizer?.StepCount ?? State.Epoch + State.Batch;

    /// <summary>The learning rate of the last step; 0 where there are no steps.</summary>
    public double LearningRate => Optimizer?.LearningRate ?? 0;

    /// <summary>All tensors that change in training, each group under its prefix in a checkpoint.</summary>
    internal IReadOnlyList<(string Prefix, IReadOnlyList<(string Name, Tensor Tensor)> Tensors)> Groups
    {
        get
        {
            var all = new List<(string, IReadOnlyList<(string, Tensor)>)> { ("model.", network.StateDict()), ("optimizer.", Optimizer?.StateDict() ?? []) };
            if (tested != network)
                all.Add(("average.", tested.StateDict()));
            if (kept != tested)
                all.Add(("kept.", kept.StateDict()));
            return all;
        }
    }

    /// <summary>Brings a new training of the same run to a saved place.</summary>
    /// <param name="state">Where it stood.</param>
    /// <param name="group">The saved tensors of a prefix, by name.</param>
    /// <param name="source">What the values come from, for messages.</param>
    /// <param name="facts">What the weights depend on; null: it is not known.</param>
    /// <exception cref="MekikiException">The place or the tensors do not fit; the training is then at no place.</exception>
    internal void Restore(TrainerState state, Func<string, IReadOnlyDictionary<string, Tensor>> group, string source, string? facts)
    {
        if (facts is not null && TrainingFacts.Differences(Facts, facts) is { Count: > 0 } differences)
            throw new MekikiException($"{source}: expected a checkpoint of this run, got one of a run with {string.Join(", ", differences)}. Restore the run's own checkpoint.");
        bool fits = state.Epoch >= 0 && state.Epoch <= Options.Epochs && state.Batch >= 0 && state.Batch <= StepsPerEpoch;
        if (!fits)
            throw new MekikiException($"{source}: expected a checkpoint of {Options.Epochs} epochs of {StepsPerEpoch:N0} steps, got one at epoch {state.Epoch + 1:N0}, step {state.Batch:N0}. It belongs to another run.");
        network.LoadStateDict(group("model."), source);
        Optimizer?.LoadStateDict(group("optimizer."), source);
        if (tested != network)
            tested.LoadStateDict(group("average."), source);
        if (kept != tested)
            kept.LoadStateDict(group("kept."), source);
        long expected = Math.Min((long)state.Epoch * StepsPerEpoch + state.Batch, LastStep);
        if (Optimizer is { } optimizer && optimizer.StepCount != expected && !state.IsCut)
            throw new MekikiException($"{source}: expected an optimizer after {expected:N0} steps, got one after {optimizer.StepCount:N0}. The file is damaged.");
        StartSha256 ??= facts is null ? null : TrainingFacts.StartOf(facts);
        State = state;
    }

    /// <summary>Writes all that is needed to go on as if the training had not stopped; the file appears only when whole.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void SaveCheckpoint(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var checkpoint = new Checkpoint();
        checkpoint.Take(this);
        checkpoint.Save(path);
    }

    /// <summary>Brings a new training with the same images, split and options to where a checkpoint was taken; it ends with the weights that it would have had.</summary>
    /// <param name="path">What <see cref="SaveCheckpoint"/> wrote.</param>
    /// <exception cref="MekikiException">The file is damaged, or of another training.</exception>
    public void LoadCheckpoint(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Checkpoint.Load(this, path);
    }

    /// <summary>Trains until the last epoch has ended, or <paramref name="cancellation"/> asks to stop: then the batch is finished, and a second call goes on.</summary>
    /// <exception cref="MekikiException">The loss is not a number any more; or ranks have other versions, images, options or weights than rank 0.</exception>
    public TrainingResult Run(CancellationToken cancellation = default, params ReadOnlySpan<ITrainingObserver> observers)
    {
        try
        {
            Compare();
            return RunAlike(cancellation, observers);
        }
        catch (Exception e) when (ranks is not null)
        {
            // The others would wait for this rank.
            ranks.AbortBy(e);
            throw;
        }
    }

    private TrainingResult RunAlike(CancellationToken cancellation, ReadOnlySpan<ITrainingObserver> observers)
    {
        using var threads = Threads.Use(Options.Threads);
        using var watch = stopped = StoppedTime.Watch(clock);
        if (triesStart && State is { Epoch: 0, Batch: 0, Best: null } && !TryStart(observers, cancellation))
            return Interrupted(observers);
        while (!IsOver)
        {
            bool isWhole = network is IFitted fitted ? Fit(fitted, observers, cancellation) : TrainEpoch(Optimizer!, observers, cancellation);
            if (!isWhole || !TryParts(observers, cancellation, out var validation, out var test))
                return Interrupted(observers);
            var epoch = EpochOf(validation, test);
            State = State.NextEpoch(epoch);
            Keep(epoch, observers);
        }

        var chosenNetwork = kept is Snapshot ? tested : kept;
        if (State.Best is not null)
            (kept as Snapshot)?.GiveTo(tested);
        // What the validation part chose is tested now, and once.
        if (State.Best is { Test: null } chosen)
        {
            Recognizer = new Recognizer(chosenNetwork, Recognizer.Card with { Metrics = chosen.Metrics() });
            if (!Decided(() => Calibrate(cancellation)))
                return Interrupted(observers);
            if (TryOnce("test", split.Test, observers, cancellation) is not { } test)
                return Interrupted(observers);
            State = State with { Best = chosen with { Test = test } };
            Recognizer = new Recognizer(chosenNetwork, Recognizer.Card with { Metrics = State.Best.Metrics() });
            foreach (var observer in observers)
                observer.OnChosen(this, State.Best);
        }
        else if (State.Best is { } best)
            Recognizer = new Recognizer(chosenNetwork, Recognizer.Card with { Metrics = best.Metrics() });
        return Result(interrupted: false);
    }

    private void Keep(EpochResult epoch, ReadOnlySpan<ITrainingObserver> observers)
    {
        Recognizer = new Recognizer(tested, Recognizer.Card with { Metrics = epoch.Metrics() });
        if (kept != tested && State.Best == epoch)
            kept.LoadStateDict(tested.StateDict().ToDictionary());
        foreach (var observer in observers)
            observer.OnEpoch(this, epoch);
    }

    // Epoch 0: what it begins with, which later epochs must beat.
    private bool TryStart(ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        var train = TryOnce("train", split.Train[..Math.Min(MostTriedFirst, split.Train.Length)], observers, cancellation);
        bool isChosen = split.Validation.Length > 0;
        if (train is null || TryOnce(isChosen ? "validation" : "test", isChosen ? split.Validation : split.Test, observers, cancellation) is not { } tried)
            return false;
        var epoch = new EpochResult(0, 0, 0, train.Loss, train.Accuracy, 0, isChosen ? tried : null, isChosen ? null : tried);
        State = State with { Best = epoch };
        Keep(epoch, observers);
        return true;
    }

    // The chapter's loop: batch, forward, loss, zero gradients, backward, step.
    private bool TrainEpoch(Optimizer optimizer, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        LetJoin();
        network.Train();
        if (Options.FreezeNorms)
            FreezeNorms(network);
        using var watched = results.Watch();
        loader.Start(State.Epoch, State.Batch);
        long begun = clock.GetTimestamp();
        while (GoesOn(cancellation) && loader.Next() is { } batch)
        {
            optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);

            optimizer.ZeroGrad();
            results.Begin(batchParts.CountOf(batch.Count));
            Tensor? bad = null;
            foreach (var part in batchParts.Of(batch, optimizer.StepCount))
            {
                network.BeginStep(Options.Seed, optimizer.StepCount, part.Number);
                var scores = network[part.Images];
                results.Expect(part.Number);
                var loss = part.Loss(network, scores, crossEntropy, ownLoss);
                loss.Backward();
                float value = loss.Item();
                results.Add(part.Number, value, CountCorrect(scores, part.Labels.Span));
                bad ??= float.IsFinite(value) ? null : part.Images;
            }

            var (lossSum, correct) = results.Finish();
            // Before the step, which would carry it into all weights.
            if (!double.IsFinite(lossSum))
                throw NoNumber(lossSum, bad);
            if (Options.Clip > 0)
                GradientNorm.Clip(parameters, Options.Clip);
            decay?.Apply(optimizer.LearningRate);
            optimizer.Step();
            average?.Update(optimizer.StepCount);
            if (ranks is not null && optimizer.StepCount % StepsBetweenComparisons == 1)
                Compare();

            long now = clock.GetTimestamp();
            Count(batch, (float)lossSum, correct, stopped!.Without(clock.GetElapsedTime(begun, now).TotalSeconds), observers);
            begun = now;
        }

        return State.Batch == loader.BatchCount || State.IsCut || IsLastStepDone;
    }

    // Weights that wait have no gradients, are not computed back to, and are no part of what ranks send.
    private void LetJoin()
    {
        if (!Array.Exists(joining, j => j.Tensor.RequiresGrad != State.Epoch >= j.Epoch))
            return;
        foreach (var (tensor, epoch) in joining)
            tensor.RequiresGrad = State.Epoch >= epoch;
        TakeParameters();
    }

    [MemberNotNull(nameof(parameters), nameof(results))]
    private void TakeParameters()
    {
        parameters = [.. network.Parameters().Where(p => p.RequiresGrad)];
        results = new PartResults(network, parameters, ranks, Options.BucketMegabytes * 1e6);
    }

    private int CountCorrect(Tensor scores, ReadOnlySpan<long> labels)
    {
        if (table is null)
            return Evaluator.CountCorrect(scores, labels);
        int count = table.CountCorrect(scores.Values, labels);
        GC.KeepAlive(scores);
        return count;
    }

    // Each label by itself: -t log σ(s) - (1 - t) log(1 - σ(s)), the mean over images and labels.
    private LossFunction? LabelLoss() => table is null ? null : (logits, labels) => Loss.BinaryCrossEntropy(logits, table.TargetsOf(labels, Options.LabelSmoothing));

    private void RefuseForLabels()
    {
        if (table is null)
            return;
        string what = $"got it with images of any number of labels ({set.Source})";
        if (network is IFitted)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(Options.Model))}: expected a network that learns by steps, {what}. Choose another.");
        if (Options.Balance != Balance.None)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(Options.Balance))}: expected none, {what}. Leave it out.");
        if (Options.Shift > 0)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(Options.Shift))}: expected 0, {what}. Set it to 0.");
    }

    private static void FreezeNorms(Module module)
    {
        if (module is BatchNorm2d)
            module.Eval();
        foreach (var (_, child) in module.Children)
            FreezeNorms(child);
    }

    // The last step may lie within an epoch, and a time budget may end before it; rank 0 says when.
    private bool GoesOn(CancellationToken cancellation)
    {
        const byte Stop = 1, Cut = 2;
        bool isCut = State.IsCut || (State.TrainSeconds >= Options.MostSeconds && !IsLastStepDone);
        byte decided = (byte)((cancellation.IsCancellationRequested ? Stop : 0) | (isCut ? Cut : 0));
        ranks?.Broadcast(new Span<byte>(ref decided));
        if ((decided & Cut) != 0)
            State = State with { IsCut = true };
        return decided == 0 && !IsLastStepDone;
    }

    // Ranks that differ would train different networks: other versions, vectors, images, options, or weights.
    private void Compare()
    {
        if (ranks is null)
            return;
        string mine = $"Mekiki {Machine.Version}\nvectors {Machine.This.VectorBits} bits\nepoch {State.Epoch + 1}\nstep {Optimizer?.StepCount}\nweights {HashOfTensors()}\n{Facts}";
        string[] all = ranks.Gather($"{ranks.Host}\0{mine}");
        string[] first = all[0].Split('\0');
        for (int r = 1; r < all.Length; r++)
            if (all[r].Split('\0') is var other && TrainingFacts.Differences(first[1], other[1]) is { Count: > 0 } differences)
                throw ranks.Shared(new MekikiException($"Rank {r} on {other[0]}: expected what rank 0 on {first[0]} has, got {string.Join(", ", differences)}. Start the same program with the same images and options on all hosts, which have the same kind of processor."));
    }

    private string HashOfTensors()
    {
        using var hash = new Sha256Hash();
        foreach (var (_, tensors) in Groups)
            foreach (var (_, tensor) in tensors)
                hash.Append(tensor.DType == DType.Float32 ? MemoryMarshal.AsBytes(tensor.Values) : MemoryMarshal.AsBytes(tensor.Integers));
        return Convert.ToHexStringLower(hash.Finish());
    }

    private RankGroup? RanksOf(TrainerParts parts, string name)
    {
        var term = TrainOptions.TermOf(nameof(Options.Parts));
        if (Options.Parts > Math.Max(1, Options.BatchSize / 2))
            throw Wording.Exception($"{term}: expected at most {Math.Max(1, Options.BatchSize / 2):N0} for batches of {Options.BatchSize:N0} images, since batch norm needs 2 images in each part, got {Options.Parts:N0}. Lower it, or set {TrainOptions.Table[nameof(Options.BatchSize)].Mention} to {2L * Options.Parts}.");
        if (parts.Ranks is not { Size: > 1 } group)
            return null;
        if (network is IFitted)
            throw new MekikiException($"{name}: expected one process, since it learns from all images at once, got {group.Size:N0} ranks. Train it without ranks.");
        if (group.Size > Options.PartsPerStep())
            throw Wording.Exception($"{term}: expected {group.Size:N0} or more, a part for each rank, got {Options.Parts:N0}. Set {TrainOptions.Table[nameof(Options.Parts)].Mention} to a multiple of {group.Size:N0}, or start fewer ranks.");
        return group;
    }

    // All images at once, and what it makes of the first of them.
    private bool Fit(IFitted fitted, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        if (State.Batch == 1)
            return true;
        long begun = clock.GetTimestamp();
        try
        {
            fitted.Fit(new PreparedImages(set, split.Train, Recognizer.Preprocessing.Pipeline(set.Shape)), Options.Seed, new FitObserver(this, observers.ToArray()), cancellation);
            double seconds = stopped!.Without(clock.GetElapsedTime(begun).TotalSeconds);
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

    private void Count(Batch batch, float loss, int correct, double seconds, ReadOnlySpan<ITrainingObserver> observers)
    {
        State = State.With(batch.Count, loss, correct, seconds);
        var step = new TrainingStep(State.Epoch + 1, State.Batch, (int)State.Images, loss, (double)correct / batch.Count);
        foreach (var observer in observers)
            observer.OnStep(this, step);
    }

    // The rank that has the images finds the place.
    private MekikiException NoNumber(double loss, Tensor? images)
    {
        string where = images is not null && FirstNotFinite.In(network, images) is { } first ? $" The first values that are no numbers are in {first}." : "";
        if (ranks is not null)
            where = Array.Find(ranks.Gather(where), text => text.Length > 0) ?? "";
        var failure = Wording.Exception($"Training: expected a loss that is a number, got {loss} in epoch {State.Epoch + 1}, batch {State.Batch + 1}.{where} Lower the learning rate ({TrainOptions.Table[nameof(Options.LearningRate)].Mention}).");
        return ranks is null ? failure : ranks.Shared(failure);
    }

    // After an epoch: the validation part, or, where there is none to choose by, the test part, if only after the last.
    private bool TryParts(ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation, out PartResult? validation, out PartResult? test)
    {
        validation = test = null;
        if (split.Validation.Length > 0)
            return (validation = TryOnce("validation", split.Validation, observers, cancellation)) is not null;
        bool isLast = State.IsCut || IsLastStepDone || State.Epoch + 1 == Options.Epochs;
        return (Options.TestOnce && !isLast) || (test = TryOnce("test", split.Test, observers, cancellation)) is not null;
    }

    // The validation part also says how probable answers are.
    private bool Calibrate(CancellationToken cancellation)
    {
        try
        {
            Recognizer = Recognizer.Calibrate(set, split.Validation, split.Groups, new LoaderOptions { BatchSize = TestBatch, Threads = Options.Threads }, null, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Rank 0 tries, and tells the others how it went.
    private PartResult? TryOnce(string part, int[] images, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        if (ranks is null)
            return Try(part, images, observers, cancellation);
        ITrainingObserver[] watching = [.. observers];
        byte[] told = ranks.FromFirst(() => JsonSerializer.SerializeToUtf8Bytes(Try(part, images, watching, cancellation), TrainerStateJson.Default.PartResult!));
        return JsonSerializer.Deserialize(told, TrainerStateJson.Default.PartResult);
    }

    private bool Decided(Func<bool> work) => ranks is null ? work() : ranks.FromFirst(() => [work() ? (byte)1 : (byte)0])[0] == 1;

    private PartResult? Try(string part, int[] images, ReadOnlySpan<ITrainingObserver> observers, CancellationToken cancellation)
    {
        try
        {
            TriedPart = (part, images.Length);
            long begun = clock.GetTimestamp();
            var options = new LoaderOptions { BatchSize = TestBatch, Threads = Options.Threads };
            var result = Recognizer.Evaluate(set, images, options, new TestProgress(this, observers.ToArray()), cancellation);
            foreach (var observer in observers)
                observer.OnTried(this, result);
            if (result.MultiLabel is null && OnlyClass(result, part) is { } warning)
                foreach (var observer in observers)
                    observer.OnWarning(this, warning);
            return PartResult.Of(result, metrics, clock.GetElapsedTime(begun).TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // What to say if all images were taken for one class: it alone has any right, and it has them all.
    private static string? OnlyClass(EvaluationResult result, string part)
    {
        var present = result.Classes.Where(c => c.Images > 0).ToArray();
        var right = present.Where(c => c.Correct > 0).ToArray();
        if (present.Length < 2 || right is not [{ } one] || one.Correct < one.Images)
            return null;
        string what = $"The network predicts {one.Label} for every image of the {part} part";
        return one.Images < result.Images / 2
            ? $"{what}: it has learnt nothing yet. If that stays so, lower the learning rate or look at the labels."
            : $"{what}, of which {one.Images:N0} of {result.Images:N0} are of that class: it has not learnt the others yet, however good the accuracy looks. Balanced accuracy tells. If that stays so, give the rare classes more images or more weight.";
    }

    private EpochResult EpochOf(PartResult? validation, PartResult? test) => new(
        State.Epoch + 1, Optimizer?.StepCount ?? 1, Optimizer?.LearningRate ?? 0,
        State.LossSum / State.Images, (double)State.Correct / State.Images, State.EpochSeconds, validation, test);

    private TrainingResult Interrupted(ReadOnlySpan<ITrainingObserver> observers)
    {
        foreach (var observer in observers)
            observer.OnInterrupt(this);
        return Result(interrupted: true);
    }

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
