using Mekiki.Backends;

namespace Mekiki.Autograd;

/// <summary>Walks from a result back to the leaves: each node once, and only after all that used its result.</summary>
internal static class BackwardPass
{
    [ThreadStatic] private static List<Node>? order;
    private static long visits;

    /// <param name="root">What is differentiated.</param>
    /// <param name="upstream">Its gradient; null: 1.</param>
    /// <param name="retainGraph">Whether what was kept for the way back stays, so that it can be gone again.</param>
    public static void Run(Tensor root, Tensor? upstream, bool retainGraph)
    {
        if (!root.RequiresGrad)
            throw new InvalidOperationException("Backward: expected a tensor that was computed from one with RequiresGrad, got one without. Set RequiresGrad before computing.");
        if (root.Node is null)
        {
            root.Accept(Seed(root, upstream));
            root.CallHooks();
            return;
        }

        var nodes = Collect(root.Node);
        try
        {
            foreach (var node in nodes)
                node.Check();
            root.Accept(Seed(root, upstream));
            var hooks = GradientHooks.Of(nodes);
            Deferral.Enter();
            try
            {
                foreach (var node in nodes)
                {
                    node.Run(retainGraph);
                    hooks?.After(node);
                }
            }
            finally
            {
                Deferral.Leave();
            }
        }
        finally
        {
            foreach (var node in nodes)
                node.Output.DropFlow();
            nodes.Clear();
            order = nodes;
        }
    }

    private static Storage Seed(Tensor root, Tensor? upstream)
    {
        if (upstream is null && root.Count != 1)
            throw new InvalidOperationException($"Backward: expected a scalar or an upstream gradient, got a tensor of shape {root.Shape} without one. Sum it, or give the gradient.");
        if (upstream is null)
        {
            var one = root.Backend.Allocate(DType.Float32, 1);
            root.Backend.Fill(one, 1);
            return one;
        }

        if (upstream.Shape != root.Shape)
            throw new MekikiException($"Backward: expected an upstream gradient of shape {root.Shape}, got {upstream.Shape}.");
        Operand.Check("Backward", root, upstream);
        if (upstream.Layout != root.Layout)
            return root.Backend.Relayout(upstream.Data, root.Shape, upstream.Layout, root.Layout);
        return upstream.Data.Share();
    }

    /// <summary>All nodes behind <paramref name="root"/>, each after all that used its result.</summary>
    private static List<Node> Collect(Node root)
    {
        long visit = Interlocked.Increment(ref visits);
        // The list is lent: an action or a user's function may go another way back meanwhile.
        var found = order ?? [];
        order = null;
        root.Visit = visit;
        found.Add(root);
        for (int i = 0; i < found.Count; i++)
        {
            var node = found[i];
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
