namespace Mekiki.Autograd;

/// <summary>The arithmetic behind a result, counted from the recorded operations.</summary>
/// <remarks>
/// Products of matrices and convolutions count, as their definitions say: a fast algorithm, such as Winograd's, makes fewer. Activations,
/// norms and pooling count nothing.
/// </remarks>
/// <example>
/// <code>
/// var (forward, backward) = MultiplyAdds.Of(net[x]);
/// </code>
/// </example>
public static class MultiplyAdds
{
    /// <summary>Multiply-adds of the operations that <paramref name="result"/> was computed by, and those of its backward pass.</summary>
    /// <param name="result">A result that was recorded, by tensors with <see cref="Tensor.RequiresGrad"/>, and not differentiated yet; of others both numbers are 0.</param>
    public static (long Forward, long Backward) Of(Tensor result)
    {
        ArgumentNullException.ThrowIfNull(result);
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
