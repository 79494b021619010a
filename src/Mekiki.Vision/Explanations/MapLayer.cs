using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Vision.Explanations;

/// <summary>A call of a layer within a network's forward pass, whose result is maps (N, C, h, w).</summary>
/// <param name="Module">The layer.</param>
/// <param name="Call">Which call of it, from 0.</param>
/// <param name="IsBeforeLastLinear">Whether one linear layer, and no other layer with parameters, follows it.</param>
internal sealed record MapLayer(Module Module, int Call, bool IsBeforeLastLinear)
{
    /// <summary>Finds the layer of a name, or the last one whose maps have more than one pixel.</summary>
    /// <param name="network">The network; in evaluation mode.</param>
    /// <param name="image">(1, C, H, W).</param>
    /// <param name="name">Such as <c>layer3.0</c>; null: the last.</param>
    /// <param name="model">The network's name, for messages.</param>
    /// <param name="method">What it is for, for messages.</param>
    /// <exception cref="MekikiException">There is none.</exception>
    public static MapLayer Find(Module network, Tensor image, string? name, string model, ExplanationMethod method)
    {
        var wanted = name is null ? null : Named(network, name);
        var calls = new List<(Module Module, Shape Shape)>();
        using (Gradients.Off())
        using (ForwardPass.Watch((module, result) => calls.Add((module, result.Shape))))
            _ = network[image];
        int at = calls.FindLastIndex(c => c.Shape.Rank == 4 && (wanted is null ? c.Module != network && c.Shape[2] * c.Shape[3] > 1 : c.Module == wanted));
        if (at < 0)
            throw name is null
                ? new MekikiException($"{method.Title()}: expected a network whose layers give maps (N, C, H, W), got '{PrintedName.Of(model)}', whose layers do not. Use occlusion.")
                : new MekikiException($"Layer '{PrintedName.Of(name)}': expected a layer that gives maps (N, C, H, W), got one that does not. Choose a convolution or a stage.");
        var (found, _) = calls[at];
        var after = calls.Skip(at + 1).Where(c => c.Module.Children.Count == 0 && c.Module.ParameterCount() > 0).ToArray();
        return new(found, calls.Take(at).Count(c => c.Module == found), after.Length == 1 && after[0].Module is Linear);
    }

    /// <summary>Runs the network with this layer's result replaced.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">(1, C, H, W).</param>
    /// <param name="change">From the layer's result to what follows see instead.</param>
    public Tensor Run(Module network, Tensor image, Func<Tensor, Tensor> change)
    {
        int calls = 0;
        using (ForwardPass.Change((module, result) => module == Module && calls++ == Call ? change(result) : result))
            return network[image];
    }

    /// <summary>The names of all layers below a network, each after what contains it.</summary>
    public static IEnumerable<(string Name, Module Module)> AllOf(Module network, string prefix = "")
    {
        foreach (var (name, module) in network.Children)
        {
            yield return (prefix + name, module);
            foreach (var inner in AllOf(module, $"{prefix}{name}."))
                yield return inner;
        }
    }

    private static Module Named(Module network, string name)
    {
        string[] names = [.. AllOf(network).Select(l => l.Name)];
        return Array.IndexOf(names, name) is var at and >= 0
            ? AllOf(network).ElementAt(at).Module
            : throw new MekikiException($"Layer '{PrintedName.Of(name)}': expected one of the network's layers.{Suggestion.Sentence(name, names)} It has {Listed(names)}.");
    }

    private static string Listed(string[] names) => string.Join(", ", names.Take(12)) + (names.Length > 12 ? ", …" : "");
}
