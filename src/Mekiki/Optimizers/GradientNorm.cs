namespace Mekiki.Optimizers;

/// <summary>The length of all gradients taken as one vector, and the limit that it may be given.</summary>
/// <remarks>
/// g *= most / ‖g‖ where ‖g‖ > most. Pascanu, Mikolov, Bengio, "On the difficulty of training Recurrent Neural Networks",
/// 2013, arXiv:1211.5063, algorithm 1.
/// </remarks>
/// <example>
/// <code>
/// loss.Backward();
/// GradientNorm.Clip(net.Parameters(), most: 1);
/// optimizer.Step();
/// </code>
/// </example>
public static class GradientNorm
{
    /// <summary>The length √Σ g² over all gradients; the same bits on any number of threads.</summary>
    /// <param name="parameters">Tensors, of which those without a gradient count as 0.</param>
    public static double Of(IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        double sum = 0;
        foreach (var tensor in parameters)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(parameters));
            if (tensor.GradOrNull is { } gradient)
                sum += gradient.Backend.SquareSum(gradient.Data);
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Shortens all gradients by one factor, so that their length is at most <paramref name="most"/>.</summary>
    /// <param name="parameters">Tensors, of which those without a gradient count as 0.</param>
    /// <param name="most">The limit, above 0.</param>
    /// <returns>The length before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static double Clip(IReadOnlyList<Tensor> parameters, double most)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Ranges.Positive(most, "Gradient norm");
        double norm = Of(parameters);
        if (!(norm > most) || !double.IsFinite(norm))
            return norm;
        float factor = (float)(most / norm);
        foreach (var tensor in parameters)
            if (tensor.GradOrNull is { } gradient)
                gradient.Backend.Rescale(gradient.Data, factor);

        return norm;
    }
}
