using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>Batch normalization: each channel gets mean β and deviation γ over the batch; in evaluation, by running statistics.</summary>
/// <remarks>Ioffe, Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift", 2015, arXiv:1502.03167, algorithm 1.</remarks>
public abstract class BatchNorm : Module
{
    private readonly Tensor weight, bias, runningMean, runningVariance, batches;
    private readonly float momentum, epsilon, firstWeight;
    private readonly int rank;
    private Held? held;

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
            return NormOperation.Apply(x, weight, bias, runningMean, runningVariance, training: false, momentum, epsilon);
        if (held is not null)
        {
            held.Begin(GetType().Name);
            return NormOperation.Apply(x, weight, bias, held.Mean, held.Variance, training: true, momentum: 1, epsilon);
        }

        using var use = Root.Lock.Enter(writes: true);
        Count(batches.ItemOf<long>() + 1);
        return NormOperation.Apply(x, weight, bias, runningMean, runningVariance, training: true, momentum, epsilon);
    }

    /// <summary>C.</summary>
    internal int Features => weight.Count;

    /// <summary>Whether passes in training keep what they measure apart from the running statistics.</summary>
    internal void Hold(bool isHeld) => held = isHeld ? new Held(Features) : null;

    /// <summary>What the last pass measured: mean (C) and variance (C) of the batch.</summary>
    /// <returns>Whether there was a pass in training since the last call.</returns>
    internal bool Take(Span<float> mean, Span<float> variance) => held!.Take(mean, variance);

    /// <summary>Brings what a pass measured into the running statistics, with the bits of a pass that would have done so itself.</summary>
    internal void Replay(ReadOnlySpan<float> mean, ReadOnlySpan<float> variance)
    {
        using var use = Root.Lock.Enter(writes: true);
        Count(batches.ItemOf<long>() + 1);
        Approach(runningMean, mean);
        Approach(runningVariance, variance);
    }

    private void Approach(Tensor running, ReadOnlySpan<float> measured)
    {
        float[] values = running.ToArray();
        for (int c = 0; c < values.Length; c++)
            values[c] += momentum * (measured[c] - values[c]);
        running.CopyFrom(values);
    }

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

    // Running statistics that begin at 0 and take all of a batch's: 0 + 1 · (x - 0) is x to the bit.
    private sealed class Held(int features)
    {
        private int passes;

        public Tensor Mean { get; } = Tensor.Zeros([features]);

        public Tensor Variance { get; } = Tensor.Zeros([features]);

        public void Begin(string layer)
        {
            if (++passes > 1)
                throw new MekikiException($"{layer}: expected one pass through each batch norm, since its statistics are brought together from several machines, got two. Give each place of the network a layer of its own.");
            Mean.Backend.Fill(Mean.Data, 0);
            Variance.Backend.Fill(Variance.Data, 0);
        }

        public bool Take(Span<float> mean, Span<float> variance)
        {
            bool isThere = passes > 0;
            passes = 0;
            Mean.CopyTo(mean);
            Variance.CopyTo(variance);
            return isThere;
        }
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
