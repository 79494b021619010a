using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>In training, sets a random share of the elements to 0 and enlarges the others by 1 / (1 - share).</summary>
/// <remarks>Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 15, 2014, section 4; scaled in training instead of in testing.</remarks>
public sealed class Dropout : Module
{
    private readonly float share;
    private ulong seed, position;
    private long step, calls;

    /// <summary>Creates the layer.</summary>
    /// <param name="share">Share of the elements that becomes 0, in [0, 1].</param>
    /// <exception cref="MekikiException">The share is out of range.</exception>
    public Dropout(float share = 0.5f) =>
        this.share = share is >= 0 and <= 1 ? share : throw new MekikiException($"Dropout: expected a share in [0, 1], got {share}.");

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (!IsTraining || share == 0)
            return x;
        var generator = new Generator(seed, position, (ulong)step, (ulong)calls++);
        return DropoutOperation.Apply(x, share, ref generator);
    }

    /// <inheritdoc/>
    protected override void OnStep(ulong seed, long step, ulong position) =>
        (this.seed, this.step, this.position, calls) = (seed, step, position, 0);
}
