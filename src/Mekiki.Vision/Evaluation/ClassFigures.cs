namespace Mekiki.Vision.Evaluation;

/// <summary>How right a recognizer is on one class.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Images">How many images are of it.</param>
/// <param name="Predicted">For how many images it is predicted.</param>
/// <param name="Correct">How many of its images are recognized.</param>
public readonly record struct ClassFigures(string Label, long Images, long Predicted, long Correct)
{
    /// <summary>The share of the images for which the class is predicted that are of it; 0 without any.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Correct / Predicted;

    /// <summary>The share of its images that are recognized; 0 without any.</summary>
    public double Recall => Images == 0 ? 0 : (double)Correct / Images;

    /// <summary>The harmonic mean of precision and recall; 0 without any image and prediction.</summary>
    public double F1 => Images + Predicted == 0 ? 0 : 2.0 * Correct / (Images + Predicted);

    /// <summary>Where <see cref="Recall"/> lies with 95 % confidence, images taken as independent.</summary>
    public Interval RecallInterval => Interval.Wilson(Recall, Images);
}
