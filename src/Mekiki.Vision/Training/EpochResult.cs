using System.Text.Json.Serialization;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Training;

/// <summary>What an epoch brought. Shares are in [0, 1].</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Steps">Steps from the beginning of the training to the epoch's end.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="TrainLoss">Mean over the epoch's images, each as it was trained on.</param>
/// <param name="TrainAccuracy">Mean over the epoch's images, each as it was trained on.</param>
/// <param name="TrainSeconds">How long the steps took.</param>
/// <param name="Validation">On the part by which choices are made; null: there is none.</param>
/// <param name="Test">On the test part; null: not tested after this epoch.</param>
public sealed record EpochResult(
    int Epoch, long Steps, double LearningRate, double TrainLoss, double TrainAccuracy, double TrainSeconds, PartResult? Validation, PartResult? Test)
{
    /// <summary>Mean loss on the test part, if tested.</summary>
    [JsonIgnore]
    public double? TestLoss => Test?.Loss;

    /// <summary>Accuracy on the test part, if tested.</summary>
    [JsonIgnore]
    public double? TestAccuracy => Test?.Accuracy;

    /// <summary>On the test part, if tested: the mean over its classes.</summary>
    [JsonIgnore]
    public double? BalancedAccuracy => Test?.BalancedAccuracy;

    /// <summary>On the test part, if tested: whether the class is among the best five.</summary>
    [JsonIgnore]
    public double? Top5Accuracy => Test?.Top5Accuracy;

    /// <summary>How long the test took, if there was one.</summary>
    [JsonIgnore]
    public double? TestSeconds => Test?.Seconds;

    /// <summary>The figures under the names that a model file tells them by.</summary>
    internal SortedDictionary<string, double> Metrics()
    {
        var all = new SortedDictionary<string, double> { ["epoch"] = Epoch, ["train_loss"] = TrainLoss, ["train_accuracy"] = TrainAccuracy };
        if (Validation is { } validation)
        {
            (all["validation_loss"], all["validation_accuracy"]) = (validation.Loss, validation.Accuracy);
            foreach (var (name, value) in validation.Metrics ?? [])
                all[$"validation_{name}"] = value;
        }

        if (Test is { } test)
        {
            (all["test_loss"], all["test_accuracy"], all["balanced_accuracy"], all["top5_accuracy"]) = (test.Loss, test.Accuracy, test.BalancedAccuracy, test.Top5Accuracy);
            foreach (var (name, value) in test.Metrics ?? [])
                all[$"test_{name}"] = value;
        }

        return all;
    }
}

/// <summary>How right a network is on a part of the images. Shares are in [0, 1].</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">Share of the images that are right.</param>
/// <param name="BalancedAccuracy">The mean over the part's classes.</param>
/// <param name="Top5Accuracy">Whether the class is among the best five.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record PartResult(double Loss, double Accuracy, double BalancedAccuracy, double Top5Accuracy, double Seconds)
{
    /// <summary>The program's own figures, see <see cref="TrainerParts.Metrics"/>; null: there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, double>? Metrics { get; init; }

    internal static PartResult Of(EvaluationResult result, IReadOnlyList<Metric> metrics, double seconds) => new(result.Loss, result.Accuracy, result.BalancedAccuracy, result.Top5Accuracy, seconds)
    {
        Metrics = metrics.Count == 0 ? null : new(metrics.ToDictionary(m => m.Name, m => m.Value(result))),
    };
}
