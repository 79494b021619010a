using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Element by element.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Map(in Function f, Storage x, bool recorded)
    {
        var y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = Value(f, Of(x)[i]);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage MapGradient(in Function f, Storage x, Storage y, Storage dy)
    {
        var dx = new double[dy.Length];
        for (int i = 0; i < dx.Length; i++)
            dx[i] = Of(dy)[i] * Slope(f, Of(x)[i], Of(y)[i]);
        dy.Release();
        return Store(dx);
    }

    /// <inheritdoc/>
    public override Storage Combine(Combination f, Storage a, Shape aShape, Storage b, Shape bShape, Shape shape, bool recorded)
    {
        var y = new double[shape.ElementCount];
        for (int i = 0; i < y.Length; i++)
            y[i] = Value(f, Of(a)[Origin(aShape, shape, i)], Of(b)[Origin(bShape, shape, i)]);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage CombineGradient(Combination f, bool bySecond, Storage a, Shape aShape, Storage b, Shape bShape, Storage dy, Shape shape)
    {
        var own = bySecond ? bShape : aShape;
        var gradient = new double[own.ElementCount];
        for (int i = 0; i < shape.ElementCount; i++)
            gradient[Origin(own, shape, i)] += Of(dy)[i] * Slope(f, bySecond, a, Origin(aShape, shape, i), b, Origin(bShape, shape, i));
        return Store(gradient);
    }

    /// <inheritdoc/>
    public override void Add(Storage more, Storage sum)
    {
        for (int i = 0; i < sum.Length; i++)
            Of(sum)[i] += Of(more)[i];
        sum.Touch();
    }

    /// <inheritdoc/>
    public override void Rescale(Storage x, float factor)
    {
        for (int i = 0; i < x.Length; i++)
            Of(x)[i] *= factor;
        x.Touch();
    }

    /// <inheritdoc/>
    public override void Approach(Storage x, float share, Storage y)
    {
        for (int i = 0; i < y.Length; i++)
            Of(y)[i] += share * (Of(x)[i] - Of(y)[i]);
        y.Touch();
    }

    /// <inheritdoc/>
    /// <remarks>One draw for each element, in order, and float32 in what is left: masks are equal on every backend.</remarks>
    public override Storage DropoutMask(long length, float share, ref Generator generator)
    {
        var mask = new double[length];
        for (int i = 0; i < mask.Length; i++)
            mask[i] = generator.NextSingle() < share ? 0 : 1 / (1 - share);
        return Store(mask);
    }

    private static double Value(in Function f, double x) => f.Kind switch
    {
        FunctionKind.Scale => f.A * x,
        FunctionKind.Relu => Math.Max(x, 0),
        FunctionKind.LeakyRelu => x > 0 ? x : f.A * x,
        FunctionKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        FunctionKind.Tanh => Math.Tanh(x),
        FunctionKind.Gelu => x * NormalDistribution(x),
        FunctionKind.Exp => Math.Exp(x),
        FunctionKind.Log => Math.Log(x),
        FunctionKind.Sqrt => Math.Sqrt(x),
        FunctionKind.Silu => x / (1 + Math.Exp(-x)),
        FunctionKind.Hardswish => x * Math.Clamp(x + 3, 0, 6) / 6,
        FunctionKind.Hardsigmoid => Math.Clamp(x + 3, 0, 6) / 6,
        FunctionKind.Relu6 => Math.Clamp(x, 0, 6),
        FunctionKind.Elu => x > 0 ? x : f.A * (Math.Exp(x) - 1),
        FunctionKind.Softplus => Softplus(x),
        FunctionKind.Mish => x * Math.Tanh(Softplus(x)),
        FunctionKind.GeluTanh => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        FunctionKind.Erf => 2 * NormalDistribution(x * Math.Sqrt(2)) - 1,
        FunctionKind.Abs => Math.Abs(x),
        FunctionKind.Rsqrt => 1 / Math.Sqrt(x),
        FunctionKind.Pow => Math.Pow(x, f.A),
        FunctionKind.Root => Math.Pow(x, 1.0 / f.A),
        FunctionKind.Clamp => Math.Clamp(x, f.A, f.B),
        FunctionKind.Sin => Math.Sin(x),
        FunctionKind.Cos => Math.Cos(x),
        FunctionKind.Reciprocal => 1 / x,
        FunctionKind.Sign => double.IsNaN(x) ? x : Math.Sign(x),
        FunctionKind.Floor => Math.Floor(x),
        FunctionKind.Ceiling => Math.Ceiling(x),
        FunctionKind.Round => Math.Round(x, MidpointRounding.ToEven),
        _ => throw new ArgumentOutOfRangeException(nameof(f), f.Kind, "Not known here."),
    };

    /// <summary>f'(x), given y = f(x).</summary>
    private static double Slope(in Function f, double x, double y) => f.Kind switch
    {
        FunctionKind.Scale => f.A,
        FunctionKind.Relu => x <= 0 ? 0 : 1,
        FunctionKind.LeakyRelu => x > 0 ? 1 : f.A,
        FunctionKind.Sigmoid => y * (1 - y),
        FunctionKind.Tanh => 1 - y * y,
        FunctionKind.Gelu => NormalDistribution(x) + x * NormalDensity(x),
        FunctionKind.Exp => y,
        FunctionKind.Log => 1 / x,
        FunctionKind.Sqrt => 0.5 / y,
        FunctionKind.Silu => Sigmoid(x) * (1 + x * (1 - Sigmoid(x))),
        FunctionKind.Hardswish => x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5,
        FunctionKind.Hardsigmoid => x is <= -3 or >= 3 ? 0 : 1.0 / 6,
        FunctionKind.Relu6 => x is <= 0 or >= 6 ? 0 : 1,
        FunctionKind.Elu => x > 0 ? 1 : f.A * Math.Exp(x),
        FunctionKind.Softplus => Sigmoid(x),
        FunctionKind.Mish => Math.Tanh(Softplus(x)) + x * Sigmoid(x) / Math.Pow(Math.Cosh(Softplus(x)), 2),
        FunctionKind.GeluTanh => GeluTanhSlope(x),
        FunctionKind.Erf => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x),
        FunctionKind.Abs => Math.Sign(x),
        FunctionKind.Rsqrt => -0.5 * Math.Pow(x, -1.5),
        FunctionKind.Pow => f.A == 0 ? 0 : f.A * Math.Pow(x, f.A - 1.0),
        FunctionKind.Root => x == 0 ? 0 : y / (f.A * x),
        FunctionKind.Clamp => x < f.A || x > f.B ? 0 : 1,
        FunctionKind.Sin => Math.Cos(x),
        FunctionKind.Cos => -Math.Sin(x),
        FunctionKind.Reciprocal => -1 / (x * x),
        FunctionKind.Sign or FunctionKind.Floor or FunctionKind.Ceiling or FunctionKind.Round => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(f), f.Kind, "Not known here."),
    };

    private static double Value(Combination f, double a, double b) => f switch
    {
        Combination.Add => a + b,
        Combination.Subtract => a - b,
        Combination.Multiply => a * b,
        Combination.Divide => a / b,
        Combination.Maximum => Math.Max(a, b),
        Combination.Minimum => Math.Min(a, b),
        Combination.Prelu => a > 0 ? a : a * b,
        _ => throw new ArgumentOutOfRangeException(nameof(f), f, "Not known here."),
    };

    /// <summary>∂f/∂a or ∂f/∂b. Sums and differences read neither, which may be freed already.</summary>
    private static double Slope(Combination f, bool bySecond, Storage a, int atA, Storage b, int atB) => (f, bySecond) switch
    {
        (Combination.Add, _) or (Combination.Subtract, false) => 1,
        (Combination.Subtract, true) => -1,
        (Combination.Multiply, false) => Of(b)[atB],
        (Combination.Multiply, true) => Of(a)[atA],
        (Combination.Divide, false) => 1 / Of(b)[atB],
        (Combination.Divide, true) => -Of(a)[atA] / (Of(b)[atB] * Of(b)[atB]),
        (Combination.Maximum, false) or (Combination.Minimum, true) => Share(Of(a)[atA], Of(b)[atB]),
        (Combination.Maximum, true) or (Combination.Minimum, false) => Share(Of(b)[atB], Of(a)[atA]),
        (Combination.Prelu, false) => Of(a)[atA] > 0 ? 1 : Of(b)[atB],
        (Combination.Prelu, true) => Of(a)[atA] > 0 ? 0 : Of(a)[atA],
        _ => throw new ArgumentOutOfRangeException(nameof(f), f, "Not known here."),
    };

    /// <summary>What the first of two numbers gets of the larger one's gradient.</summary>
    private static double Share(double a, double b) => a < b ? 0 : a == b ? 0.5 : 1;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double GeluTanhSlope(double x)
    {
        double root = Math.Sqrt(2 / Math.PI), tanh = Math.Tanh(root * (x + 0.044715 * x * x * x));
        return (1 + tanh) / 2 + x / 2 * (1 - tanh * tanh) * root * (1 + 3 * 0.044715 * x * x);
    }

    private static double NormalDensity(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    /// <summary>Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …): Marsaglia, "Evaluating the Normal Distribution", J. Statistical Software 11(4), 2004. Beyond 8 it is 0 or 1 to the last digit.</summary>
    private static double NormalDistribution(double x)
    {
        if (Math.Abs(x) > 8)
            return x > 0 ? 1 : 0;
        double sum = x, term = x;
        for (int n = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); n += 2)
            sum += term *= x * x / n;
        return 0.5 + sum * NormalDensity(x);
    }
}
