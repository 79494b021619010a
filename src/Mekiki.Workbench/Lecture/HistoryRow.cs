namespace Mekiki.Workbench.Lecture;

/// <summary>What a recognizer brought. Shares are in [0, 1].</summary>
/// <param name="Year">When it was published.</param>
/// <param name="Model">Its name.</param>
/// <param name="Parameters">How many numbers it has learnt.</param>
/// <param name="Epochs">How often every image was to be trained on.</param>
/// <param name="TrainSeconds">How long training took.</param>
/// <param name="MillisecondsPerImage">How long an answer takes, in batches of 64.</param>
/// <param name="Accuracy">On the test images; null: there was no time to train or to test it.</param>
/// <param name="BalancedAccuracy">On the test images: the mean over their classes; null as before.</param>
/// <param name="IsStopped">Whether its time ran out before its training had ended, so that the figures are too low.</param>
public sealed record HistoryRow(
    int Year, string Model, long Parameters, int Epochs, double TrainSeconds, double MillisecondsPerImage, double? Accuracy, double? BalancedAccuracy, bool IsStopped);
