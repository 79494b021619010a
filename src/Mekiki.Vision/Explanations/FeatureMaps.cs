using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Explanations;

/// <summary>What the layers of a recognizer make of images: their maps, channel by channel.</summary>
/// <remarks>
/// Of a neocognitron, the planes of S-cells and C-cells. The values are those that the layer returns: before an activation that is not a layer of its own.
/// Any number of threads may ask one recognizer at once.
/// </remarks>
/// <example>
/// <code>
/// var recognizer = Recognizer.Load("model.safetensors");
/// foreach (var (layer, maps) in FeatureMaps.Of(recognizer, recognizer.Prepare(ImageInput.FromFile("image.png"))))
///     Console.WriteLine($"{layer}: {maps.Shape[1]} channels of {maps.Shape[2]}x{maps.Shape[3]}");
/// </code>
/// </example>
public static class FeatureMaps
{
    /// <summary>The maps of all layers that give maps, or of one.</summary>
    /// <param name="recognizer">Any recognizer whose network has such layers.</param>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Recognizer.Preprocessing"/>'s input; see <see cref="Recognizer.Prepare"/>.</param>
    /// <param name="layer">The name of the layer; null: all.</param>
    /// <returns>One or more, in the order in which they are computed.</returns>
    /// <exception cref="MekikiException">No layer gives maps, or none of this name does.</exception>
    public static IReadOnlyList<LayerMaps> Of(Recognizer recognizer, Tensor images, string? layer = null)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(images);
        using var threads = Threads.Use(recognizer.Threads);
        using var evaluation = EvaluationMode.On();
        using var gradients = Gradients.Off();
        List<LayerMaps> all = [.. recognizer.Network is IHasStages staged ? staged.Stages(images) : Watched(recognizer.Network, images, layer)];
        string[] names = [.. all.Select(m => m.Layer)];
        if (all.Count == 0 && layer is null)
            throw new MekikiException($"Feature maps: expected a network whose layers give maps (N, C, H, W), got '{PrintedName.Of(recognizer.Card.Model)}', whose layers do not. Choose a network with convolutions.");
        if (layer is null)
            return all;
        return all.Find(m => m.Layer == layer) is { } found ? [found]
            : throw Unknown(layer, recognizer.Network is IHasStages ? names : [.. Watched(recognizer.Network, images, null).Select(m => m.Layer)]);
    }

    private static MekikiException Unknown(string layer, IReadOnlyList<string> names) =>
        new($"Layer '{PrintedName.Of(layer)}': expected a layer that gives maps (N, C, H, W).{Suggestion.Sentence(layer, names)} These do: {string.Join(", ", names.Take(24))}{(names.Count > 24 ? ", …" : "")}.");

    // Only what is wanted is copied. A layer without children and without a change of its input's shape, such as dropout, gives what came before it.
    private static List<LayerMaps> Watched(Module network, Tensor images, string? layer)
    {
        var names = new Dictionary<Module, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, module) in MapLayer.AllOf(network))
            names.TryAdd(module, name);
        var calls = new Dictionary<Module, int>(ReferenceEqualityComparer.Instance);
        var result = new List<LayerMaps>();
        using (ForwardPass.Watch((module, value) =>
        {
            if (value.Shape.Rank != 4 || !names.TryGetValue(module, out string? name))
                return;
            int call = calls[module] = calls.GetValueOrDefault(module) + 1;
            name = call == 1 ? name : $"{name}#{call}";
            if ((layer is null || layer == name) && module is not (Dropout or Identity))
                result.Add(new(name, Tensor.From(value.ToArray(), value.Shape)));
        }))
            _ = network[images];
        return result;
    }
}
