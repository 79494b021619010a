using Mekiki.Vision.Training;
using Microsoft.Extensions.Logging;

namespace Mekiki.Logging;

/// <summary>Writes a training to a logger: an entry for each epoch, for the chosen one, for warnings and for a stop; with <see cref="LogLevel.Debug"/> also for steps.</summary>
/// <remarks>Figures are named values of the entries, for logs that can be searched by them. Threads: the training's own thread writes.</remarks>
/// <example>
/// <code>
/// trainer.Run(cancellation, new TrainingLogger(logger));
/// </code>
/// </example>
/// <param name="logger">Where the entries go.</param>
/// <param name="every">How many steps lie between two entries for steps, 1 or more.</param>
/// <exception cref="ArgumentNullException">There is no logger.</exception>
/// <exception cref="ArgumentOutOfRangeException">A step count is below 1.</exception>
public sealed partial class TrainingLogger(ILogger logger, int every = 100) : ITrainingObserver
{
    private readonly ILogger logger = logger ?? throw new ArgumentNullException(nameof(logger));
    private readonly int every = every >= 1 ? every : throw new ArgumentOutOfRangeException(nameof(every), every, "Steps between two entries: expected 1 or more.");

    /// <inheritdoc/>
    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        if (step.Batch % every == 0)
            Step(logger, step.Epoch, step.Batch, step.Loss, step.Accuracy);
    }

    /// <inheritdoc/>
    public void OnEpoch(Trainer trainer, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        Epoch(logger, epoch.Epoch, epoch.TrainLoss, epoch.TrainAccuracy, epoch.Validation?.Accuracy, epoch.TestAccuracy);
    }

    /// <inheritdoc/>
    public void OnChosen(Trainer trainer, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        Chosen(logger, epoch.Epoch, epoch.Validation?.Accuracy, epoch.TestAccuracy);
    }

    /// <inheritdoc/>
    public void OnWarning(Trainer trainer, string warning) => Warning(logger, warning);

    /// <inheritdoc/>
    public void OnInterrupt(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        Interrupted(logger, trainer.Epoch + 1, trainer.Batch, trainer.StepsPerEpoch);
    }

    [LoggerMessage(1, LogLevel.Debug, "Epoch {Epoch}, step {Step}: loss {Loss:0.000}, accuracy {Accuracy:0.000}")]
    private static partial void Step(ILogger logger, int epoch, int step, float loss, double accuracy);

    [LoggerMessage(2, LogLevel.Information, "Epoch {Epoch}: loss {TrainLoss:0.000}, accuracy {TrainAccuracy:0.0000}; validation {ValidationAccuracy:0.0000}; test {TestAccuracy:0.0000}")]
    private static partial void Epoch(ILogger logger, int epoch, double trainLoss, double trainAccuracy, double? validationAccuracy, double? testAccuracy);

    [LoggerMessage(3, LogLevel.Information, "Epoch {Epoch} is kept: validation {ValidationAccuracy:0.0000}; test {TestAccuracy:0.0000}")]
    private static partial void Chosen(ILogger logger, int epoch, double? validationAccuracy, double? testAccuracy);

    [LoggerMessage(4, LogLevel.Warning, "{Warning}")]
    private static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(5, LogLevel.Information, "Stopped in epoch {Epoch} after {Step} of {Steps} steps; a checkpoint goes on from here")]
    private static partial void Interrupted(ILogger logger, int epoch, int step, int steps);
}
