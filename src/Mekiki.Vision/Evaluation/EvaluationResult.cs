namespace Mekiki.Vision.Evaluation;

/// <summary>How right a recognizer is on labelled images. Shares are in [0, 1].</summary>
public sealed record EvaluationResult
{
    /// <summary>How many images were tried.</summary>
    public required long Images { get; init; }

    /// <summary>Share of the images whose best class is theirs; where images have any number of labels, of those for which exactly their labels are predicted.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The mean, over the classes that have images, of each class's accuracy: every class counts alike. Of labels, the mean of their recalls.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Share of the images whose class, or one of whose labels, is among the best five.</summary>
    public required double Top5Accuracy { get; init; }

    /// <summary>Mean cross-entropy, in nats; of labels, the binary one, over all of them.</summary>
    public required double Loss { get; init; }

    /// <summary>Each class by itself, in the order of their indices.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init; }

    /// <summary>At most ten classes with the lowest accuracy, the lowest first.</summary>
    public required IReadOnlyList<ClassResult> WorstClasses { get; init; }

    /// <summary>At most ten pairs of classes of which the second was most often seen in images of the first.</summary>
    public required IReadOnlyList<ConfusedPair> MostConfused { get; init; }

    /// <summary>Every image that was not recognized, the most confident mistake first.</summary>
    public required IReadOnlyList<Mistake> Mistakes { get; init; }

    /// <summary>Where images have any number of labels: how right each label is; then there are neither confused pairs nor mistakes. Null: each image has one class.</summary>
    public MultiLabelFigures? MultiLabel { get; init; }
}

/// <summary>How right a recognizer is on one class.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Images">How many images are of it.</param>
/// <param name="Correct">How many of those were recognized.</param>
public readonly record struct ClassResult(string Label, long Images, long Correct)
{
    /// <summary>Share of the class's images that were recognized, in [0, 1]; 0 when there are none.</summary>
    public double Accuracy => Images == 0 ? 0 : (double)Correct / Images;
}

/// <summary>Images of one class for which the recognizer predicts another.</summary>
/// <param name="Label">Their own class.</param>
/// <param name="Predicted">The class that the recognizer predicts.</param>
/// <param name="Count">How many.</param>
public readonly record struct ConfusedPair(string Label, string Predicted, long Count);
