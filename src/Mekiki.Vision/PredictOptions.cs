namespace Mekiki.Vision;

/// <summary>How a <see cref="Recognizer"/> answers.</summary>
/// <example>
/// <code>
/// var prediction = recognizer.Predict("image.png", new PredictOptions { Top = 3, Threshold = 0.9f });
/// Console.WriteLine(prediction.IsAccepted ? prediction.Label : "not sure");
/// </code>
/// </example>
public sealed record PredictOptions
{
    /// <summary>How many of the best classes an answer names, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Top
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Top));
            field = value;
        }
    }
    = 5;

    /// <summary>The least probability of the best class for which an answer is accepted, 0 ≤ X ≤ 1; see <see cref="Prediction.IsAccepted"/>. Of a model of several labels, the least probability of each label that is told; 0: their own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside its range.</exception>
    public float Threshold
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Threshold), value, "Threshold: expected 0 ≤ X ≤ 1.");
    }

    /// <summary>The share of images of known classes, in percent, that are accepted as known; images with lower scores are unknown, see <see cref="Prediction.IsKnown"/>. 80, 90, 95, 98, 99 or 99.5; null: every image is taken for known.</summary>
    public double? UnknownAt { get; init; }

    /// <summary>Which score tells known images from others. <see cref="Evaluation.UnknownScore.Neighbours"/> needs <see cref="Recognizer.Neighbours"/>, and a second pass through the network.</summary>
    public Evaluation.UnknownScore UnknownBy { get; init; }

    /// <summary>The probability, in percent, with which <see cref="Prediction.Set"/> shall hold the image's class: 80, 90, 95, 98, 99 or 99.5; null: there are no sets.</summary>
    public double? Coverage { get; init; }

    /// <summary>How many images are recognized together, at most, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(BatchSize));
            field = value;
        }
    }
    = 64;

    internal static PredictOptions Default { get; } = new();
}
