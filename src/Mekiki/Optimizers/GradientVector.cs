namespace Mekiki.Optimizers;

/// <summary>The gradients of several tensors as one vector of numbers: to add those of several passes in an order of one's own, or to send them to another machine.</summary>
/// <remarks>Behind the gradients stands a number for each tensor: 1 where it has a gradient, or 0. So sums of vectors tell which tensors have one in any of them.</remarks>
/// <example>
/// <code>
/// var gradients = new GradientVector(net.Parameters());
/// var sum = new float[gradients.Length];
/// loss.Backward();
/// gradients.CopyTo(sum);      // add those of other machines
/// gradients.Set(sum);
/// optimizer.Step();
/// </code>
/// </example>
public sealed class GradientVector
{
    private readonly Tensor[] tensors;
    private readonly int elements;

    /// <summary>The gradients of these tensors, in this order.</summary>
    /// <param name="tensors">Tensors that no operation made.</param>
    /// <exception cref="MekikiException">They have more elements than an array can hold.</exception>
    public GradientVector(IEnumerable<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        this.tensors = [.. tensors];
        long count = 0;
        foreach (var tensor in this.tensors)
            count += tensor.Count;
        if (count + this.tensors.Length > Array.MaxLength)
            throw new MekikiException($"GradientVector: expected at most {Array.MaxLength - this.tensors.Length:N0} elements, got {count:N0}. Use a smaller network.");
        elements = (int)count;
    }

    /// <summary>How many numbers there are: one for each element, and one for each tensor.</summary>
    public int Length => elements + tensors.Length;

    /// <summary>Copies the gradients as they are now; those that are not there are 0.</summary>
    /// <param name="vector">Receives <see cref="Length"/> numbers.</param>
    public void CopyTo(Span<float> vector)
    {
        var present = vector[elements..Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            var to = vector[..tensors[i].Count];
            if (tensors[i].GradOrNull is { } gradient)
                gradient.Backend.Download(gradient.Data, to);
            else
                to.Clear();
            present[i] = tensors[i].GradOrNull is null ? 0 : 1;
            vector = vector[to.Length..];
        }
    }

    /// <summary>Overwrites the gradients; a tensor whose number behind them is 0 has none then.</summary>
    /// <param name="vector">What <see cref="CopyTo"/> gave, or a sum of such vectors.</param>
    public void Set(ReadOnlySpan<float> vector)
    {
        var present = vector[elements..Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            int count = tensors[i].Count;
            if (present[i] == 0)
                tensors[i].ZeroGrad();
            else
                tensors[i].SetGrad(vector[..count]);
            vector = vector[count..];
        }
    }
}
