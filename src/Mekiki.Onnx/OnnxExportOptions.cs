namespace Mekiki.Onnx;

/// <summary>How a recognizer is written as an ONNX file.</summary>
/// <example>
/// <code>
/// OnnxExport.Save(recognizer, "model.onnx", new OnnxExportOptions { Operators = 13, WithLogits = true });
/// </code>
/// </example>
public sealed record OnnxExportOptions
{
    /// <summary>The version of ONNX's operators (opset): 18, the default, or 13 for older runtimes.</summary>
    /// <exception cref="MekikiException">It is neither.</exception>
    public int Operators
    {
        get;
        init => field = value is 13 or 18 ? value : throw new MekikiException($"{nameof(Operators)}: expected 13 or 18, got {value}.");
    }
    = 18;

    /// <summary>Whether the file has a second output, <c>logits</c>: the scores before the softmax, (N, K).</summary>
    public bool WithLogits { get; init; }

    /// <summary>Whether the file scales images itself, so that its input is of any height and width: with antialias, as Mekiki scales them. Needs <see cref="Operators"/> 18 and a model whose images are stretched (<see cref="Vision.Images.ImageFit.Stretch"/>).</summary>
    public bool WithResize { get; init; }
}
