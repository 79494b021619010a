namespace Mekiki.Vision.Training;

/// <summary>What a training brought.</summary>
/// <param name="Recognizer">The network that is kept: that of <paramref name="Best"/>, or as it is now when it was interrupted.</param>
/// <param name="Best">With a validation part the epoch with the highest accuracy on it, the latest of equal ones; otherwise the last. Null when none has ended.</param>
/// <param name="IsInterrupted">Whether it was asked to stop before its end.</param>
/// <param name="TrainSeconds">How long all steps took, without tests.</param>
/// <param name="ImagesTrained">How many images the steps took; an image counts once for each epoch.</param>
public sealed record TrainingResult(Recognizer Recognizer, EpochResult? Best, bool IsInterrupted, double TrainSeconds, long ImagesTrained)
{
    /// <summary>Images trained on in a second.</summary>
    public double ImagesPerSecond => TrainSeconds > 0 ? ImagesTrained / TrainSeconds : 0;
}
