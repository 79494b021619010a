using Mekiki.Autograd;

namespace Mekiki.Optimizers;

/// <summary>Weight decay beside the gradient, for any optimizer, of weights alone: biases and the scales of norms keep their length.</summary>
/// <remarks>
/// p -= learningRate · share · p, before the optimizer's step.
/// Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv:1711.05101, algorithms 1 and 2; without biases and
/// norms: He et al., "Bag of Tricks for Image Classification with Convolutional Neural Networks", 2018, arXiv:1812.01187, section 3.1.
/// Differs from the paper: the decay is multiplied by the learning rate, as in PyTorch.
/// </remarks>
/// <example>
/// <code>
/// var decay = new WeightDecay(net, share: 0.05);
/// loss.Backward();
/// decay.Apply(optimizer.LearningRate);
/// optimizer.Step();
/// </code>
/// </example>
public sealed class WeightDecay
{
    private readonly Tensor[] weights;
    private readonly NetworkLocks networks;

    /// <summary>Takes the model's parameters of two dimensions or more that are trained: the weights of linear layers and convolutions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="share">What a step takes off, times the learning rate; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is negative or not a number.</exception>
    public WeightDecay(Module model, double share)
    {
        ArgumentNullException.ThrowIfNull(model);
        Share = Ranges.NotNegative(share, "Weight decay");
        weights = [.. model.Parameters().Where(p => p.Shape.Rank >= 2 && p.RequiresGrad)];
        networks = NetworkLocks.Of(weights);
    }

    /// <summary>What a step takes off, times the learning rate.</summary>
    public double Share { get; }

    /// <summary>Takes it off those that are trained now: a weight whose <see cref="Tensor.RequiresGrad"/> is off meanwhile stays as it is.</summary>
    /// <param name="learningRate">That of the step, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not a number.</exception>
    public void Apply(double learningRate)
    {
        Ranges.NotNegative(learningRate, "Learning rate");
        using var use = networks.EnterWrite();
        float keep = (float)(1 - learningRate * Share);
        foreach (var weight in weights)
            if (weight.RequiresGrad)
                weight.Backend.Rescale(weight.Data, keep);
    }
}
