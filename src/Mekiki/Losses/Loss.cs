using Mekiki.Operations;

namespace Mekiki.Losses;

/// <summary>How far predictions are from what they should be: one number to make small.</summary>
public static class Loss
{
    /// <summary>Negative log-likelihood of the labels.</summary>
    /// <param name="logProbabilities">(N, K), such as <see cref="Tensor.LogSoftmax"/> gives.</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="weights">Weight of each class, (K); null: all 1.</param>
    /// <param name="reduction">Mean or sum over rows.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="MekikiException">Shapes do not fit, or a label is out of range.</exception>
    public static Tensor Nll(Tensor logProbabilities, ReadOnlySpan<long> labels, Tensor? weights = null, Reduction reduction = Reduction.Mean) =>
        NllOperation.Apply(logProbabilities, labels, weights, 0, reduction);

    /// <summary>Cross-entropy: softmax and negative log-likelihood together.</summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="weights">Weight of each class, (K); null: all 1.</param>
    /// <param name="labelSmoothing">Share of the target that is spread over all classes, in [0, 1] (Szegedy et al. 2015, arXiv:1512.00567, section 7).</param>
    /// <param name="reduction">Mean or sum over rows.</param>
    /// <inheritdoc cref="Nll" path="/returns"/>
    /// <inheritdoc cref="Nll" path="/exception"/>
    public static Tensor CrossEntropy(Tensor logits, ReadOnlySpan<long> labels, Tensor? weights = null, float labelSmoothing = 0, Reduction reduction = Reduction.Mean) =>
        NllOperation.Apply(logits.LogSoftmax(1).AsInner(), labels, weights, labelSmoothing, reduction);

    /// <summary>Squared error.</summary>
    /// <param name="x">Predictions, any shape.</param>
    /// <param name="target">What they should be, of the same shape.</param>
    /// <param name="reduction">Mean or sum over all elements.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    public static Tensor Mse(Tensor x, Tensor target, Reduction reduction = Reduction.Mean)
    {
        if (x.Shape != target.Shape)
            throw new MekikiException($"MseLoss: expected two tensors of one shape, got {x.Shape} and {target.Shape}.");
        var difference = (x - target).AsInner();
        var squares = (difference * difference).AsInner();
        return reduction == Reduction.Mean ? squares.Mean() : squares.Sum();
    }
}
