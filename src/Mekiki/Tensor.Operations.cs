using Mekiki.Kernels;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>Adds element by element; sizes of 1 repeat (broadcasting).</summary>
    public static Tensor operator +(Tensor a, Tensor b) =>
        NormOperation.WithResidual(a, b) ?? NormOperation.WithResidual(b, a) ?? ArithmeticOperation<Addition>.Apply(a, b);

    /// <summary>Subtracts element by element, with broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => ArithmeticOperation<Subtraction>.Apply(a, b);

    /// <summary>Multiplies element by element, with broadcasting.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => ArithmeticOperation<Multiplication>.Apply(a, b);

    /// <summary>Divides element by element, with broadcasting.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => ArithmeticOperation<Division>.Apply(a, b);

    /// <summary>Multiplies every element.</summary>
    public static Tensor operator *(Tensor a, float scale) => ScaleOperation.Apply(a, scale);

    /// <inheritdoc cref="op_Multiply(Tensor, float)"/>
    public static Tensor operator *(float scale, Tensor a) => ScaleOperation.Apply(a, scale);

    /// <summary>Adds a number to every element.</summary>
    public static Tensor operator +(Tensor a, float term) => a + Scalar(term);

    /// <summary>Changes every element's sign.</summary>
    public static Tensor operator -(Tensor a) => ScaleOperation.Apply(a, -1);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu() => NormOperation.WithRelu(this) ?? ConvolutionOperation.WithRelu(this) ?? ActivationOperation<ReluFunction>.Apply(this);

    /// <summary>x where it is positive, else 0.01 x.</summary>
    public Tensor LeakyRelu() => ActivationOperation<LeakyReluFunction>.Apply(this);

    /// <summary>1 / (1 + e^-x).</summary>
    public Tensor Sigmoid() => ActivationOperation<SigmoidFunction>.Apply(this);

    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => ActivationOperation<TanhFunction>.Apply(this);

    /// <summary>x Φ(x), with the exact normal distribution function Φ (error below 2e-7).</summary>
    public Tensor Gelu() => ActivationOperation<GeluFunction>.Apply(this);

    /// <summary>e^x.</summary>
    public Tensor Exp() => ActivationOperation<ExpFunction>.Apply(this);

    /// <summary>The natural logarithm.</summary>
    public Tensor Log() => ActivationOperation<LogFunction>.Apply(this);

    /// <summary>The square root.</summary>
    public Tensor Sqrt() => ActivationOperation<SqrtFunction>.Apply(this);

    /// <summary>e^x / Σ e^x along a dimension.</summary>
    public Tensor Softmax(int dimension) => SoftmaxOperation.Apply(this, dimension, log: false);

    /// <summary>x - log Σ e^x along a dimension.</summary>
    public Tensor LogSoftmax(int dimension) => SoftmaxOperation.Apply(this, dimension, log: true);

    /// <summary>The product of matrices (M, K) and (K, N): (M, N).</summary>
    public Tensor MatMul(Tensor other) => MatMulOperation.Apply(this, other);

    /// <summary>The sum over the given dimensions, which vanish; over all when none is given.</summary>
    public Tensor Sum(params ReadOnlySpan<int> dimensions) => ReduceOperation.Apply(this, dimensions, mean: false);

    /// <summary>The mean over the given dimensions, which vanish; over all when none is given.</summary>
    public Tensor Mean(params ReadOnlySpan<int> dimensions) => ReduceOperation.Apply(this, dimensions, mean: true);

    /// <summary>The mean over the pixels of each channel: (N, C, H, W) -> (N, C).</summary>
    public Tensor MeanOverPixels() => PoolOperation.AdaptiveAverage(this, 1, 1).Flatten();

    /// <summary>The same elements in another shape of equal count.</summary>
    public Tensor Reshape(Shape shape) => ReshapeOperation.Apply(this, shape);

    /// <summary>Joins all dimensions from <paramref name="startDimension"/> on into one: (N, C, H, W) -> (N, C·H·W).</summary>
    public Tensor Flatten(int startDimension = 1) => ReshapeOperation.Flatten(this, startDimension);

    /// <summary>The dimensions in another order, as PyTorch's <c>permute</c>.</summary>
    public Tensor Permute(params ReadOnlySpan<int> dimensions) => PermuteOperation.Apply(this, dimensions);

    /// <summary>Tensors one behind another along a dimension, as PyTorch's <c>cat</c>.</summary>
    public static Tensor Concatenate(int dimension, params ReadOnlySpan<Tensor> parts) => ConcatenateOperation.Apply(parts, dimension);

    /// <summary>x Wᵀ + b: (N, I) -> (N, O).</summary>
    /// <param name="weight">(O, I).</param>
    /// <param name="bias">(O), or null.</param>
    public Tensor Linear(Tensor weight, Tensor? bias = null) => LinearOperation.Apply(this, weight, bias);

    /// <summary>2-D convolution: (N, C, H, W) -> (N, O, H', W'), H' = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1.</summary>
    /// <param name="weight">(O, C/groups, kh, kw).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="stride">Pixels from window to window, 1 or more.</param>
    /// <param name="padding">Zeros around the images, 0 or more pixels.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <param name="groups">Parts into which channels are divided, each convolved by itself.</param>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        ConvolutionOperation.Apply(this, weight, bias, stride, padding, dilation, groups);

    /// <summary>Maxima over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
    /// <param name="kernelSize">Side of a window in pixels.</param>
    /// <param name="stride">Pixels from window to window; null: the window's side.</param>
    /// <param name="padding">Margin in pixels, at most half the window; it never wins.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    public Tensor MaxPool(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false) =>
        (kernelSize == 2 && (stride ?? 2) == 2 && padding == 0 && !ceilMode ? NormOperation.WithPool(this) : null)
        ?? PoolOperation.Max(this, kernelSize, stride ?? kernelSize, padding, ceilMode);

    /// <summary>Averages over square windows of images.</summary>
    /// <param name="kernelSize">Side of a window in pixels.</param>
    /// <param name="stride">Pixels from window to window; null: the window's side.</param>
    /// <param name="padding">Margin of zeros in pixels, at most half the window.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <param name="countPadding">Whether the margin's zeros count.</param>
    public Tensor AvgPool(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countPadding = true) =>
        PoolOperation.Average(this, kernelSize, stride ?? kernelSize, padding, ceilMode, countPadding);

    /// <summary>Averages over as many windows as the result shall have pixels.</summary>
    public Tensor AdaptiveAvgPool(int height, int width) => PoolOperation.AdaptiveAverage(this, height, width);

    /// <summary>Local response normalization across <paramref name="size"/> neighbouring channels (AlexNet, section 3.3).</summary>
    public Tensor LocalResponseNorm(int size, float alpha = 1e-4f, float beta = 0.75f, float k = 1) =>
        ResponseNormOperation.Apply(this, size, alpha, beta, k);

    /// <summary>Of each row of (N, K), the index of the largest value; the first of equal ones.</summary>
    public int[] ArgMax()
    {
        if (Shape.Rank != 2)
            throw new MekikiException($"ArgMax: expected (N, K), got {Shape}.");
        var best = new int[Shape[0]];
        var values = Values;
        for (int n = 0; n < best.Length; n++)
        {
            var row = values.Slice(n * Shape[1], Shape[1]);
            for (int k = 1; k < row.Length; k++)
                if (row[k] > row[best[n]])
                    best[n] = k;
        }

        return best;
    }
}
