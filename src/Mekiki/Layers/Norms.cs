namespace Mekiki.Layers;

/// <summary>Layer normalization over the last dimensions: mean β and deviation γ for each example by itself.</summary>
/// <remarks>Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, equation 3.</remarks>
/// <example>
/// <code>
/// var y = new LayerNorm([256])[x];        // (N, L, 256) -> (N, L, 256)
/// </code>
/// </example>
public sealed class LayerNorm : Module
{
    private readonly Tensor? weight, bias;
    private readonly Shape normalizedShape;
    private readonly float epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="normalizedShape">The sizes of the last dimensions, one or more of 1 or more, such as <c>[768]</c>.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="affine">Whether there are γ and β, which are learned.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no dimension, one is 0, or epsilon is not above 0.</exception>
    public LayerNorm(Shape normalizedShape, float epsilon = 1e-5f, bool affine = true)
    {
        if (normalizedShape.Rank == 0 || normalizedShape.ElementCount == 0)
            throw new ArgumentOutOfRangeException(nameof(normalizedShape), $"LayerNorm: expected one dimension or more, of 1 or more, got {normalizedShape}.");
        (this.normalizedShape, this.epsilon) = (normalizedShape, (float)Ranges.Positive(epsilon, "Epsilon"));
        weight = affine ? Parameter("weight", normalizedShape) : null;
        bias = affine ? Parameter("bias", normalizedShape) : null;
    }

    /// <param name="x">(…, normalizedShape).</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="MekikiException">The shape is not that of <paramref name="x"/>, with the layer's sizes.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LayerNorm(normalizedShape, weight, bias, epsilon);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.OnesAndZeros(weight, bias);
}

/// <summary>Layer normalization over the channels of each pixel, (N, C, H, W), as in ConvNeXt.</summary>
/// <remarks>Liu et al., "A ConvNet for the 2020s", 2022, arXiv:2201.03545, section 2.6.</remarks>
/// <example>
/// <code>
/// var y = new LayerNorm2d(96)[x];     // (N, 96, H, W) -> (N, 96, H, W)
/// </code>
/// </example>
public sealed class LayerNorm2d : Module
{
    private readonly Tensor weight, bias;
    private readonly float epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LayerNorm2d(int channels, float epsilon = 1e-6f)
    {
        if (channels < 1)
            throw new ArgumentOutOfRangeException(nameof(channels), $"LayerNorm2d: expected 1 channel or more, got {channels}.");
        this.epsilon = (float)Ranges.Positive(epsilon, "Epsilon");
        weight = Parameter("weight", [channels]);
        bias = Parameter("bias", [channels]);
    }

    /// <param name="x">Images, (N, C, H, W).</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="MekikiException">The shape is not that of <paramref name="x"/>, with the layer's sizes.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LayerNorm2d(weight, bias, epsilon);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.OnesAndZeros(weight, bias);
}

/// <summary>Group normalization: mean and deviation over groups of channels of each example; γ and β for each channel.</summary>
/// <remarks>Wu, He, "Group Normalization", 2018, arXiv:1803.08494, equation 7.</remarks>
/// <example>
/// <code>
/// var y = new GroupNorm(groups: 8, channels: 64)[x];      // (N, 64, H, W) -> (N, 64, H, W)
/// </code>
/// </example>
public sealed class GroupNorm : Module
{
    private readonly Tensor? weight, bias;
    private readonly int groups;
    private readonly float epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Into how many groups the channels are divided, 1 or more.</param>
    /// <param name="channels">C, a multiple of <paramref name="groups"/>.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="affine">Whether there are γ and β, which are learned.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public GroupNorm(int groups, int channels, float epsilon = 1e-5f, bool affine = true)
    {
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(channels), $"GroupNorm: expected channels that 1 group or more divides, got {channels} channels and {groups} groups.");
        (this.groups, this.epsilon) = (groups, (float)Ranges.Positive(epsilon, "Epsilon"));
        weight = affine ? Parameter("weight", [channels]) : null;
        bias = affine ? Parameter("bias", [channels]) : null;
    }

    /// <param name="x">(N, C, …).</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="MekikiException">The shape is not that of <paramref name="x"/>, with the layer's sizes.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.GroupNorm(groups, weight, bias, epsilon);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.OnesAndZeros(weight, bias);
}

/// <summary>Instance normalization: mean and deviation over the pixels of each channel of each example, (N, C, H, W).</summary>
/// <remarks>
/// Ulyanov, Vedaldi, Lempitsky, "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016, arXiv:1607.08022, equation 2.
/// As PyTorch's InstanceNorm2d: without γ and β when not asked for. Differs from it: no running statistics.
/// </remarks>
/// <example>
/// <code>
/// var y = new InstanceNorm2d(64, affine: true)[x];        // (N, 64, H, W) -> (N, 64, H, W)
/// </code>
/// </example>
public sealed class InstanceNorm2d : Module
{
    private readonly Tensor? weight, bias;
    private readonly int channels;
    private readonly float epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="affine">Whether there are γ and β, which are learned.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public InstanceNorm2d(int channels, float epsilon = 1e-5f, bool affine = false)
    {
        if (channels < 1)
            throw new ArgumentOutOfRangeException(nameof(channels), $"InstanceNorm2d: expected 1 channel or more, got {channels}.");
        (this.channels, this.epsilon) = (channels, (float)Ranges.Positive(epsilon, "Epsilon"));
        weight = affine ? Parameter("weight", [channels]) : null;
        bias = affine ? Parameter("bias", [channels]) : null;
    }

    /// <param name="x">Images, (N, C, H, W).</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W), with the layer's C.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank != 4 || x.Shape[1] != channels)
            throw new MekikiException($"InstanceNorm2d: expected (N, {channels}, H, W), got {x.Shape}.");
        return x.InstanceNorm(weight, bias, epsilon);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.OnesAndZeros(weight, bias);
}
