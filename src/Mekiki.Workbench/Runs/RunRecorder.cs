using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>Writes a run's logs, best model and checkpoints while it trains, on another thread.</summary>
/// <remarks>
/// Files are written in order, and of those that belong together the checkpoint is the last: what a crash left before it is
/// written anew by the run that goes on.
/// </remarks>
internal sealed class RunRecorder : ITrainingObserver
{
    private static readonly TimeSpan betweenCheckpoints = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan betweenLooks = TimeSpan.FromSeconds(1);
    private readonly TrainingRun run;
    private readonly TimeProvider clock;
    private readonly Action stop;
    private readonly GrowingFile steps;
    private readonly GrowingFile? events;
    private readonly BackgroundWriter writer = new();
    private readonly Checkpoint checkpoint = new();
    private long lastCheckpoint, lastLook, stepsSince;
    private volatile bool checkpointIsInUse;

    /// <param name="run">The run, whose logs hold nothing beyond where it stands.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">What is done once a <see cref="StopRequest"/> is found.</param>
    public RunRecorder(TrainingRun run, TimeProvider clock, Action stop)
    {
        (this.run, this.clock, this.stop, lastCheckpoint) = (run, clock, stop, clock.GetTimestamp());
        steps = new GrowingFile(run.StepsPath, writer, clock);
        if (!run.RunOptions.TensorBoard)
            return;
        string? path = EventLog.Find(run.Folder);
        events = new GrowingFile(path ?? Path.Combine(run.Folder, EventLog.NewName(clock.GetUtcNow())), writer, clock);
        if (path is null || new FileInfo(path).Length == 0)
            EventLog.AddVersion(events.Bytes, clock.GetUtcNow());
    }

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        StepLog.Add(steps, trainer, step);
        steps.FlushIfDue();
        if (events is not null)
        {
            EventLog.Add(events.Bytes, clock.GetUtcNow(), trainer.Steps, ("step/loss", step.Loss), ("step/accuracy", step.Accuracy), ("step/learning_rate", trainer.LearningRate));
            events.FlushIfDue();
        }

        if (clock.GetElapsedTime(lastLook) >= betweenLooks)
        {
            lastLook = clock.GetTimestamp();
            if (StopRequest.IsThere(run.Folder))
                stop();
        }

        stepsSince++;
        bool due = run.RunOptions.CheckpointSteps is { } wanted ? stepsSince >= wanted : clock.GetElapsedTime(lastCheckpoint) >= betweenCheckpoints;
        // A disk that is slower than that gets fewer checkpoints, and training goes on. The epoch's last comes with its test.
        if (due && !checkpointIsInUse && trainer.Batch < trainer.StepsPerEpoch)
            SaveCheckpoint(trainer);
    }

    public void OnTried(Trainer trainer, EvaluationResult result)
    {
        var (epoch, part) = (Math.Min(trainer.Epoch + 1, trainer.Options.Epochs), trainer.TriedPart.Name);
        writer.Post(() => TriedFile.Write(run.Folder, epoch, part, result, run.Set));
    }

    public void OnEpoch(Trainer trainer, EpochResult epoch)
    {
        if (trainer.Best == epoch)
            SaveModel(trainer);
        writer.Post(() => EpochLog.Add(run.LogPath, epoch));
        if (events is not null)
            foreach (var (name, value) in trainer.Recognizer.Card.Metrics)
                EventLog.Add(events.Bytes, clock.GetUtcNow(), trainer.Steps, ($"epoch/{name}", value));
        SaveCheckpoint(trainer);
    }

    public void OnChosen(Trainer trainer, EpochResult epoch)
    {
        SaveModel(trainer);
        SaveCheckpoint(trainer);
    }

    public void OnInterrupt(Trainer trainer)
    {
        // What learns from all images at once is no model before it has.
        if (trainer.Best is null && (!trainer.IsFitted || trainer.Batch > 0))
            SaveModel(trainer);
        SaveCheckpoint(trainer);
    }

    /// <summary>Waits until all is written.</summary>
    /// <exception cref="MekikiException">Something could not be written.</exception>
    public void Finish()
    {
        steps.Flush();
        events?.Flush();
        writer.Drain();
    }

    private void SaveModel(Trainer trainer)
    {
        var file = trainer.Recognizer.ToFile();
        writer.Post(() => file.Save(run.ModelPath));
    }

    private void SaveCheckpoint(Trainer trainer)
    {
        if (checkpointIsInUse)
            writer.Drain();
        // Logs reach the disk's cache before the checkpoint does, so that none has a hole where a run goes on.
        steps.Flush();
        events?.Flush();
        checkpoint.Take(trainer);
        checkpointIsInUse = true;
        writer.Post(() =>
        {
            run.Checkpoints.Save(checkpoint);
            checkpointIsInUse = false;
        });
        (lastCheckpoint, stepsSince) = (clock.GetTimestamp(), 0);
    }
}
