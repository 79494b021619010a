using Mekiki.Backends;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>Adds element by element; sizes of 1 repeat (broadcasting).</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public static Tensor operator +(Tensor a, Tensor b) =>
        ArithmeticOperation.Apply(Combination.Add, a, b);

    /// <summary>Subtracts element by element, with broadcasting.</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public static Tensor operator -(Tensor a, Tensor b) => ArithmeticOperation.Apply(Combination.Subtract, a, b);

    /// <summary>Multiplies element by element, with broadcasting.</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public static Tensor operator *(Tensor a, Tensor b) => ArithmeticOperation.Apply(Combination.Multiply, a, b);

    /// <summary>Divides element by element, with broadcasting.</summary>
    /// <exception cref="MekikiException">Sizes differ, and neither is 1.</exception>
    public static Tensor operator /(Tensor a, Tensor b) => ArithmeticOperation.Apply(Combination.Divide, a, b);

    /// <summary>Multiplies every element.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public static Tensor operator *(Tensor x, float scale) => MapOperation.Apply(x, FunctionKind.Scale, scale);

    /// <inheritdoc cref="op_Multiply(Tensor, float)"/>
    public static Tensor operator *(float scale, Tensor x) => MapOperation.Apply(x, FunctionKind.Scale, scale);

    /// <summary>Adds a number to every element.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public static Tensor operator +(Tensor x, float term)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x + Scalar(term);
    }

    /// <summary>Changes every element's sign.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public static Tensor operator -(Tensor x) => MapOperation.Apply(x, FunctionKind.Scale, -1);

    /// <summary>max(x, 0).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Relu() => MapOperation.Apply(this, FunctionKind.Relu);

    /// <summary>1 / (1 + e^-x).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Sigmoid() => MapOperation.Apply(this, FunctionKind.Sigmoid);

    /// <summary>The hyperbolic tangent.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Tanh() => MapOperation.Apply(this, FunctionKind.Tanh);

    /// <summary>x Φ(x), with the exact normal distribution function Φ (error below 2e-7).</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Gelu() => MapOperation.Apply(this, FunctionKind.Gelu);

    /// <summary>e^x.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Exp() => MapOperation.Apply(this, FunctionKind.Exp);

    /// <summary>The natural logarithm.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Log() => MapOperation.Apply(this, FunctionKind.Log);

    /// <summary>The square root.</summary>
    /// <exception cref="MekikiException">The elements are not float32.</exception>
    public Tensor Sqrt() => MapOperation.Apply(this, FunctionKind.Sqrt);

    /// <summary>e^x / Σ e^x along a dimension.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Softmax(int dimension) => SoftmaxOperation.Apply(this, dimension, log: false);

    /// <summary>x - log Σ e^x along a dimension.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor LogSoftmax(int dimension) => SoftmaxOperation.Apply(this, dimension, log: true);

    /// <summary>The product of matrices, (…, M, K) and (…, K, N): (…, M, N); what stands before counts the matrices, and broadcasts.</summary>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public Tensor MatMul(Tensor other) => MatMulOperation.Apply(this, other);

    /// <summary>The sum over the given dimensions, which vanish; over all when none is given.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Sum(params ReadOnlySpan<int> dimensions) => ReduceOperation.Apply(this, dimensions, mean: false);

    /// <summary>The mean over the given dimensions, which vanish; over all when none is given.</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Mean(params ReadOnlySpan<int> dimensions) => ReduceOperation.Apply(this, dimensions, mean: true);

    /// <summary>The mean over the pixels of each channel: (N, C, H, W) -> (N, C).</summary>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    public Tensor MeanOverPixels() => PoolOperation.AdaptiveAverage(this, 1, 1).Flatten();

    /// <summary>The same elements in another shape of equal count.</summary>
    /// <exception cref="MekikiException">The number of elements differs.</exception>
    public Tensor Reshape(Shape shape) => ReshapeOperation.Apply(this, shape);

    /// <summary>Joins all dimensions from <paramref name="startDimension"/> on into one: (N, C, H, W) -> (N, C·H·W).</summary>
    /// <exception cref="MekikiException">There is no such dimension.</exception>
    public Tensor Flatten(int startDimension = 1) => ReshapeOperation.Flatten(this, startDimension);

    /// <summary>The dimensions in another order, as PyTorch's <c>permute</c>.</summary>
    /// <exception cref="MekikiException">The dimensions are not all of the tensor's, each once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> dimensions) => PermuteOperation.Apply(this, dimensions);

    /// <summary>Tensors one behind another along a dimension, as PyTorch's <c>cat</c>.</summary>
    /// <exception cref="MekikiException">There is no such dimension, or the other sizes differ.</exception>
    /// <exception cref="ArgumentException">There is no part.</exception>
    public static Tensor Concatenate(int dimension, params ReadOnlySpan<Tensor> parts) => ConcatenateOperation.Apply(parts, dimension);

    /// <summary>x Wᵀ + b: (N, I) -> (N, O), or (…, I) -> (…, O).</summary>
    /// <param name="weight">(O, I).</param>
    /// <param name="bias">(O), or null.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public Tensor Linear(Tensor weight, Tensor? bias = null) => LinearOperation.Apply(this, weight, bias);

    /// <summary>2-D convolution: (N, C, H, W) -> (N, O, H', W'), H' = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1.</summary>
    /// <param name="weight">(O, C/groups, kh, kw).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="stride">Pixels from window to window, 1 or more.</param>
    /// <param name="padding">Zeros around the images, 0 or more pixels.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <param name="groups">Parts into which channels are divided, each convolved by itself.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        ConvolutionOperation.Apply(this, weight, bias, stride, padding, dilation, groups);

    /// <summary>Maxima over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
    /// <param name="kernelSize">Side of a window in pixels.</param>
    /// <param name="stride">Pixels from window to window; null: the window's side.</param>
    /// <param name="padding">Margin in pixels, at most half the window; it never wins.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor MaxPool(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false) =>
        PoolOperation.Max(this, kernelSize, stride ?? kernelSize, padding, ceilMode);

    /// <summary>Averages over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
    /// <param name="kernelSize">Side of a window in pixels.</param>
    /// <param name="stride">Pixels from window to window; null: the window's side.</param>
    /// <param name="padding">Margin of zeros in pixels, at most half the window.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <param name="countPadding">Whether the margin's zeros count.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor AvgPool(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countPadding = true) =>
        PoolOperation.Average(this, kernelSize, stride ?? kernelSize, padding, ceilMode, countPadding);

    /// <summary>Averages over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
    /// <param name="height">Height of the result, 1 or more.</param>
    /// <param name="width">Width of the result, 1 or more.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public Tensor AdaptiveAvgPool(int height, int width) => PoolOperation.AdaptiveAverage(this, height, width);

    /// <summary>Local response normalization across neighbouring channels, (N, C, H, W) -> (N, C, H, W): y = x / (k + alpha / size · Σ x²)^beta. Krizhevsky et al. 2012, section 3.3, with PyTorch's alpha / size.</summary>
    /// <param name="size">Over how many channels squares are summed, 1 or more.</param>
    /// <param name="alpha">How much they count.</param>
    /// <param name="beta">The exponent.</param>
    /// <param name="k">What is added.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public Tensor LocalResponseNorm(int size, float alpha = 1e-4f, float beta = 0.75f, float k = 1) =>
        ResponseNormOperation.Apply(this, size, alpha, beta, k);

    /// <summary>Of each row of (N, K), the index of the largest value, the first of equal ones; one that is no number counts as largest.</summary>
    /// <exception cref="MekikiException">The shape is not (N, K) with a column or more, or the elements are not float32.</exception>
    public int[] ArgMax()
    {
        if (Shape.Rank != 2)
            throw new MekikiException($"ArgMax: expected (N, K), got {Shape}.");
        Operand.Check("ArgMax", this);
        if (Shape[1] == 0)
            throw new MekikiException($"ArgMax: expected one column or more, got {Shape}.");
        var best = new int[Shape[0]];
        Backend.ArgMax(Data, Shape[0], Shape[1], best);
        return best;
    }
}
