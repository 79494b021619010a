namespace Mekiki.Layers;

/// <summary>max(x, 0).</summary>
public sealed class Relu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Relu();
    }
}

/// <summary>1 / (1 + e^-x).</summary>
public sealed class Sigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Sigmoid();
    }
}

/// <summary>x where it is positive, else slope · x.</summary>
/// <param name="slope">The slope for negative x.</param>
public sealed class LeakyRelu(float slope = 0.01f) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LeakyRelu(slope);
    }
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class Relu6 : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Relu6();
    }
}

/// <summary>x / (1 + e^-x), also called swish.</summary>
public sealed class Silu : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Silu();
    }
}

/// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
public sealed class Hardswish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Hardswish();
    }
}

/// <summary>min(max(x + 3, 0), 6) / 6.</summary>
public sealed class Hardsigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Hardsigmoid();
    }
}

/// <summary>log(1 + e^x).</summary>
public sealed class Softplus : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Softplus();
    }
}

/// <summary>x · tanh(log(1 + e^x)).</summary>
public sealed class Mish : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Mish();
    }
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Tanh();
    }
}

/// <summary>x where it is positive, else alpha · (e^x - 1).</summary>
/// <param name="alpha">What large negative x come to, with its sign changed.</param>
public sealed class Elu(float alpha = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Elu(alpha);
    }
}

/// <summary>x Φ(x) with the normal distribution function Φ.</summary>
/// <param name="approximate">Whether the form with tanh is computed, as PyTorch's <c>approximate="tanh"</c>.</param>
public sealed class Gelu(bool approximate = false) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Gelu(approximate);
    }
}

/// <summary>e^x / Σ e^x along a dimension.</summary>
/// <param name="dimension">Which; negative ones count from the end.</param>
public sealed class Softmax(int dimension = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Softmax(dimension);
    }
}

/// <summary>x - log Σ e^x along a dimension.</summary>
/// <param name="dimension">Which; negative ones count from the end.</param>
public sealed class LogSoftmax(int dimension = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LogSoftmax(dimension);
    }
}
