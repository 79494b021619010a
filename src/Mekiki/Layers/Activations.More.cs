namespace Mekiki.Layers;

/// <summary>x where it is positive, else slope · x.</summary>
/// <param name="slope">The slope for negative x.</param>
public sealed class LeakyRelu(float slope = 0.01f) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LeakyRelu(slope);
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class Relu6 : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Relu6();
}

/// <summary>x / (1 + e^-x), also called swish.</summary>
public sealed class Silu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Silu();
}

/// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
public sealed class Hardswish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Hardswish();
}

/// <summary>min(max(x + 3, 0), 6) / 6.</summary>
public sealed class Hardsigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Hardsigmoid();
}

/// <summary>log(1 + e^x).</summary>
public sealed class Softplus : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softplus();
}

/// <summary>x · tanh(log(1 + e^x)).</summary>
public sealed class Mish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Mish();
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Tanh();
}

/// <summary>x where it is positive, else alpha · (e^x - 1).</summary>
/// <param name="alpha">What large negative x come to, with its sign changed.</param>
public sealed class Elu(float alpha = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Elu(alpha);
}

/// <summary>x Φ(x) with the normal distribution function Φ.</summary>
/// <param name="approximate">Whether the form with tanh is computed, as PyTorch's <c>approximate="tanh"</c>.</param>
public sealed class Gelu(bool approximate = false) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Gelu(approximate);
}

/// <summary>x where it is positive, else weight · x, with one weight, or one for each channel: (N, C, …) -> (N, C, …).</summary>
/// <remarks>He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852, equation 1.</remarks>
public sealed class Prelu : Module
{
    private readonly Tensor weight;
    private readonly float start;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C, or 1: one weight for all.</param>
    /// <param name="start">The weights before training.</param>
    /// <exception cref="MekikiException"><paramref name="channels"/> is below 1.</exception>
    public Prelu(int channels = 1, float start = 0.25f)
    {
        if (channels < 1)
            throw new MekikiException($"Prelu: expected 1 channel or more, got {channels}.");
        weight = Parameter("weight", [channels]);
        this.start = start;
    }

    /// <param name="x">(N, C, …).</param>
    /// <returns>A tensor of the same shape.</returns>
    public override Tensor Forward(Tensor x) => x.Prelu(weight);

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.Constant(weight, start);
}
