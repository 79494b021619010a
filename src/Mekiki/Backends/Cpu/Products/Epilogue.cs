namespace Mekiki.Backends.Cpu.Products;

/// <summary>What becomes of a product's result while it is still in the cache: y = f(y + b + r).</summary>
/// <param name="bias">(O), or null.</param>
/// <param name="residual">What is added, lying as the result does, or null.</param>
/// <param name="then">The function of each number, or null.</param>
internal readonly unsafe struct Epilogue(float* bias, float* residual, Function? then = null)
{
    public float* Bias { get; } = bias;

    public float* Residual { get; } = residual;

    public Function? Then { get; } = then;
}
