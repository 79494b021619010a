namespace Mekiki.Backends.Cpu.Products;

/// <summary>What becomes of a product's result while it is still in the cache: y = max(y + b + r, 0).</summary>
/// <param name="bias">(O), or null.</param>
/// <param name="residual">What is added, lying as the result does, or null.</param>
/// <param name="relu">Whether negative results become 0.</param>
internal readonly unsafe struct Epilogue(float* bias, float* residual, bool relu)
{
    public float* Bias { get; } = bias;

    public float* Residual { get; } = residual;

    public bool Relu { get; } = relu;
}
