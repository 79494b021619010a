using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu;

/// <summary>The functions of one number with constants.</summary>
internal sealed unsafe partial class CpuBackend
{
    private static Storage DeriveWithConstants(in Function f, Storage x, Storage y, Storage dy) => f.Kind switch
    {
        FunctionKind.LeakyRelu => Derive<LeakyReluFunction>(f, x, y, dy),
        FunctionKind.Silu => Derive<SiluFunction>(f, x, y, dy),
        FunctionKind.Hardswish => Derive<HardswishFunction>(f, x, y, dy),
        FunctionKind.Hardsigmoid => Derive<HardsigmoidFunction>(f, x, y, dy),
        FunctionKind.Relu6 => Derive<Relu6Function>(f, x, y, dy),
        FunctionKind.Elu => Derive<EluFunction>(f, x, y, dy),
        FunctionKind.Softplus => Derive<SoftplusFunction>(f, x, y, dy),
        FunctionKind.Mish => Derive<MishFunction>(f, x, y, dy),
        FunctionKind.GeluTanh => Derive<GeluTanhFunction>(f, x, y, dy),
        FunctionKind.Erf => Derive<ErfFunction>(f, x, y, dy),
        FunctionKind.Abs => Derive<AbsFunction>(f, x, y, dy),
        FunctionKind.Rsqrt => Derive<RsqrtFunction>(f, x, y, dy),
        FunctionKind.Pow when f.A == 2 => Derive<SquareFunction>(f, x, y, dy),
        FunctionKind.Pow => Derive<PowFunction>(f, x, y, dy),
        FunctionKind.Root => Derive<RootFunction>(f, x, y, dy),
        FunctionKind.Clamp => Derive<ClampFunction>(f, x, y, dy),
        FunctionKind.Sin => Derive<SinFunction>(f, x, y, dy),
        FunctionKind.Cos => Derive<CosFunction>(f, x, y, dy),
        FunctionKind.Reciprocal => Derive<ReciprocalFunction>(f, x, y, dy),
        FunctionKind.Sign => Derive<SignFunction>(f, x, y, dy),
        FunctionKind.Floor => Derive<FloorFunction>(f, x, y, dy),
        FunctionKind.Ceiling => Derive<CeilingFunction>(f, x, y, dy),
        FunctionKind.Round => Derive<RoundFunction>(f, x, y, dy),
        _ => throw Unknown(f.Kind),
    };

    private static Storage Derive<F>(in Function f, Storage x, Storage y, Storage dy) where F : unmanaged, IFunction
    {
        float* gradient = P(dy);
        var dx = dy.IsExclusive ? dy : CpuStorage.Floats(dy.Length);
        FunctionLoops.Derive<F>(P(x), P(y), gradient, P(dx), (nint)dy.Length, f.A, f.B);
        if (dx != dy)
            dy.Release();
        return dx;
    }
}
