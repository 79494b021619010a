using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Onnx;

/// <summary>What an ONNX file of another program does not tell. Files that <see cref="OnnxExport"/> wrote tell all of it.</summary>
/// <example>
/// <code>
/// var options = new OnnxImportOptions { Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f], Fit = ImageFit.Crop };
/// var imported = OnnxImport.Load("mobilenet.onnx", options);
/// </code>
/// </example>
public sealed record OnnxImportOptions
{
    /// <summary>Class names in the order of the scores; null: those of the metadata (<c>names</c>, <c>classes</c>), or else 0, 1, 2, …</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Side in pixels to which images are scaled, 1 to 6,144; null: that of the metadata (<c>input_side</c>), or else of the file's input.</summary>
    public int? Size { get; init; }

    /// <summary>What becomes of images with other proportions; null: what the metadata tell (<c>input_fit</c>), or else <see cref="ImageFit.Pad"/>.</summary>
    public ImageFit? Fit { get; init; }

    /// <summary>How images are scaled; null: what the metadata tell (<c>input_resampling</c>), or else <see cref="Resampling.Bilinear"/>.</summary>
    public Resampling? Resampling { get; init; }

    /// <summary>Pixels that are cut off at each side of the scaled image, 0 to 1,024; null: what the metadata tell (<c>input_margin</c>), or else 0.</summary>
    public int? Margin { get; init; }

    /// <summary>Subtracted from the pixels in [0, 1]: one number for all channels, or one for each; null: that of the metadata (<c>input_mean</c>, in [0, 255]), or else 0.</summary>
    public ChannelValues? Mean { get; init; }

    /// <summary>Divided by, above 0: one number for all channels, or one for each; null: that of the metadata (<c>input_std</c>, in [0, 255]), or else 1.</summary>
    public ChannelValues? Deviation { get; init; }
}
