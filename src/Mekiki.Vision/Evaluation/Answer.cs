namespace Mekiki.Vision.Evaluation;

/// <summary>What a recognizer answered for one labelled image, and all of its scores that figures need.</summary>
/// <param name="Image">The image's index in its set.</param>
/// <param name="Label">Its class, an index.</param>
/// <param name="Prediction">The class that the recognizer predicts, an index.</param>
/// <param name="Probability">Of the predicted class, in [0, 1].</param>
/// <param name="LogProbability">The natural logarithm of the probability of the image's own class.</param>
/// <param name="Rank">How many classes are more probable than the image's own; 0: it is recognized.</param>
/// <param name="SquareSum">Σ p² over all classes, in (0, 1].</param>
/// <param name="MaxLogit">The largest score of the network, without shifted views.</param>
/// <param name="Energy">-log Σ e^score over all classes, of the network without shifted views: the lower, the more the image resembles what it knows. 0 for recognizers whose scores are logarithms of probabilities.</param>
/// <param name="Group">The image's group, see <see cref="Data.ImageGroups"/>; without groups, the image's index.</param>
public readonly record struct Answer(
    int Image, int Label, int Prediction, float Probability, double LogProbability, int Rank, double SquareSum, float MaxLogit, double Energy, int Group)
{
    /// <summary>Whether the image is recognized.</summary>
    public bool IsRight => Prediction == Label;
}
