using Mekiki.Operations;

namespace Mekiki.Losses;

/// <summary>How far predictions are from what they should be: one number to make small.</summary>
public static partial class Loss
{
    /// <summary>Negative log-likelihood of the labels.</summary>
    /// <param name="logProbabilities">(N, K), such as <see cref="Tensor.LogSoftmax"/> gives.</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="weights">Weight of each class, (K); null: all 1.</param>
    /// <param name="reduction">Over rows; the mean divides by the labels' weights.</param>
    /// <param name="ignoreIndex">Rows with this label count nothing, -100 for instance; null: there are none.</param>
    /// <returns>A scalar, or (N) with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes do not fit, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such reduction.</exception>
    /// <remarks>Differs from PyTorch: the mean over no row at all is 0, not NaN.</remarks>
    public static Tensor Nll(Tensor logProbabilities, ReadOnlySpan<long> labels, Tensor? weights = null, Reduction reduction = Reduction.Mean, long? ignoreIndex = null) =>
        NllOperation.Apply(logProbabilities, labels, weights, 0, reduction, ignoreIndex);

    /// <summary>Cross-entropy: softmax and negative log-likelihood together.</summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="weights">Weight of each class, (K); null: all 1.</param>
    /// <param name="labelSmoothing">Share of the target that is spread over all classes, in [0, 1] (Szegedy et al. 2015, arXiv:1512.00567, section 7).</param>
    /// <param name="reduction">Over rows; the mean divides by the labels' weights.</param>
    /// <param name="ignoreIndex">Rows with this label count nothing, -100 for instance; null: there are none.</param>
    /// <inheritdoc cref="Nll" path="/returns"/>
    /// <exception cref="MekikiException">Shapes do not fit, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is out of its range, or there is no such reduction.</exception>
    /// <inheritdoc cref="Nll" path="/remarks"/>
    public static Tensor CrossEntropy(Tensor logits, ReadOnlySpan<long> labels, Tensor? weights = null, float labelSmoothing = 0, Reduction reduction = Reduction.Mean, long? ignoreIndex = null)
    {
        Operand.Check("CrossEntropy", logits);
        return NllOperation.Apply(logits.LogSoftmax(1).AsInner(), labels, weights, labelSmoothing, reduction, ignoreIndex);
    }
}
