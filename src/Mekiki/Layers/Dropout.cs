using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>In training, sets a random share of the elements to 0 and enlarges the others by 1 / (1 - share).</summary>
/// <remarks>Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 15, 2014, section 4; scaled in training instead of in testing.</remarks>
/// <example>
/// <code>
/// var head = new Sequential(new Linear(2304, 256), new Relu(), new Dropout(0.2f), new Linear(256, 10));
/// </code>
/// </example>
public sealed class Dropout : RandomDropout
{
    /// <summary>Creates the layer.</summary>
    /// <param name="share">Share of the elements that becomes 0, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public Dropout(float share = 0.5f) : base(share)
    {
    }

    private protected override Tensor Drop(Tensor x, float share, ref Generator generator) => DropoutOperation.Apply(x, share, ref generator);
}

/// <summary>In training, sets a random share of the channels of each image to 0, whole, and enlarges the others by 1 / (1 - share).</summary>
/// <remarks>Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient Object Localization Using Convolutional Networks", 2015, arXiv:1411.4280, section 3.1.</remarks>
/// <example>
/// <code>
/// var y = new Dropout2d(0.1f)[x];     // (N, C, H, W); in training, whole channels are 0
/// </code>
/// </example>
public sealed class Dropout2d : RandomDropout
{
    /// <summary>Creates the layer.</summary>
    /// <param name="share">Share of the channels that becomes 0, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public Dropout2d(float share = 0.5f) : base(share)
    {
    }

    private protected override Tensor Drop(Tensor x, float share, ref Generator generator)
    {
        if (x.Shape.Rank != 4)
            throw new MekikiException($"Dropout2d: expected images (N, C, H, W), got {x.Shape}.");
        return x * DropoutOperation.Apply(Tensor.Ones([x.Shape[0], x.Shape[1], 1, 1]), share, ref generator).AsInner();
    }
}

/// <summary>What sets random parts to 0 in training; equal seeds and steps draw the same.</summary>
public abstract class RandomDropout : Module
{
    private readonly float share;
    private ulong seed, position;
    private long step, calls;

    private protected RandomDropout(float share) =>
        this.share = share is >= 0 and <= 1 ? share : throw new ArgumentOutOfRangeException(nameof(share), $"{GetType().Name}: expected a share in [0, 1], got {share}.");

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!IsTraining || share == 0)
            return x;
        var generator = new Generator(seed, position, (ulong)step, (ulong)calls++);
        return Drop(x, share, ref generator);
    }

    private protected abstract Tensor Drop(Tensor x, float share, ref Generator generator);

    /// <inheritdoc/>
    protected override void OnStep(ulong seed, long step, ulong position) =>
        (this.seed, this.step, this.position, calls) = (seed, step, position, 0);
}
