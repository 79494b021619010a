namespace Mekiki.Onnx;

/// <summary>How the range of values that 8 bits cover is found.</summary>
/// <example>
/// <code>
/// var options = new QuantizerOptions { Method = RangeMethod.MinMax };
/// </code>
/// </example>
public enum RangeMethod
{
    /// <summary>From the least to the largest value that was seen.</summary>
    MinMax,

    /// <summary>All but the outermost 0.01 % of the values; the others become the bound.</summary>
    Percentile,

    /// <summary>The range whose mean squared error is least.</summary>
    Mse,
}
