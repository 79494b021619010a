using System.Globalization;

namespace Mekiki.Vision.Explanations;

/// <summary>What is explained, and how.</summary>
/// <example>
/// <code>
/// var options = new ExplanationOptions { Method = ExplanationMethod.IntegratedGradients, Label = "は", Against = "ほ" };
/// var explanation = Explainer.Explain(recognizer, ImageInput.FromFile("image.png"), options);
/// </code>
/// </example>
public sealed record ExplanationOptions
{
    /// <summary>The method; occlusion by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such method.</exception>
    public ExplanationMethod Method
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Method), $"Method: expected one of {string.Join(", ", Enum.GetNames<ExplanationMethod>())}, got {value}.");
    }

    /// <summary>The class that is explained; null: the class that the recognizer predicts.</summary>
    public string? Label { get; init; }

    /// <summary>The class that it is compared with, such as the image's own class; null, or the explained class itself: the best of the others.</summary>
    public string? Against { get; init; }

    /// <summary>Occlusion: the side of the covered square in pixels, 1 or more; null: a sixth of the image's shorter side, which is 8 of 48 pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int? PatchSize
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(PatchSize), $"PatchSize: expected 1 or more, got {value}.");
    }

    /// <summary>Occlusion: how many pixels lie between two squares, 1 or more; null: half a square's side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int? Stride
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Stride), $"Stride: expected 1 or more, got {value}.");
    }

    /// <summary>Integrated gradients: the largest error of the sum, relative to the difference of the score, 0 &lt; X &lt; 1. Steps are doubled until it is reached, or <see cref="MostSteps"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside its range.</exception>
    public double Tolerance
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Tolerance), $"Tolerance: expected 0 < X < 1, got {value.ToString(CultureInfo.InvariantCulture)}.");
    }
    = 0.01;

    /// <summary>Integrated gradients: how many steps it takes at most, 1 to 65,536.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside its range.</exception>
    public int MostSteps
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value : throw new ArgumentOutOfRangeException(nameof(MostSteps), $"MostSteps: expected 1 to 65,536, got {value}.");
    }
    = 2048;

    /// <summary>Grad-CAM and HiResCAM: the layer whose maps are used, such as <c>layer3</c> or <c>bn2</c>; null: the last layer that gives maps.</summary>
    public string? Layer { get; init; }

    /// <summary>How many images go through the network together, 1 to 4,096. It changes speed and memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside its range.</exception>
    public int BatchSize
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value : throw new ArgumentOutOfRangeException(nameof(BatchSize), $"BatchSize: expected 1 to 4,096, got {value}.");
    }
    = 64;

    internal static ExplanationOptions Default { get; } = new();
}
