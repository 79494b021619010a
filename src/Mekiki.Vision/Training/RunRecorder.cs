namespace Mekiki.Vision.Training;

/// <summary>Writes a run's log, best model and checkpoints while it trains, on another thread.</summary>
/// <remarks>
/// Files are written in order, and of those that belong together the checkpoint is the last: what a crash left before it is
/// written anew by the run that goes on.
/// </remarks>
internal sealed class RunRecorder(TrainingRun run, TimeProvider clock) : ITrainingObserver
{
    private static readonly TimeSpan betweenCheckpoints = TimeSpan.FromMinutes(5);
    private readonly BackgroundWriter writer = new();
    private readonly Checkpoint checkpoint = new();
    private long lastCheckpoint = clock.GetTimestamp(), stepsSince;
    private volatile bool checkpointIsInUse;

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        stepsSince++;
        bool due = run.Keeps.CheckpointSteps is { } steps ? stepsSince >= steps : clock.GetElapsedTime(lastCheckpoint) >= betweenCheckpoints;
        // A disk that is slower than that gets fewer checkpoints, and training goes on. The epoch's last comes with its test.
        if (due && !checkpointIsInUse && trainer.State.Batch < trainer.StepsPerEpoch)
            SaveCheckpoint(trainer);
    }

    public void OnEpoch(Trainer trainer, EpochResult epoch)
    {
        if (trainer.State.Best == epoch)
            SaveModel(trainer);
        writer.Post(() => EpochLog.Add(run.LogPath, epoch));
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
        if (trainer.State.Best is null && (trainer.Optimizer is not null || trainer.State.Batch > 0))
            SaveModel(trainer);
        SaveCheckpoint(trainer);
    }

    /// <summary>Waits until all is written.</summary>
    /// <exception cref="MekikiException">Something could not be written.</exception>
    public void Finish() => writer.Drain();

    private void SaveModel(Trainer trainer)
    {
        var file = trainer.Recognizer.ToFile();
        writer.Post(() => file.Save(run.ModelPath));
    }

    private void SaveCheckpoint(Trainer trainer)
    {
        if (checkpointIsInUse)
            writer.Drain();
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
