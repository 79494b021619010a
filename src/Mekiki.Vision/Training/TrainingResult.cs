namespace Mekiki.Vision.Training;

/// <summary>What a training brought.</summary>
/// <param name="Recognizer">The best epoch's network where a run's folder holds it, otherwise the last one's.</param>
/// <param name="Best">The epoch with the highest test accuracy, the latest of equal ones; null when none has ended.</param>
/// <param name="IsInterrupted">Whether it was asked to stop before its end.</param>
/// <param name="TrainSeconds">How long all steps took, without tests.</param>
/// <param name="ImagesTrained">How many images the steps took; an image counts once for each epoch.</param>
public sealed record TrainingResult(Recognizer Recognizer, EpochResult? Best, bool IsInterrupted, double TrainSeconds, long ImagesTrained)
{
    /// <summary>Images trained on in a second.</summary>
    public double ImagesPerSecond => TrainSeconds > 0 ? ImagesTrained / TrainSeconds : 0;
}
