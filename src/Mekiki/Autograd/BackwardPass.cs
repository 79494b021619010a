using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Autograd;

/// <summary>Walks from a result back to the leaves: each node once, consumers before producers.</summary>
internal static unsafe class BackwardPass
{
    [ThreadStatic] private static List<Node>? nodes;
    private static long visits;

    public static void Run(Tensor root, Tensor? upstream)
    {
        if (!root.RequiresGrad)
            throw new MekikiException("Backward: expected a tensor computed from one with RequiresGrad, got one that knows of none. Set RequiresGrad before computing.");
        root.Accept(Seed(root, upstream));
        if (root.Node is null)
            return;
        var order = Collect(root.Node);
        try
        {
            foreach (var node in order)
            {
                if (node.Output.FlowingGradient is not { } dy)
                    continue;
                node.Output.FlowingGradient = null;
                node.Run(dy);
            }
        }
        finally
        {
            order.Clear();
        }
    }

    private static Storage Seed(Tensor root, Tensor? upstream)
    {
        if (upstream is null && root.Count != 1)
            throw new MekikiException($"Backward: expected a scalar or an upstream gradient, got a tensor of shape {root.Shape} without one. Sum it, or give the gradient.");
        if (upstream is not null && upstream.Shape != root.Shape)
            throw new MekikiException($"Backward: expected an upstream gradient of shape {root.Shape}, got {upstream.Shape}.");
        var seed = Storage.Floats(root.Count);
        if (upstream is null)
            *seed.Pointer = 1;
        else if (upstream.ChannelsLast == root.ChannelsLast)
            new Span<float>(upstream.Pointer, root.Count).CopyTo(new Span<float>(seed.Pointer, root.Count));
        else if (root.ChannelsLast)
            Layouts.ToChannelsLast(upstream.Pointer, seed.Pointer, root.Shape);
        else
            Layouts.ToRowMajor(upstream.Pointer, seed.Pointer, root.Shape);
        return seed;
    }

    private static List<Node> Collect(Node root)
    {
        long visit = Interlocked.Increment(ref visits);
        var found = nodes ??= [];
        found.Clear();
        root.Visit = visit;
        found.Add(root);
        for (int i = 0; i < found.Count; i++)
        {
            var node = found[i];
            if (node.IsUsed)
                throw new MekikiException("Backward: expected a result that was not differentiated yet, got one whose intermediate values are freed already. Compute it anew.");
            for (int k = 0; k < node.InputCount; k++)
                if (node.Input(k).Node is { } producer && producer.Visit != visit)
                {
                    producer.Visit = visit;
                    found.Add(producer);
                }
        }

        found.Sort(static (a, b) => b.Sequence.CompareTo(a.Sequence));
        return found;
    }
}
