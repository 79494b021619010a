using Mekiki.Vision.Options;

namespace Mekiki.Vision.Training;

/// <summary>Weights that another training has learnt, with which this one begins: fine-tuning.</summary>
/// <remarks>Yosinski, Clune, Bengio, Lipson, "How transferable are features in deep neural networks?", 2014, arXiv:1411.1792.</remarks>
/// <param name="Source">The model file or the run's folder.</param>
/// <param name="Sha256">Of its weights.</param>
/// <param name="Drawn">Names of the tensors that it has in another shape, such as a last layer for other classes; they are drawn.</param>
public sealed record StartWeights(string Source, string Sha256, IReadOnlyList<string> Drawn)
{
    /// <summary>What the user should know.</summary>
    public string Note => $"Begins with the weights of {Source}"
        + (Drawn.Count > 0 ? $", but for {string.Join(", ", Drawn)}, which have another shape there: they are drawn." : ".");

    /// <summary>Brings a model's weights into a network of the same form.</summary>
    /// <param name="source">The model file or the run's folder.</param>
    /// <param name="name">The network's name in the catalogue.</param>
    /// <param name="network">The network, with its drawn weights.</param>
    /// <exception cref="MekikiException">There is no such model, or it is of another form.</exception>
    internal static StartWeights Load(string source, string name, Module network)
    {
        var start = Recognizer.Load(source);
        if (start.Card.Model != name)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.From))}: expected a model of {name}, got one of {start.Card.Model} in {source}. Set {TrainOptions.TermOf(nameof(TrainOptions.Model))} to {start.Card.Model}, or begin with another.");
        var theirs = start.Network.StateDict().ToDictionary();
        var all = network.StateDict().ToDictionary();
        List<string> drawn = [];
        foreach (var (tensor, own) in all)
            if (theirs.TryGetValue(tensor, out var learnt) && learnt.Shape == own.Shape)
                all[tensor] = learnt;
            else
                drawn.Add(tensor);
        network.LoadStateDict(all, source);
        return new(source, start.WeightsSha256, drawn);
    }
}
