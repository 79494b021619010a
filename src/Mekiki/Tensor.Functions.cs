using Mekiki.Backends;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>x where it is positive, else <paramref name="slope"/> · x.</summary>
    /// <param name="slope">The slope for negative x.</param>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor LeakyRelu(float slope = 0.01f) => MapOperation.Apply(this, FunctionKind.LeakyRelu, slope);

    /// <summary>x where it is positive, else weight · x, with a weight for each channel. He et al. 2015, "Delving Deep into Rectifiers", equation 1.</summary>
    /// <remarks>The tensor is (N, C, …) with a weight (C), or of any shape with a weight (1).</remarks>
    /// <param name="weight">(C) or (1); it gets a gradient too.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public Tensor Prelu(Tensor weight) => PreluOperation.Apply(this, weight);

    /// <summary>x / (1 + e^-x), also called swish.</summary>
    /// <remarks>A quotient of polynomials stands for the sigmoid, which is wrong by at most 2e-7.</remarks>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Silu() => MapOperation.Apply(this, FunctionKind.Silu);

    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Hardswish() => MapOperation.Apply(this, FunctionKind.Hardswish);

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Hardsigmoid() => MapOperation.Apply(this, FunctionKind.Hardsigmoid);

    /// <summary>min(max(x, 0), 6).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Relu6() => MapOperation.Apply(this, FunctionKind.Relu6);

    /// <summary>x where it is positive, else alpha · (e^x - 1).</summary>
    /// <param name="alpha">What large negative x come to, with its sign changed.</param>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Elu(float alpha = 1) => MapOperation.Apply(this, FunctionKind.Elu, alpha);

    /// <summary>log(1 + e^x).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Softplus() => MapOperation.Apply(this, FunctionKind.Softplus);

    /// <summary>x · tanh(log(1 + e^x)).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Mish() => MapOperation.Apply(this, FunctionKind.Mish);

    /// <summary>x Φ(x) with the normal distribution function Φ.</summary>
    /// <param name="approximate">Whether x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) is computed instead, as PyTorch's <c>approximate="tanh"</c>.</param>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Gelu(bool approximate) => MapOperation.Apply(this, approximate ? FunctionKind.GeluTanh : FunctionKind.Gelu);

    /// <summary>The error function, 2/√π · the integral of e^-t² from 0 to x.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Erf() => MapOperation.Apply(this, FunctionKind.Erf);

    /// <summary>|x|; the gradient at 0 is 0.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Abs() => MapOperation.Apply(this, FunctionKind.Abs);

    /// <summary>-x.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Negate() => MapOperation.Apply(this, FunctionKind.Scale, -1);

    /// <summary>1 / x.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Reciprocal() => MapOperation.Apply(this, FunctionKind.Reciprocal);

    /// <summary>1 / √x.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Rsqrt() => MapOperation.Apply(this, FunctionKind.Rsqrt);

    /// <summary>x^exponent; negative x have whole exponents only, others give no number (NaN).</summary>
    /// <param name="exponent">Any number.</param>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Pow(float exponent) => MapOperation.Apply(this, FunctionKind.Pow, exponent);

    /// <summary>The sine of x radians.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Sin() => MapOperation.Apply(this, FunctionKind.Sin);

    /// <summary>The cosine of x radians.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Cos() => MapOperation.Apply(this, FunctionKind.Cos);

    /// <summary>-1, 0 or 1, as x is negative, 0 or positive; the gradient is 0.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Sign() => MapOperation.Apply(this, FunctionKind.Sign);

    /// <summary>The largest whole number that is not above x; the gradient is 0.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Floor() => MapOperation.Apply(this, FunctionKind.Floor);

    /// <summary>The smallest whole number that is not below x; the gradient is 0.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Ceiling() => MapOperation.Apply(this, FunctionKind.Ceiling);

    /// <summary>The nearest whole number, the even one of two; the gradient is 0.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Round() => MapOperation.Apply(this, FunctionKind.Round);

    /// <summary>min(max(x, min), max); the gradient passes where x is from min to max.</summary>
    /// <param name="min">The least value.</param>
    /// <param name="max">The largest value, not below <paramref name="min"/>.</param>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is below <paramref name="min"/>, or one is no number.</exception>
    public Tensor Clamp(float min = float.NegativeInfinity, float max = float.PositiveInfinity) => min <= max
        ? MapOperation.Apply(this, FunctionKind.Clamp, min, max)
        : throw new ArgumentOutOfRangeException(nameof(min), $"Clamp: expected a min that is not above max, got {min} and {max}.");

    /// <summary>The larger of two elements, with broadcasting; where either is no number, none. Equal elements share the gradient.</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public Tensor Maximum(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ArithmeticOperation.Apply(Combination.Maximum, this, other);
    }

    /// <summary>The smaller of two elements, with broadcasting; where either is no number, none. Equal elements share the gradient.</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public Tensor Minimum(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ArithmeticOperation.Apply(Combination.Minimum, this, other);
    }
}
