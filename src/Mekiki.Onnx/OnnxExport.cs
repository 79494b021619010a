using Mekiki.Files;
using Mekiki.Onnx.Export;
using Mekiki.Onnx.Files;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx;

/// <summary>Writes recognizers as ONNX files, which other programs and languages run.</summary>
/// <remarks>
/// A file takes the pixels of images, <c>images</c>, uint8 (N, C, H, W) in the model's colours, N free, and makes <c>probabilities</c>, float32
/// (N, K). Normalization, inversion and shifted views are in the graph, batch norm is in the weights before it. The metadata hold the
/// model card (<c>mekiki</c>), and the class names as ultralytics writes them (<c>names</c>).
/// IR version 8. Bai, Lu, Zhang et al., "ONNX: Open Neural Network Exchange", 2019, github.com/onnx/onnx.
/// </remarks>
public static class OnnxExport
{
    /// <summary>Writes a file; it appears only when whole.</summary>
    /// <param name="recognizer">A network with its classes and preprocessing.</param>
    /// <param name="path">The file, whose name usually ends in <c>.onnx</c>.</param>
    /// <param name="options">How; null: operators of version 18, probabilities alone.</param>
    /// <exception cref="MekikiException">The recognizer cannot be written: it learns without gradients (SIFT, neocognitron), or its network computes something that ONNX files do not hold; or the file cannot be written.</exception>
    public static void Save(Recognizer recognizer, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var graph = GraphOf(recognizer, options);
        OutputFile.Write(path, stream => GraphWriter.Write(graph, stream));
    }

    /// <summary>Writes a recognizer to a stream, which stays open.</summary>
    /// <param name="recognizer">A network with its classes and preprocessing.</param>
    /// <param name="stream">Where to; it need not seek.</param>
    /// <param name="options">How; null: operators of version 18, probabilities alone.</param>
    /// <exception cref="MekikiException">The recognizer cannot be written: it learns without gradients (SIFT, neocognitron), or its network computes something that ONNX files do not hold.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Recognizer recognizer, Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        GraphWriter.Write(GraphOf(recognizer, options), stream);
    }

    private static Graph GraphOf(Recognizer recognizer, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        options ??= new OnnxExportOptions();
        var card = recognizer.Card;
        if (Catalogue.All.FirstOrDefault(m => string.Equals(m.Name, card.Model, StringComparison.OrdinalIgnoreCase)) is { IsFitted: true })
            throw new MekikiException($"{card.Model}: expected a network, got a recognizer that ONNX files do not hold. Train another model, such as kana-net or resnet18, to export it.");
        if (options.WithResize && options.Operators < 18)
            throw new MekikiException($"{nameof(options.WithResize)}: expected operators of version 18, which scale with antialias, got {options.Operators}. Write version 18, or scale images before.");
        if (options.WithResize && recognizer.Preprocessing.Fit != ImageFit.Stretch)
            throw new MekikiException($"{nameof(options.WithResize)}: expected a model whose images are stretched to its size, got one whose images are fitted by {recognizer.Preprocessing.Fit}. Scale images before, and write the file without it.");
        return RecognizerGraph.Of(recognizer, options.Operators, options.WithLogits, options.WithResize);
    }
}
