using Mekiki.Autograd;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision;

/// <summary>A trained network with a last layer for other classes.</summary>
internal static class NewHead
{
    /// <summary>Makes it; its weights are the recognizer's, but for the last layer's, which are drawn.</summary>
    /// <param name="recognizer">A network that has features.</param>
    /// <param name="input">The shape of its images; as the network's own, or one that it takes too.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="seed">Of the last layer's weights.</param>
    /// <exception cref="MekikiException">The network has no features, or no last layer that takes them.</exception>
    public static Module Make(Recognizer recognizer, ImageShape input, int classes, ulong seed)
    {
        if (recognizer.Network is not IHasFeatures)
            throw new MekikiException($"{recognizer.Card.Model}: expected a network whose last layer can be learnt anew, got one without features. Begin with another.");
        if (recognizer.Network is IHasForm form)
            return form.WithHead(classes, seed);
        var network = Catalogue.Find(recognizer.Card.Model).Build(input, classes);
        network.Initialize(seed);
        var learnt = recognizer.Network.StateDict().ToDictionary();
        var all = network.StateDict().ToDictionary();
        foreach (var (name, own) in all)
            if (learnt.TryGetValue(name, out var tensor) && tensor.Shape == own.Shape)
                all[name] = tensor;
        network.LoadStateDict(all, recognizer.Card.Model);
        return network;
    }

    /// <summary>Whether a network scores images of a shape.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">(C, H, W).</param>
    /// <param name="classes">K.</param>
    public static bool Takes(Module network, ImageShape input, int classes)
    {
        using var off = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        try
        {
            return network[Tensor.Zeros([1, input.Channels, input.Height, input.Width])].Shape == [1, classes];
        }
        catch (Exception e) when (e is MekikiException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The last layer: what scores features.</summary>
    /// <param name="network">The network.</param>
    /// <param name="classes">K.</param>
    /// <param name="length">D, how many features there are.</param>
    /// <exception cref="MekikiException">There is none: the last weight is not (K, D).</exception>
    public static (Tensor Weight, Tensor? Bias) Of(Module network, int classes, int length)
    {
        var named = network.NamedParameters();
        var (name, weight) = named.LastOrDefault(p => p.Tensor.Shape == [classes, length]);
        if (weight is null)
            throw new MekikiException($"{network.GetType().Name}: expected a last layer with a weight ({classes}, {length}), got none. Begin with another network.");
        string bias = name.EndsWith("weight", StringComparison.Ordinal) ? name[..^"weight".Length] + "bias" : "";
        return (weight, named.FirstOrDefault(p => p.Name == bias && p.Tensor.Shape == [classes]).Tensor);
    }
}
