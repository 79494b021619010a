using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>Batch normalization: each channel gets mean β and deviation γ over the batch; in evaluation, by running statistics.</summary>
/// <remarks>Ioffe, Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift", 2015, arXiv:1502.03167, algorithm 1.</remarks>
public abstract class BatchNorm : Module
{
    private readonly Tensor weight, bias, runningMean, runningVariance, batches;
    private readonly float momentum, epsilon, firstWeight;
    private readonly int rank;

    private protected BatchNorm(int features, float epsilon, float momentum, float firstWeight, int rank)
    {
        if (features < 1)
            throw new ArgumentOutOfRangeException(nameof(features), $"BatchNorm: expected 1 channel or more, got {features}.");
        Ranges.Positive(epsilon, "Epsilon");
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), $"BatchNorm: expected a momentum in [0, 1], got {momentum}.");
        (this.momentum, this.epsilon, this.firstWeight, this.rank) = (momentum, epsilon, firstWeight, rank);
        weight = Parameter("weight", [features]);
        bias = Parameter("bias", [features]);
        runningMean = RegisterBuffer("running_mean", Tensor.Zeros([features]));
        runningVariance = RegisterBuffer("running_var", Tensor.Ones([features]));
        batches = RegisterBuffer("num_batches_tracked", Tensor.From([0L], []));
    }

    /// <inheritdoc/>
    /// <exception cref="MekikiException">The shape is not (N, C) for <see cref="BatchNorm1d"/>, or (N, C, H, W) for <see cref="BatchNorm2d"/>, with the layer's C.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank != rank)
            throw new MekikiException($"{GetType().Name}: expected {(rank == 2 ? "(N, C)" : "(N, C, H, W)")}, got {x.Shape}.");
        if (!IsTraining)
            return Normalize(x);
        using var use = Root.Lock.Enter(writes: true);
        Count(batches.ItemOf<long>() + 1);
        return Normalize(x);
    }

    private Tensor Normalize(Tensor x) =>
        NormOperation.Apply(x, weight, bias, runningMean, runningVariance, IsTraining, momentum, epsilon);

    private void Count(long value) => batches.Backend.Upload([value], batches.Data);

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator)
    {
        Initialization.Constant(weight, firstWeight);
        Initialization.Constant(bias, 0);
        Initialization.Constant(runningMean, 0);
        Initialization.Constant(runningVariance, 1);
        Count(0);
    }
}

/// <summary>Batch normalization of rows, (N, C).</summary>
/// <example>
/// <code>
/// var layers = new Sequential(new Linear(2304, 256, bias: false), new BatchNorm1d(256), new Relu());
/// </code>
/// </example>
/// <param name="features">C, 1 or more.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">Share of each batch in the running statistics, in [0, 1].</param>
/// <param name="firstWeight">γ before training; 0 at the end of a residual block lets it begin as its shortcut.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed class BatchNorm1d(int features, float epsilon = 1e-5f, float momentum = 0.1f, float firstWeight = 1) : BatchNorm(features, epsilon, momentum, firstWeight, rank: 2);

/// <summary>Batch normalization of images, (N, C, H, W), over N, H and W.</summary>
/// <example>
/// <code>
/// var layers = new Sequential(new Conv2d(1, 64, 3, padding: 1, bias: false), new BatchNorm2d(64), new Relu());
/// var y = layers[x];      // (N, 64, H, W)
/// </code>
/// </example>
/// <param name="features">C, 1 or more.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">Share of each batch in the running statistics, in [0, 1].</param>
/// <param name="firstWeight">γ before training; 0 at the end of a residual block lets it begin as its shortcut.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed class BatchNorm2d(int features, float epsilon = 1e-5f, float momentum = 0.1f, float firstWeight = 1) : BatchNorm(features, epsilon, momentum, firstWeight, rank: 4);
