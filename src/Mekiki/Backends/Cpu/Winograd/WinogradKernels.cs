using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>The transforms of <see cref="WinogradTransforms{V, S}"/> at one vector width.</summary>
internal readonly unsafe struct WinogradKernels(
    delegate*<float**, float*, nint, nint, void> input,
    delegate*<float*, nint, float**, float*, bool, nint, void> output,
    delegate*<float*, nint, float**, WinogradMaxima, nint, void> maxima,
    delegate*<float**, float*, nint, nint, void> gradient,
    delegate*<float*, nint, float*, nint, void> weights,
    delegate*<float*, nint, int, nint, float*, nint, void> weightGradient)
{
    public delegate*<float**, float*, nint, nint, void> Input { get; } = input;

    public delegate*<float*, nint, float**, float*, bool, nint, void> Output { get; } = output;

    public delegate*<float*, nint, float**, WinogradMaxima, nint, void> Maxima { get; } = maxima;

    public delegate*<float**, float*, nint, nint, void> Gradient { get; } = gradient;

    public delegate*<float*, nint, float*, nint, void> Weights { get; } = weights;

    public delegate*<float*, nint, int, nint, float*, nint, void> WeightGradient { get; } = weightGradient;

    /// <summary>Those of <see cref="VectorWidth.Bits"/>.</summary>
    public static WinogradKernels Current => VectorWidth.Bits switch
    {
        _ when VectorWidth.Is512 => Of<Vector512<float>, Simd512>(),
        _ when VectorWidth.Is256 => Of<Vector256<float>, Simd256>(),
        _ => Of<Vector128<float>, Simd128>(),
    };

    private static WinogradKernels Of<V, S>() where V : struct where S : ISimd<V> => new(
        &WinogradTransforms<V, S>.Input, &WinogradTransforms<V, S>.Output, &WinogradTransforms<V, S>.Maxima, &WinogradTransforms<V, S>.Gradient, &WinogradTransforms<V, S>.Weights, &WinogradTransforms<V, S>.WeightGradient);
}
