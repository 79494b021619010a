namespace Mekiki.Layers;

/// <summary>max(x, 0).</summary>
public sealed class Relu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Relu();
}

/// <summary>1 / (1 + e^-x).</summary>
public sealed class Sigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Sigmoid();
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Tanh();
}

/// <summary>x Φ(x) with the normal distribution function Φ. Hendrycks, Gimpel 2016, arXiv:1606.08415.</summary>
public sealed class Gelu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Gelu();
}

/// <summary>x where it is positive, else 0.01 x. Maas, Hannun, Ng 2013.</summary>
public sealed class LeakyRelu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LeakyRelu();
}

/// <summary>e^x / Σ e^x along a dimension.</summary>
/// <param name="dimension">Which; negative ones count from the end.</param>
public sealed class Softmax(int dimension = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softmax(dimension);
}

/// <summary>x - log Σ e^x along a dimension.</summary>
/// <param name="dimension">Which; negative ones count from the end.</param>
public sealed class LogSoftmax(int dimension = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LogSoftmax(dimension);
}
