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

    /// <summary>x where it is positive, else 0.01 x.</summary>
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
}
