namespace Mekiki.Layers;

/// <summary>max(x, 0).</summary>
/// <example>
/// <code>
/// var layers = new Sequential(new Linear(2304, 256), new Relu(), new Linear(256, 10));
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var probabilities = new Sigmoid()[net[x]];      // (N, K), each in (0, 1) by itself
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = new LeakyRelu(slope: 0.2f)[x];      // the same shape
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var layers = new Sequential(new Conv2d(1, 32, 3, padding: 1), new BatchNorm2d(32), new Relu6());
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var layers = new Sequential(new Conv2d(1, 32, 3, padding: 1), new BatchNorm2d(32), new Silu());
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = new Hardswish()[x];     // the same shape
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = x * new Hardsigmoid()[x];       // a gate in [0, 1] for each element
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var deviation = new Softplus()[x];      // the same shape, above 0
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = new Mish()[x];      // the same shape
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = new Tanh()[x];      // the same shape, in (-1, 1)
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var y = new Elu(alpha: 0.5f)[x];        // the same shape, above -0.5
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var layers = new Sequential(new Linear(256, 1024), new Gelu(), new Linear(1024, 256));
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var probabilities = new Softmax()[net[x]];      // (N, K), each row sums to 1
/// </code>
/// </example>
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
/// <example>
/// <code>
/// var loss = Loss.Nll(new LogSoftmax()[net[x]], labels);
/// </code>
/// </example>
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
