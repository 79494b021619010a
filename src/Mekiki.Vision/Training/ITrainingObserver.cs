using Mekiki.Vision.Models;

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

    /// <summary>Some of the test images were tried.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="done">How many images are done.</param>
    void OnTest(Trainer trainer, int done)
    {
    }

    /// <summary>An epoch has ended, its test included.</summary>
    void OnEpoch(Trainer trainer, EpochResult epoch)
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

/// <summary>What an epoch brought. Shares are in [0, 1].</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Steps">Steps from the beginning of the training to the epoch's end.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="TrainLoss">Mean over the epoch's images, each as it was trained on.</param>
/// <param name="TrainAccuracy">Mean over the epoch's images, each as it was trained on.</param>
/// <param name="TestLoss">On the test part, after the epoch.</param>
/// <param name="TestAccuracy">On the test part, after the epoch.</param>
/// <param name="BalancedAccuracy">On the test part: the mean over its classes.</param>
/// <param name="Top5Accuracy">On the test part: whether the class is among the best five.</param>
/// <param name="TrainSeconds">How long the steps took.</param>
/// <param name="TestSeconds">How long the test took.</param>
public sealed record EpochResult(
    int Epoch, long Steps, double LearningRate, double TrainLoss, double TrainAccuracy,
    double TestLoss, double TestAccuracy, double BalancedAccuracy, double Top5Accuracy, double TrainSeconds, double TestSeconds);
