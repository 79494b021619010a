namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>What becomes of a convolution's numbers before their 2x2 maxima are taken: f(scale · (y + bias) + shift).</summary>
/// <param name="bias">(O), or null.</param>
/// <param name="scale">(O), or null: neither scale nor shift.</param>
/// <param name="shift">(O).</param>
/// <param name="relu">Whether f is ReLU, not the number itself.</param>
internal readonly unsafe struct WinogradMaxima(float* bias, float* scale, float* shift, bool relu)
{
    public float* Bias { get; } = bias;

    public float* Scale { get; } = scale;

    public float* Shift { get; } = shift;

    public bool Relu { get; } = relu;

    /// <summary>The same of the features from one on.</summary>
    public WinogradMaxima From(int feature) => new(Bias == null ? null : Bias + feature, Scale == null ? null : Scale + feature, Shift == null ? null : Shift + feature, Relu);
}
