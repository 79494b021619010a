namespace Mekiki.Vision;

/// <summary>What a recognizer sees in one image.</summary>
/// <param name="Top">The best classes, the best first; at least one.</param>
/// <param name="Threshold">The least probability for which it is accepted, in [0, 1].</param>
public sealed record Prediction(IReadOnlyList<LabelProbability> Top, float Threshold = 0)
{
    /// <summary>The name of the best class.</summary>
    public string Label => Top[0].Label;

    /// <summary>The best class's probability, in [0, 1].</summary>
    public float Probability => Top[0].Probability;

    /// <summary>Whether the image is of a known class, as <see cref="PredictOptions.UnknownAt"/> asks; true where it does not.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>The score that <see cref="PredictOptions.UnknownBy"/> names: the higher, the more probably is the image of a known class.</summary>
    public double KnownScore { get; init; }

    /// <summary>The classes of which one is the image's own with the probability that <see cref="PredictOptions.Coverage"/> asks for, the most probable first; null where it does not.</summary>
    public IReadOnlyList<string>? Set { get; init; }

    /// <summary>Of a model of several labels (<see cref="ModelCard.IsMultiLabel"/>): those with a probability of <see cref="PredictOptions.Threshold"/> or more, or where it is 0 of their own threshold (<see cref="ModelCard.LabelCalibration"/>), a half if there is none; the most probable first. Null: the model tells one class.</summary>
    public IReadOnlyList<LabelProbability>? Labels { get; init; }

    /// <summary>Whether the probability reaches <see cref="Threshold"/>; if not, the image had better be looked at.</summary>
    public bool IsAccepted => Probability >= Threshold;
}

/// <summary>A class and its probability.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Probability">In [0, 1]; over all classes they sum up to 1, those of labels do not.</param>
public readonly record struct LabelProbability(string Label, float Probability);

/// <summary>One of several images: what was seen in it, or why it could not be read.</summary>
/// <param name="Image">The path, or the name that it was given.</param>
/// <param name="Prediction">What was seen, or null.</param>
/// <param name="Error">Why not, or null.</param>
public sealed record ImagePrediction(string Image, Prediction? Prediction, string? Error);
