using Mekiki.Autograd;

namespace Mekiki.Vision.Training;

/// <summary>Finds where a network's numbers end being numbers.</summary>
internal static class FirstNotFinite
{
    /// <summary>The first parameter that holds a value that is not finite, or else the first layer that computes one from <paramref name="images"/>; null if there is none.</summary>
    public static string? In(Module network, Tensor images)
    {
        foreach (var (name, tensor) in network.NamedParameters())
            if (!AreFinite(tensor))
                return name;
        var names = new Dictionary<Module, string>();
        Name(network, "", names);
        string? first = null;
        using var pause = Gradients.Off();
        using var watching = ForwardPass.Watch((module, result) => first ??= AreFinite(result) || !names.TryGetValue(module, out string? name) ? null : $"the output of {name}");
        _ = network[images];
        return first;
    }

    private static bool AreFinite(Tensor tensor)
    {
        bool finite = true;
        foreach (float value in tensor.Values)
            finite &= float.IsFinite(value);
        GC.KeepAlive(tensor);
        return finite;
    }

    private static void Name(Module module, string prefix, Dictionary<Module, string> names)
    {
        names[module] = prefix.Length == 0 ? "the network" : prefix;
        foreach (var (name, child) in module.Children)
            Name(child, prefix.Length == 0 ? name : $"{prefix}.{name}", names);
    }
}
