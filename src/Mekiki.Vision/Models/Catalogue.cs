namespace Mekiki.Vision.Models;

/// <summary>All networks by name. A new one is its own file and a row here.</summary>
public static class Catalogue
{
    /// <summary>The networks, in the order of history.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new("mlp", 1986, "Rumelhart, Hinton, Williams, Learning representations by back-propagating errors; as in the chapter",
            "two hidden layers of 64 and 32 units, batch norm, ReLU", (input, classes) => new Mlp(input.Length, classes)),
        new("cnn", 1989, "LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition; as in the chapter",
            "two 3x3 convolutions to 64 and 32 channels, batch norm, max pooling, ReLU, a linear layer", (input, classes) => new Cnn(input, classes)) { LeastSide = 4 },
    ];

    /// <summary>The network called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static ModelEntry Find(string name) =>
        All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new MekikiException($"Unknown model '{name}'.{Suggestion.Sentence(name, All.Select(m => m.Name))} `mekiki models` lists all.");
}
