using Mekiki.Losses;

namespace Mekiki.Vision.Models;

/// <summary>A network whose training minimizes more than the cross-entropy of its logits.</summary>
public interface IHasTrainingLoss
{
    /// <summary>Names of the parts that only this loss needs, as they stand in the state dict: in evaluation they are not used, so weights may come without them.</summary>
    IReadOnlyList<string> OnlyInTraining { get; }

    /// <summary>The loss of the last call's result; asked for twice where two images were mixed, with the labels of either.</summary>
    /// <param name="logits">What the last call returned, (N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="crossEntropy">How logits are judged.</param>
    /// <returns>A scalar.</returns>
    Tensor Loss(Tensor logits, ReadOnlySpan<long> labels, CrossEntropy crossEntropy);
}

/// <summary>How logits are judged in training: the cross-entropy, with smoothed labels and weighted classes when wanted.</summary>
/// <remarks>
/// Smoothing: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015, arXiv:1512.00567, section 7.
/// Class weights: King, Zeng, "Logistic Regression in Rare Events Data", Political Analysis 9, 2001, section 4.2.
/// </remarks>
/// <example>
/// <code>
/// var crossEntropy = new CrossEntropy(labelSmoothing: 0.1);
/// var loss = crossEntropy.Of(net[x], labels);     // a scalar
/// </code>
/// </example>
public sealed class CrossEntropy
{
    private readonly Tensor? weights;
    private readonly float smoothing;

    /// <summary>Chooses the form.</summary>
    /// <param name="labelSmoothing">Share of the target that is spread over all classes, in [0, 1].</param>
    /// <param name="classWeights">How much an image of each class counts, (K); null: all alike.</param>
    public CrossEntropy(double labelSmoothing = 0, float[]? classWeights = null)
    {
        smoothing = (float)labelSmoothing;
        weights = classWeights is null ? null : Tensor.From(classWeights);
    }

    /// <summary>The plain cross-entropy.</summary>
    public static CrossEntropy Plain { get; } = new();

    /// <summary>Weights by which every class counts alike: n / (K n_c) for a class with n_c of the n images, 0 for one without.</summary>
    /// <param name="counts">How many images each class has.</param>
    public static float[] BalancedWeights(ReadOnlySpan<int> counts)
    {
        long all = 0;
        foreach (int count in counts)
            all += count;
        var weights = new float[counts.Length];
        for (int c = 0; c < weights.Length; c++)
            weights[c] = counts[c] == 0 ? 0 : (float)(all / ((double)counts.Length * counts[c]));
        return weights;
    }

    /// <summary>What the mean of <see cref="Of"/> is divided by: the sum of the rows' weights; without weights, their number.</summary>
    /// <param name="labels">Class indices in [0, K).</param>
    public double WeightOf(ReadOnlySpan<long> labels)
    {
        if (weights is null)
            return labels.Length;
        double sum = 0;
        foreach (long label in labels)
            sum += weights.Values[(int)label];
        return sum;
    }

    /// <summary>The loss: a mean over rows, weighted by their classes.</summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="MekikiException">The shapes do not fit, or a label is out of range.</exception>
    public Tensor Of(Tensor logits, ReadOnlySpan<long> labels) => Loss.CrossEntropy(logits, labels, weights, smoothing);
}

/// <summary>What training minimizes.</summary>
public static class TrainingLoss
{
    /// <summary>The network's own loss, see <see cref="IHasTrainingLoss"/>, or else the cross-entropy.</summary>
    /// <param name="network">The network that computed <paramref name="logits"/> last.</param>
    /// <param name="logits">(N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <param name="crossEntropy">How logits are judged; null: <see cref="CrossEntropy.Plain"/>.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="MekikiException">The shapes do not fit, or a label is out of range.</exception>
    public static Tensor LossOf(this Module network, Tensor logits, ReadOnlySpan<long> labels, CrossEntropy? crossEntropy = null)
    {
        crossEntropy ??= CrossEntropy.Plain;
        return network is IHasTrainingLoss own ? own.Loss(logits, labels, crossEntropy) : crossEntropy.Of(logits, labels);
    }
}
