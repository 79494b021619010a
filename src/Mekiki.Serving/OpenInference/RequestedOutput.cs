namespace Mekiki.Serving.OpenInference;

/// <summary>A tensor that a client wants.</summary>
/// <param name="Name">probabilities or label.</param>
/// <param name="IsBinary">Whether it follows the JSON text as bytes.</param>
/// <param name="Classification">How many of the best classes are told in words instead of numbers; 0: none.</param>
internal sealed record RequestedOutput(string Name, bool IsBinary, int Classification);
