using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision;

/// <summary>What weights alone do not tell of a recognizer.</summary>
/// <example>
/// <code>
/// var options = new ImportOptions { Model = "resnet18", Size = 224, Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f] };
/// var (recognizer, notes) = WeightsImport.Run(WeightsFile.Read("resnet18.pt"), options);
/// </code>
/// </example>
public sealed record ImportOptions
{
    /// <summary>The network's name in <see cref="Models.Catalogue"/>.</summary>
    public required string Model { get; init; }

    /// <summary>Class names in the order of the scores; null: 0, 1, 2, … as many as the last layer has.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>1 for grey, 3 for RGB; null: what the first layer takes.</summary>
    public int? Channels { get; init; }

    /// <summary>Side in pixels to which images are scaled, 1 to 6,144; null: the network's usual input.</summary>
    public int? Size { get; init; }

    /// <summary>What becomes of images with other proportions. Most networks of torchvision were trained on the middle, <see cref="ImageFit.Crop"/>.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>How images are scaled.</summary>
    public Resampling Resampling { get; init; }

    /// <summary>Pixels that are cut off at each side of the scaled image, 0 to 1,024: 16, where images are scaled to 256 pixels of which 224 are seen.</summary>
    public int Margin { get; init; }

    /// <summary>Subtracted from the pixels in [0, 1]: one number for all channels, or one for each; null: 0.</summary>
    public ChannelValues? Mean { get; init; }

    /// <summary>Divided by, above 0: one number for all channels, or one for each; null: 1.</summary>
    public ChannelValues? Deviation { get; init; }
}
