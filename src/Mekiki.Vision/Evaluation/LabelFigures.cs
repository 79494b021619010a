namespace Mekiki.Vision.Evaluation;

/// <summary>How right a recognizer is on one label, where images have any number of labels. Shares are in [0, 1].</summary>
/// <param name="Label">The label.</param>
/// <param name="Images">How many images have it.</param>
/// <param name="Predicted">How many images it is predicted for: with a probability of a half or more.</param>
/// <param name="Correct">How many of its images it is predicted for.</param>
/// <param name="AveragePrecision">Σ (Rₙ - Rₙ₋₁) Pₙ of precision P and recall R over all thresholds, as scikit-learn's average_precision_score; 0 without images.</param>
public readonly record struct LabelFigures(string Label, long Images, long Predicted, long Correct, double AveragePrecision)
{
    /// <summary>The share of the images that it is predicted for that have it; 0 without any.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Correct / Predicted;

    /// <summary>The share of its images that it is predicted for; 0 without any.</summary>
    public double Recall => Images == 0 ? 0 : (double)Correct / Images;

    /// <summary>The harmonic mean of precision and recall; 0 without any image and prediction.</summary>
    public double F1 => Images + Predicted == 0 ? 0 : 2.0 * Correct / (Images + Predicted);
}

/// <summary>How right a recognizer is on images that have any number of labels. Shares are in [0, 1].</summary>
public sealed record MultiLabelFigures
{
    /// <summary>Each label by itself, in the order of the recognizer's classes.</summary>
    public required IReadOnlyList<LabelFigures> Labels { get; init; }

    /// <summary>mAP: the mean of the average precisions of labels that images have.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>The mean of F1 over labels that images have or that are predicted.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>F1 over all decisions about all labels together.</summary>
    public required double MicroF1 { get; init; }
}
