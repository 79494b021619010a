using Mekiki.Losses;

namespace Mekiki.Vision.Models;

/// <summary>A network whose training minimizes more than the cross-entropy of its logits.</summary>
public interface ITrainedByOwnLoss
{
    /// <summary>The loss of the last call's result.</summary>
    /// <param name="logits">What the last call returned, (N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <returns>A scalar.</returns>
    Tensor Loss(Tensor logits, ReadOnlySpan<long> labels);
}

/// <summary>What training minimizes.</summary>
public static class TrainingLoss
{
    /// <summary>The network's own loss, see <see cref="ITrainedByOwnLoss"/>, or else the cross-entropy.</summary>
    /// <param name="network">The network that computed <paramref name="logits"/> last.</param>
    /// <param name="logits">(N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <returns>A scalar.</returns>
    public static Tensor LossOf(this Module network, Tensor logits, ReadOnlySpan<long> labels) =>
        network is ITrainedByOwnLoss own ? own.Loss(logits, labels) : Loss.CrossEntropy(logits, labels);
}
