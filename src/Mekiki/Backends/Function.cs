namespace Mekiki.Backends;

/// <summary>A function of one number, applied to every element.</summary>
/// <param name="Kind">Which.</param>
/// <param name="A">Its first constant, where it has one.</param>
/// <param name="B">Its second constant, where it has one.</param>
internal readonly record struct Function(FunctionKind Kind, float A = 0, float B = 0);

/// <summary>The functions of one number; a and b are a <see cref="Function"/>'s constants.</summary>
internal enum FunctionKind
{
    /// <summary>a · x.</summary>
    Scale,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x where it is positive, else a · x.</summary>
    LeakyRelu,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x Φ(x) with the normal distribution function Φ.</summary>
    Gelu,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>The natural logarithm.</summary>
    Log,

    /// <summary>The square root.</summary>
    Sqrt,

    /// <summary>x / (1 + e^-x).</summary>
    Silu,

    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    Hardswish,

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    Hardsigmoid,

    /// <summary>min(max(x, 0), 6); the derivative at 0 and 6 is 0.</summary>
    Relu6,

    /// <summary>x where it is positive, else a · (e^x - 1).</summary>
    Elu,

    /// <summary>log(1 + e^x).</summary>
    Softplus,

    /// <summary>x · tanh(log(1 + e^x)).</summary>
    Mish,

    /// <summary>x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    GeluTanh,

    /// <summary>2/√π · the integral of e^-t² from 0 to x.</summary>
    Erf,

    /// <summary>|x|; the derivative at 0 is 0.</summary>
    Abs,

    /// <summary>1 / √x.</summary>
    Rsqrt,

    /// <summary>x^a.</summary>
    Pow,

    /// <summary>x^(1/a), where the derivative at 0 is 0: for norms.</summary>
    Root,

    /// <summary>min(max(x, a), b); the derivative at a and b is 1.</summary>
    Clamp,

    /// <summary>The sine of x radians.</summary>
    Sin,

    /// <summary>The cosine.</summary>
    Cos,

    /// <summary>1 / x.</summary>
    Reciprocal,

    /// <summary>-1, 0 or 1; the derivative is 0, as that of the next three.</summary>
    Sign,

    /// <summary>The largest whole number that is not above x.</summary>
    Floor,

    /// <summary>The smallest whole number that is not below x.</summary>
    Ceiling,

    /// <summary>The nearest whole number; of two, the even one.</summary>
    Round,
}

/// <summary>The functions of two numbers.</summary>
internal enum Combination
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a · b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>The larger one; where either is no number, none. Equal ones share the derivative.</summary>
    Maximum,

    /// <summary>The smaller one; else as <see cref="Maximum"/>.</summary>
    Minimum,

    /// <summary>a where it is positive, else a · b; the derivative at a = 0 is that of a · b.</summary>
    Prelu,
}
