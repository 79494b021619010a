using Mekiki.Vision.Classical;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Training;

/// <summary>Watches a training: shows progress, keeps a log, saves. All calls come on the training's own thread.</summary>
public interface ITrainingObserver
{
    /// <summary>A batch was trained on.</summary>
    void OnStep(Trainer trainer, in TrainingStep step)
    {
    }

    /// <summary>A recognizer that learns from all images at once has come further.</summary>
    void OnFit(Trainer trainer, FitProgress progress)
    {
    }

    /// <summary>Some of the images of <see cref="Trainer.TriedPart"/> were tried.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="done">How many images are done.</param>
    void OnTest(Trainer trainer, int done)
    {
    }

    /// <summary>All images of <see cref="Trainer.TriedPart"/> were tried.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="result">What came out, with every mistake.</param>
    void OnTried(Trainer trainer, EvaluationResult result)
    {
    }

    /// <summary>An epoch has ended, its test included.</summary>
    void OnEpoch(Trainer trainer, EpochResult epoch)
    {
    }

    /// <summary>The epoch that the validation part chose was tested, after the last.</summary>
    void OnChosen(Trainer trainer, EpochResult epoch)
    {
    }

    /// <summary>The training does not go as it should.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="warning">What is wrong and what helps, a sentence or two.</param>
    void OnWarning(Trainer trainer, string warning)
    {
    }

    /// <summary>The training was asked to stop, and does so between two batches.</summary>
    void OnInterrupt(Trainer trainer)
    {
    }
}

/// <summary>One step: a batch, forward and backward.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Batch">1 for the first of the epoch.</param>
/// <param name="ImagesDone">Images of this epoch that were trained on so far.</param>
/// <param name="Loss">The batch's loss.</param>
/// <param name="Accuracy">The batch's accuracy in [0, 1].</param>
public readonly record struct TrainingStep(int Epoch, int Batch, int ImagesDone, float Loss, double Accuracy);
