using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Operations;

/// <summary>The gradient of a bias that was added to every row: the sum of the rows' gradients.</summary>
internal static unsafe class BiasGradient
{
    /// <param name="dy">(rows, features).</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="features">How long a row is.</param>
    /// <param name="sumsToZero">
    /// Whether the sum is known to be 0: a batch norm in training takes the bias away again. What rounding leaves of such
    /// a sum is noise, which Adam would enlarge to whole steps.
    /// </param>
    public static Storage Of(Storage dy, int rows, int features, bool sumsToZero)
    {
        var sum = Storage.Floats(features);
        if (sumsToZero)
            new Span<float>(sum.Pointer, features).Clear();
        else
            ChannelKernels.Sum(dy.Pointer, rows, features, sum.Pointer);
        return sum;
    }
}
