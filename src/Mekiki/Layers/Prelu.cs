namespace Mekiki.Layers;

/// <summary>x where it is positive, else weight · x, with one weight, or one for each channel: (N, C, …) -> (N, C, …).</summary>
/// <remarks>He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852, equation 1.</remarks>
/// <example>
/// <code>
/// var y = new Prelu(channels: 64)[x];     // (N, 64, H, W), with a slope for each channel
/// </code>
/// </example>
public sealed class Prelu : Module
{
    private readonly Tensor weight;
    private readonly float start;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C, or 1: one weight for all.</param>
    /// <param name="start">The weights before training.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is below 1.</exception>
    public Prelu(int channels = 1, float start = 0.25f)
    {
        if (channels < 1)
            throw new ArgumentOutOfRangeException(nameof(channels), $"Prelu: expected 1 channel or more, got {channels}.");
        weight = Parameter("weight", [channels]);
        this.start = start;
    }

    /// <param name="x">(N, C, …).</param>
    /// <returns>A tensor of the same shape.</returns>
    /// <exception cref="MekikiException">The layer has more weights than one, and the second dimension is not their number.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Prelu(weight);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.Constant(weight, start);
}
