using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>The sum over the given dimensions; over all when none is given.</summary>
    /// <param name="dimensions">Those that are summed up.</param>
    /// <param name="keepDimensions">Whether they stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Sum(ReadOnlySpan<int> dimensions, bool keepDimensions) => ReduceOperation.Apply(this, dimensions, mean: false, keepDimensions);

    /// <summary>The mean over the given dimensions; over all when none is given.</summary>
    /// <param name="dimensions">Those of which the mean is taken.</param>
    /// <param name="keepDimensions">Whether they stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Mean(ReadOnlySpan<int> dimensions, bool keepDimensions) => ReduceOperation.Apply(this, dimensions, mean: true, keepDimensions);

    /// <summary>The largest element, of shape (); no number (NaN) counts as largest. Equal ones share the gradient.</summary>
    /// <exception cref="MekikiException">There is no element.</exception>
    public Tensor Max() => StatisticsOperation.Largest("Max", this);

    /// <summary>The smallest element, of shape (); no number (NaN) counts as smallest. Equal ones share the gradient.</summary>
    /// <exception cref="MekikiException">There is no element.</exception>
    public Tensor Min()
    {
        Operand.Check("Min", this);
        return StatisticsOperation.Largest("Min", Negate()).Negate();
    }

    /// <summary>The largest elements along a dimension and where they stand, int64: the first of equal ones; no number (NaN) counts as largest. They alone get the gradient.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="keepDimensions">Whether it stays with size 1, else it vanishes.</param>
    /// <exception cref="MekikiException">There is no such dimension, or its size is 0.</exception>
    public (Tensor Values, Tensor Indices) Max(int dimension, bool keepDimensions = false) => TopOperation.Max("Max", this, dimension, keepDimensions);

    /// <summary>The smallest elements along a dimension and where they stand, int64: the first of equal ones; no number (NaN) counts as smallest. They alone get the gradient.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="keepDimensions">Whether it stays with size 1, else it vanishes.</param>
    /// <exception cref="MekikiException">There is no such dimension, or its size is 0.</exception>
    public (Tensor Values, Tensor Indices) Min(int dimension, bool keepDimensions = false) => TopOperation.Min("Min", this, dimension, keepDimensions);

    /// <summary>Where the largest elements along a dimension stand, int64: the first of equal ones; no number (NaN) counts as largest.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="keepDimensions">Whether it stays with size 1, else it vanishes.</param>
    /// <exception cref="MekikiException">There is no such dimension, or its size is 0.</exception>
    public Tensor ArgMax(int dimension, bool keepDimensions = false) => TopOperation.Max("ArgMax", Detach(), dimension, keepDimensions).Indices;

    /// <summary>Where the smallest elements along a dimension stand, int64: the first of equal ones; no number (NaN) counts as smallest.</summary>
    /// <param name="dimension">Which.</param>
    /// <param name="keepDimensions">Whether it stays with size 1, else it vanishes.</param>
    /// <exception cref="MekikiException">There is no such dimension, or its size is 0.</exception>
    public Tensor ArgMin(int dimension, bool keepDimensions = false) => TopOperation.Min("ArgMin", Detach(), dimension, keepDimensions).Indices;

    /// <summary>The largest or smallest elements along a dimension, in that order, and where they stand, int64; of equal ones the first comes first, and no number (NaN) counts as largest.</summary>
    /// <param name="count">How many, from 1 to the size of the dimension.</param>
    /// <param name="dimension">Which.</param>
    /// <param name="largest">Whether the largest are taken.</param>
    /// <exception cref="MekikiException">There is no such dimension, or the count is out of range.</exception>
    public (Tensor Values, Tensor Indices) TopK(int count, int dimension = -1, bool largest = true) => TopOperation.Apply("TopK", this, dimension, count, largest);

    /// <summary>The variance over the given dimensions; over all when none is given.</summary>
    /// <param name="dimensions">Those over which it is taken.</param>
    /// <param name="unbiased">Whether the squares' sum is divided by the number of elements less one, else by the number itself.</param>
    /// <param name="keepDimensions">Whether the dimensions stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Var(ReadOnlySpan<int> dimensions = default, bool unbiased = true, bool keepDimensions = false) =>
        StatisticsOperation.Variance("Var", this, dimensions, unbiased, keepDimensions);

    /// <summary>The standard deviation, the root of <see cref="Var"/>; where it is 0, so is the gradient.</summary>
    /// <inheritdoc cref="Var"/>
    public Tensor Std(ReadOnlySpan<int> dimensions = default, bool unbiased = true, bool keepDimensions = false) =>
        MapOperation.Apply(StatisticsOperation.Variance("Std", this, dimensions, unbiased, keepDimensions), Backends.FunctionKind.Root, 2);

    /// <summary>The norm (Σ |x|^p)^(1/p) over the given dimensions; over all when none is given. Where it is 0, so is the gradient.</summary>
    /// <param name="p">1 or more; infinity: the largest |x|, of which equal ones share the gradient.</param>
    /// <param name="dimensions">Those over which it is taken.</param>
    /// <param name="keepDimensions">Whether the dimensions stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension, or one is named twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is below 1, or is no number.</exception>
    public Tensor Norm(float p = 2, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) => StatisticsOperation.Norm(this, p, dimensions, keepDimensions);

    /// <summary>log Σ e^x over the given dimensions; over all when none is given.</summary>
    /// <param name="dimensions">Those over which it is taken.</param>
    /// <param name="keepDimensions">Whether the dimensions stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension, or no element.</exception>
    public Tensor LogSumExp(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) => StatisticsOperation.LogSumExp(this, dimensions, keepDimensions);

    /// <summary>The product over the given dimensions; over all when none is given. The gradient is exact where elements are 0.</summary>
    /// <param name="dimensions">Those that are multiplied up.</param>
    /// <param name="keepDimensions">Whether they stay with size 1, else they vanish.</param>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Prod(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) => StatisticsOperation.Product(this, dimensions, keepDimensions);

    /// <summary>Running sums along a dimension: each element becomes the sum of all up to it.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor CumSum(int dimension) => ScanOperation.CumSum(this, dimension);
}
