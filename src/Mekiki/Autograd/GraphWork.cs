namespace Mekiki.Autograd;

/// <summary>The arithmetic behind a result, counted from the recorded operations.</summary>
internal static class GraphWork
{
    /// <summary>Multiply-adds of the operations that <paramref name="result"/> was computed by, and those of its backward pass.</summary>
    /// <param name="result">A recorded result that was not differentiated yet.</param>
    public static (long Forward, long Backward) MultiplyAdds(Tensor result)
    {
        long forward = 0, backward = 0;
        var found = new HashSet<Node>();
        var left = new Stack<Tensor>([result]);
        while (left.TryPop(out var tensor))
        {
            if (tensor.Node is not { } node || !found.Add(node))
                continue;
            forward += node.MultiplyAdds;
            for (int i = 0; i < node.InputCount; i++)
            {
                var input = node.Input(i);
                if (i < 2 && input.RequiresGrad)
                    backward += node.MultiplyAdds;
                left.Push(input);
            }
        }

        return (forward, backward);
    }
}
