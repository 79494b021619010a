using Mekiki.Operations;

namespace Mekiki;

/// <summary>Norms of single examples, images of other sizes, attention and sums of products.</summary>
public sealed partial class Tensor
{
    /// <summary>Layer normalization: mean 0 and deviation 1 over the last dimensions, then scaled and shifted. Ba, Kiros, Hinton 2016, arXiv:1607.06450.</summary>
    /// <param name="normalizedShape">The sizes of the last dimensions.</param>
    /// <param name="weight">The scales, of that shape; null: 1. With a bias, or neither.</param>
    /// <param name="bias">The shifts, of that shape; null: 0.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">There is a weight without a bias, or a bias without a weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not above 0.</exception>
    public Tensor LayerNorm(Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, float epsilon = 1e-5f) =>
        RowNormOperation.Layer(this, normalizedShape, weight, bias, epsilon);

    /// <summary>Layer normalization over the channels of each pixel, (N, C, H, W), as ConvNeXt's (Liu et al. 2022, arXiv:2201.03545).</summary>
    /// <param name="weight">The scales, (C); null: 1. With a bias, or neither.</param>
    /// <param name="bias">The shifts, (C); null: 0.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">There is a weight without a bias, or a bias without a weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not above 0.</exception>
    public Tensor LayerNorm2d(Tensor? weight = null, Tensor? bias = null, float epsilon = 1e-6f) =>
        RowNormOperation.Channels(this, weight, bias, epsilon);

    /// <summary>Group normalization: mean 0 and deviation 1 over groups of channels of each example, (N, C, …). Wu, He 2018, arXiv:1803.08494.</summary>
    /// <param name="groups">Into how many groups the channels are divided, 1 or more.</param>
    /// <param name="weight">The scales, (C); null: 1. With a bias, or neither.</param>
    /// <param name="bias">The shifts, (C); null: 0.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">There is a weight without a bias, or a bias without a weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, float epsilon = 1e-5f) =>
        RowNormOperation.Group("GroupNorm", this, groups, weight, bias, epsilon);

    /// <summary>Instance normalization: mean 0 and deviation 1 over each channel of each example, (N, C, …). Ulyanov et al. 2016, arXiv:1607.08022.</summary>
    /// <param name="weight">The scales, (C); null: 1. With a bias, or neither.</param>
    /// <param name="bias">The shifts, (C); null: 0.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">There is a weight without a bias, or a bias without a weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not above 0.</exception>
    public Tensor InstanceNorm(Tensor? weight = null, Tensor? bias = null, float epsilon = 1e-5f) =>
        RowNormOperation.Group("InstanceNorm", this, Shape.Rank >= 2 ? Shape[1] : 1, weight, bias, epsilon);

    /// <summary>Transposed 2-D convolution: (N, C, H, W) -> (N, O, H', W'), H' = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1.</summary>
    /// <param name="weight">(C, O/groups, kh, kw).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="stride">Pixels of the result from pixel to pixel, 1 or more.</param>
    /// <param name="padding">So many pixels are cut off at each side, 0 or more.</param>
    /// <param name="outputPadding">So many rows and columns more at the end, 0 to less than the stride.</param>
    /// <param name="groups">Parts into which channels are divided, each convolved by itself.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, int dilation = 1) =>
        TransposedConvolutionOperation.Apply(this, weight, bias, stride, padding, outputPadding, dilation, groups);

    /// <summary>Images with a margin, (N, C, H, W) -> (N, C, top + H + bottom, left + W + right).</summary>
    /// <param name="left">Columns before, 0 or more.</param>
    /// <param name="right">Columns behind, 0 or more.</param>
    /// <param name="top">Rows above, 0 or more.</param>
    /// <param name="bottom">Rows below, 0 or more.</param>
    /// <param name="mode">What fills the margin. To reflect, the margins must be smaller than the image.</param>
    /// <param name="value">What fills it where <paramref name="mode"/> is <see cref="PaddingMode.Constant"/>.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W), or a margin that reflects is not smaller than the image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A margin is negative, or there is no such mode.</exception>
    /// <remarks>A convolution with uneven padding is this and a convolution without: <c>x.Pad(0, 1, 0, 1).Conv2d(weight, stride: 2)</c>.</remarks>
    public Tensor Pad(int left, int right, int top, int bottom, PaddingMode mode = PaddingMode.Constant, float value = 0) =>
        ResampleOperation.Pad(this, left, right, top, bottom, mode, value);

    /// <summary>Images of another size, (N, C, H, W) -> (N, C, height, width), as PyTorch's <c>interpolate</c>; nothing is smoothed before images shrink.</summary>
    /// <param name="height">Height of the result, 1 or more.</param>
    /// <param name="width">Width of the result, 1 or more.</param>
    /// <param name="mode">How pixels between pixels are found.</param>
    /// <param name="alignCorners">With <see cref="InterpolationMode.Bilinear"/>: whether the centres of the corner pixels lie on each other; else the images' edges do.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentException"><paramref name="alignCorners"/> is set without <see cref="InterpolationMode.Bilinear"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there is no such mode.</exception>
    public Tensor Interpolate(int height, int width, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) =>
        ResampleOperation.Interpolate(this, height, width, mode, alignCorners);

    /// <summary>Maxima over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
    /// <param name="height">Height of the result, 1 or more.</param>
    /// <param name="width">Width of the result, 1 or more.</param>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public Tensor AdaptiveMaxPool(int height, int width) => PoolOperation.AdaptiveMaximum(this, height, width);

    /// <summary>Attention with this as queries: softmax(Q Kᵀ / √D + mask) V, (…, L, D) -> (…, L, E). Vaswani et al. 2017, arXiv:1706.03762, equation 1.</summary>
    /// <param name="key">(…, S, D).</param>
    /// <param name="value">(…, S, E).</param>
    /// <param name="mask">Added to the scores, broadcast to (…, L, S): 0 where a query may look, -∞ (or a large negative number) where it may not; null: it may look everywhere.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public Tensor Attention(Tensor key, Tensor value, Tensor? mask = null) => AttentionOperation.Apply(this, key, value, mask);

    /// <summary>Sums of products over named dimensions, as PyTorch's <c>einsum</c>.</summary>
    /// <param name="equation">A letter for each dimension of each operand, and of the result: <c>ik,kj->ij</c> is the product of matrices. Letters that the result lacks are summed up. Without <c>-></c>, the result has the letters that stand once, in alphabetical order.</param>
    /// <param name="operands">As many as the equation names.</param>
    /// <exception cref="MekikiException">The tensors are not float32.</exception>
    /// <exception cref="ArgumentException">The equation cannot be read, or the shapes do not fit it.</exception>
    /// <remarks>Not supported: a letter twice within one operand (diagonals), and <c>…</c>.</remarks>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands) => EinsumOperation.Apply(equation, operands);

    /// <summary>The cosine of the angle between two tensors' vectors along a dimension, which vanishes: Σ a b / (max(|a|, ε) max(|b|, ε)), in [-1, 1].</summary>
    /// <param name="other">A tensor whose shape broadcasts with this one's.</param>
    /// <param name="dimension">The vectors' dimension.</param>
    /// <param name="epsilon">The least length that a vector counts with, above 1e-18.</param>
    /// <exception cref="MekikiException">The shapes do not fit, or there is no such dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is out of its range.</exception>
    public Tensor CosineSimilarity(Tensor other, int dimension = 1, float epsilon = 1e-8f) => SimilarityOperation.Cosine(this, other, dimension, epsilon);
}
