namespace Mekiki.Vision.Models;

/// <summary>A network whose form no catalogue names, such as one of another program: model files keep the form beside the weights.</summary>
/// <example>
/// <code>
/// if (recognizer.Network is IHasForm network)
///     Console.WriteLine($"{network.FormName}: {network.Form.Length} characters");
/// </code>
/// </example>
/// <remarks>How it is read again is said by <see cref="ModelFormats.AddForm"/>.</remarks>
public interface IHasForm : IHasFeatures
{
    /// <summary>What kind of form it is, such as <c>onnx</c>.</summary>
    string FormName { get; }

    /// <summary>The form as a text, from which and from the weights the network can be made again.</summary>
    string Form { get; }

    /// <summary>A network of the same form and weights up to the features, with a last layer for other classes, whose weights are drawn.</summary>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="seed">Of the last layer's weights.</param>
    Module WithHead(int classes, ulong seed);
}
