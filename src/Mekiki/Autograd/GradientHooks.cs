namespace Mekiki.Autograd;

/// <summary>When in a backward pass the gradient of each watched leaf is complete: after the last node that has it as an input.</summary>
internal sealed class GradientHooks
{
    private readonly Dictionary<Node, List<Tensor>> after = [];

    private GradientHooks()
    {
    }

    /// <summary>Of the nodes of a pass in the order in which they run; null where no leaf is watched.</summary>
    public static GradientHooks? Of(List<Node> nodes)
    {
        if (!Tensor.AnyHooks)
            return null;
        var seen = new HashSet<Tensor>();
        GradientHooks? hooks = null;
        for (int i = nodes.Count - 1; i >= 0; i--)
            for (int k = 0; k < nodes[i].InputCount; k++)
                if (nodes[i].Input(k) is { IsLeaf: true, HasHooks: true } leaf && seen.Add(leaf))
                {
                    hooks ??= new GradientHooks();
                    if (!hooks.after.TryGetValue(nodes[i], out var leaves))
                        hooks.after.Add(nodes[i], leaves = []);
                    leaves.Add(leaf);
                }

        return hooks;
    }

    /// <summary>To be called when a node has run.</summary>
    public void After(Node node)
    {
        if (after.TryGetValue(node, out var leaves))
            foreach (var leaf in leaves)
                leaf.CallHooks();
    }
}
