using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Search;

/// <summary>Options that were tried, and what came out.</summary>
/// <param name="Rung">0 for the first and shortest.</param>
/// <param name="Images">How many images it trained on.</param>
/// <param name="Options">The options.</param>
/// <param name="Accuracy">On the validation part, in [0, 1]; 0 where the loss was no number.</param>
/// <param name="Loss">On the validation part.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record TrialResult(int Rung, int Images, TrainOptions Options, double Accuracy, double Loss, double Seconds);
