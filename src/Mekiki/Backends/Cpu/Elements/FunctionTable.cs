namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Finds the loop of a function.</summary>
internal static unsafe class FunctionTable
{
    // So many are handled by the calling thread.
    private const int MostAtOnce = 1 << 14;

    /// <inheritdoc cref="FunctionLoops.Map"/>
    public static void Map(in Function f, float* from, float* to, nint count, int rows = 1, nint stride = 0)
    {
        switch (f.Kind)
        {
            case FunctionKind.Scale: FunctionLoops.Map<ScaleFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Relu: Elementwise.Map<ReluFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Sigmoid: Elementwise.Map<SigmoidFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Tanh: Elementwise.Map<TanhFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Gelu: Elementwise.Map<GeluFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Exp: Elementwise.Map<ExpFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Log: Elementwise.Map<LogFunction>(from, to, count, rows, stride); break;
            case FunctionKind.Sqrt: Elementwise.Map<SqrtFunction>(from, to, count, rows, stride); break;
            case FunctionKind.LeakyRelu: FunctionLoops.Map<LeakyReluFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Silu: FunctionLoops.Map<SiluFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Hardswish: FunctionLoops.Map<HardswishFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Hardsigmoid: FunctionLoops.Map<HardsigmoidFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Relu6: FunctionLoops.Map<Relu6Function>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Elu: FunctionLoops.Map<EluFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Softplus: FunctionLoops.Map<SoftplusFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Mish: FunctionLoops.Map<MishFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.GeluTanh: FunctionLoops.Map<GeluTanhFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Erf: FunctionLoops.Map<ErfFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Abs: FunctionLoops.Map<AbsFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Rsqrt: FunctionLoops.Map<RsqrtFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Pow when f.A == 2: FunctionLoops.Map<SquareFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Pow: FunctionLoops.Map<PowFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Root: FunctionLoops.Map<RootFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Clamp: FunctionLoops.Map<ClampFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Sin: FunctionLoops.Map<SinFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Cos: FunctionLoops.Map<CosFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Reciprocal: FunctionLoops.Map<ReciprocalFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Sign: FunctionLoops.Map<SignFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Floor: FunctionLoops.Map<FloorFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Ceiling: FunctionLoops.Map<CeilingFunction>(from, to, count, f.A, f.B, rows, stride); break;
            case FunctionKind.Round: FunctionLoops.Map<RoundFunction>(from, to, count, f.A, f.B, rows, stride); break;
            default: throw new ArgumentOutOfRangeException(null, $"Map: expected a function, got {f.Kind}. This is a bug.");
        }
    }

    /// <summary>x = f(x) on the calling thread.</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">The first pixel's first channel.</param>
    /// <param name="stride">Floats from pixel to pixel.</param>
    /// <param name="pixels">How many pixels.</param>
    /// <param name="channels">How many channels of each.</param>
    public static void MapPixels(in Function f, float* x, nint stride, int pixels, int channels)
    {
        if (stride == channels)
            (pixels, channels) = (1, pixels * channels);
        for (int c = 0; c < channels; c += MostAtOnce)
            Map(f, x + c, x + c, Math.Min(MostAtOnce, channels - c), pixels, stride);
    }

    /// <summary>Whether a function's derivative takes its argument alone, and so little time that it may be computed twice rather than kept: those behind batch norms of networks for photographs.</summary>
    public static bool DerivesFromInput(FunctionKind kind) => kind is FunctionKind.Relu6 or FunctionKind.Silu or FunctionKind.Hardswish;

    /// <summary>Whether a function's derivative can be told from its result alone: then what it is a function of need not be kept.</summary>
    public static bool DerivesFromResult(FunctionKind kind) => kind is FunctionKind.Relu or FunctionKind.Relu6;

    /// <summary>dx = dy · f'(x), given y = f(x) too; dx may be any of them.</summary>
    public static void Derive(in Function f, float* x, float* y, float* dy, float* dx, nint count)
    {
        switch (f.Kind)
        {
            case FunctionKind.Relu: Elementwise.Derive<ReluFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Sigmoid: Elementwise.Derive<SigmoidFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Tanh: Elementwise.Derive<TanhFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Gelu: Elementwise.Derive<GeluFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Exp: Elementwise.Derive<ExpFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Log: Elementwise.Derive<LogFunction>(x, y, dy, dx, count); break;
            case FunctionKind.Sqrt: Elementwise.Derive<SqrtFunction>(x, y, dy, dx, count); break;
            case FunctionKind.LeakyRelu: FunctionLoops.Derive<LeakyReluFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Silu: FunctionLoops.Derive<SiluFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Hardswish: FunctionLoops.Derive<HardswishFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Hardsigmoid: FunctionLoops.Derive<HardsigmoidFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Relu6: FunctionLoops.Derive<Relu6Function>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Elu: FunctionLoops.Derive<EluFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Softplus: FunctionLoops.Derive<SoftplusFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Mish: FunctionLoops.Derive<MishFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.GeluTanh: FunctionLoops.Derive<GeluTanhFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Erf: FunctionLoops.Derive<ErfFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Abs: FunctionLoops.Derive<AbsFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Rsqrt: FunctionLoops.Derive<RsqrtFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Pow when f.A == 2: FunctionLoops.Derive<SquareFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Pow: FunctionLoops.Derive<PowFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Root: FunctionLoops.Derive<RootFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Clamp: FunctionLoops.Derive<ClampFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Sin: FunctionLoops.Derive<SinFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Cos: FunctionLoops.Derive<CosFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Reciprocal: FunctionLoops.Derive<ReciprocalFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Sign: FunctionLoops.Derive<SignFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Floor: FunctionLoops.Derive<FloorFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Ceiling: FunctionLoops.Derive<CeilingFunction>(x, y, dy, dx, count, f.A, f.B); break;
            case FunctionKind.Round: FunctionLoops.Derive<RoundFunction>(x, y, dy, dx, count, f.A, f.B); break;
            default: throw new ArgumentOutOfRangeException(null, $"Derive: expected a function with a derivative of its own, got {f.Kind}. This is a bug.");
        }
    }

    /// <summary>dx = dy · f'(x) on the calling thread, of a function that <see cref="DerivesFromInput"/>; dx may be x.</summary>
    public static void DerivePixels(in Function f, float* x, float* dy, float* dx, nint count)
    {
        for (nint i = 0; i < count; i += MostAtOnce)
            Derive(f, x + i, x + i, dy + i, dx + i, Math.Min(MostAtOnce, count - i));
    }

    /// <summary>The bounds between which a function keeps numbers, where that is all it does: those of ReLU and ReLU6.</summary>
    /// <param name="f">The function, or null.</param>
    /// <param name="floor">The lowest result.</param>
    /// <param name="ceiling">The highest.</param>
    /// <returns>Whether it does no more.</returns>
    public static bool IsBound(in Function? f, out float floor, out float ceiling)
    {
        (floor, ceiling) = (float.NegativeInfinity, float.PositiveInfinity);
        if (f is not { Kind: var kind })
            return true;
        if (kind is not (FunctionKind.Relu or FunctionKind.Relu6))
            return false;
        (floor, ceiling) = (0, kind == FunctionKind.Relu6 ? 6 : ceiling);
        return true;
    }
}
