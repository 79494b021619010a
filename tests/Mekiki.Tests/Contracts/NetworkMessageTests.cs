using Mekiki.Layers;
using Mekiki.Losses;

namespace Mekiki.Tests.Contracts;

/// <summary>What norms of examples, transposed convolutions, resampling, products, attention and losses say when they are used wrongly.</summary>
public class NetworkMessageTests
{
    private static readonly Tensor rows = Tensor.Zeros([4, 6]), images = Tensor.Zeros([2, 3, 8, 9]), integers = Tensor.From([1L, 2L], [2]);

    /// <summary>What tensors decide.</summary>
    public static TheoryData<string, Action> Inputs => new()
    {
        { "LayerNorm: expected (…, 5) and weight and bias (5), got (4, 6), none and none.", () => rows.LayerNorm([5]) },
        { "LayerNorm: expected (…, 6) and weight and bias (6), got (4, 6), (6) and (5).", () => rows.LayerNorm([6], Tensor.Ones([6]), Tensor.Ones([5])) },
        { "LayerNorm: expected a float32 tensor, got Int64 (2). Cast it, or make it of floats (1f, not 1).", () => integers.LayerNorm([2]) },
        { "LayerNorm2d: expected images (N, C, H, W) and weight and bias (C), got (4, 6), none and none.", () => rows.LayerNorm2d() },
        { "GroupNorm: expected (N, C, …) with channels that 2 groups divide, and weight and bias (C), got (2, 3, 8, 9), none and none.", () => images.GroupNorm(2) },
        { "GroupNorm: expected one element or more, got (0, 3).", () => Tensor.Zeros([0, 3]).GroupNorm(1) },
        { "InstanceNorm2d: expected (N, 4, H, W), got (2, 3, 8, 9).", () => _ = new InstanceNorm2d(4)[images] },
        { "ConvTranspose2d: expected images (N, C, H, W), weight (C, O/groups, kh, kw) and bias (O) with 1 groups, got (2, 3, 8, 9), (4, 2, 3, 3) and none.", () => images.ConvTranspose2d(Tensor.Zeros([4, 2, 3, 3])) },
        { "ConvTranspose2d: expected a result of 1x1 or more, got -2x-1 for (2, 3, 8, 9) with padding 5. Use less padding.", () => images.ConvTranspose2d(Tensor.Zeros([3, 2, 1, 1]), padding: 5) },
        { "ConvTranspose2d: expected at most 2,147,483,647 elements of the result with the padding, got 2 images of 2x7000001x8000001 with padding 0. Use smaller batches or images.", () => images.ConvTranspose2d(Tensor.Zeros([3, 2, 1, 1]), stride: 1_000_000) },
        { "Pad: expected margins smaller than the image to reflect it, got (2, 3, 8, 9) and left 9, right 0, top 0, bottom 0. Use smaller margins, or PaddingMode.Replicate.", () => images.Pad(9, 0, 0, 0, PaddingMode.Reflect) },
        { "Pad: expected one pixel or more to repeat, got (1, 1, 0, 2).", () => Tensor.Zeros([1, 1, 0, 2]).Pad(1, 1, 1, 1, PaddingMode.Replicate) },
        { "Pad: expected at most 2,147,483,647 rows and columns, got 2,147,483,655. Use smaller margins.", () => images.Pad(0, 0, int.MaxValue, 0) },
        { "Pad: expected at most 2,147,483,647 elements, got (2, 3, 8, 9) to become 100008x100009. Use smaller images or batches.", () => images.Pad(0, 100_000, 0, 100_000) },
        { "Interpolate: expected images (N, C, H, W) of one pixel or more, got (4, 6).", () => rows.Interpolate(3, 3) },
        { "Interpolate: expected at most 2,147,483,647 elements, got (2, 3, 8, 9) to become 100000x100000. Use smaller images or batches.", () => images.Interpolate(100_000, 100_000) },
        { "Upsample: expected images (N, C, H, W) of at most 1,073,741,823 rows and columns, got (4, 6).", () => _ = new Upsample(2)[rows] },
        { "MatMul: expected matrices (…, M, K) and (…, K, N), got (6) and (4, 6).", () => Tensor.Zeros([6]).MatMul(rows) },
        { "MatMul: expected shapes that broadcast (equal sizes, or 1, from the last dimension on), got (2) and (3).", () => Tensor.Zeros([2, 4, 6]).MatMul(Tensor.Zeros([3, 6, 4])) },
        { "Einsum 'ijk->i': expected 2 letters for operand 0 (4, 6), got 'ijk'.", () => Tensor.Einsum("ijk->i", rows) },
        { "Einsum 'ij,ij->i': expected one size for 'i', got 4 and 6.", () => Tensor.Einsum("ij,ij->i", rows, rows.Permute(1, 0)) },
        { "Attention: expected query (…, L, D), key (…, S, D) and value (…, S, E), got (4, 6), (4, 6) and (4, 6).", () => rows.Attention(rows, rows) },
        { "Attention: expected a mask that broadcasts to (2, 3, 8, 8), got (5, 1, 1, 1, 1).", () => images.Attention(images, images, Tensor.Zeros([5, 1, 1, 1, 1])) },
        { "MultiheadAttention: expected query (N, L, D), key and value (N, S, D) with D that 2 heads divide, got (4, 6), (4, 6) and (4, 6).", () => _ = new MultiheadAttention(6, 2)[rows] },
        { "MultiheadAttention: expected weights (18, 6), (18), (6, 6) and (6), got (12, 4), (12), (4, 4) and (4).", () => _ = new MultiheadAttention(4, 2)[Tensor.Zeros([1, 5, 6])] },
        { "Dropout2d: expected images (N, C, H, W), got (4, 6).", () => _ = new Dropout2d()[rows] },
        { "BinaryCrossEntropy: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.BinaryCrossEntropy(rows, images) },
        { "BinaryCrossEntropy: expected weights that broadcast to (4, 6), got (2, 4, 6).", () => Loss.BinaryCrossEntropy(rows, rows, Tensor.Ones([2, 4, 6])) },
        { "SigmoidFocal: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.SigmoidFocal(rows, images) },
        { "L1Loss: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.L1(rows, images) },
        { "SmoothL1Loss: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.SmoothL1(rows, images) },
        { "HuberLoss: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.Huber(rows, images) },
        { "KullbackLeibler: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.KullbackLeibler(rows, images) },
        { "CrossEntropy: expected logits and target (N, K) and weights (K), got (2, 3, 8, 9), (2, 3, 8, 9) and none.", () => Loss.CrossEntropy(images, images) },
        { "NllLoss: expected labels from 0 to 5, or -100 to be ignored, got 6.", () => Loss.CrossEntropy(rows, [0, -100, 6, 2], ignoreIndex: -100) },
        { "CosineSimilarity: expected vectors of one length in dimension 1, got (4, 6) and (4, 1).", () => rows.CosineSimilarity(Tensor.Ones([4, 1])) },
        { "CosineSimilarity: expected two tensors with as many dimensions, got (4, 6) and (6).", () => rows.CosineSimilarity(Tensor.Ones([6])) },
    };

    /// <summary>What the program gave by itself.</summary>
    public static TheoryData<string, Action> Arguments => new()
    {
        { "LayerNorm: expected weight and bias, or neither, got one of them. (Parameter 'bias')", () => rows.LayerNorm([6], Tensor.Ones([6])) },
        { "LayerNorm: expected an epsilon above 0, got 0. (Parameter 'epsilon')", () => rows.LayerNorm([6], epsilon: 0) },
        { "LayerNorm: expected one dimension or more, of 1 or more, got (). (Parameter 'normalizedShape')", () => _ = new LayerNorm([]) },
        { "Epsilon: expected a number above 0, got -1. (Parameter 'epsilon')", () => _ = new LayerNorm([3], -1) },
        { "LayerNorm2d: expected 1 channel or more, got 0. (Parameter 'channels')", () => _ = new LayerNorm2d(0) },
        { "GroupNorm: expected channels that 1 group or more divides, got 6 channels and 4 groups. (Parameter 'channels')", () => _ = new GroupNorm(4, 6) },
        { "InstanceNorm2d: expected 1 channel or more, got 0. (Parameter 'channels')", () => _ = new InstanceNorm2d(0) },
        { "ConvTranspose2d: expected stride, dilation and groups of 1 or more, padding of 0 or more and output padding from 0 to less than the stride, got stride 1, padding 0, output padding 1, dilation 1, groups 1.", () => images.ConvTranspose2d(Tensor.Zeros([3, 2, 3, 3]), outputPadding: 1) },
        { "ConvTranspose2d: expected channels that 2 groups divide, got 3 and 4. (Parameter 'groups')", () => _ = new ConvTranspose2d(3, 4, 3, groups: 2) },
        { "ConvTranspose2d: expected channels, kernel, stride, dilation and groups of 1 or more, padding of 0 or more and output padding from 0 to less than the stride, got channels 3 and 4, kernel 0, stride 1, padding 0, output padding 0, dilation 1, groups 1.", () => _ = new ConvTranspose2d(3, 4, 0) },
        { "Pad: expected margins of 0 or more, got left -1, right 0, top 0, bottom 0.", () => images.Pad(-1, 0, 0, 0) },
        { "Pad: expected one of Constant, Reflect, Replicate, got 9. (Parameter 'mode')", () => images.Pad(1, 1, 1, 1, (PaddingMode)9) },
        { "Interpolate: expected alignCorners with InterpolationMode.Bilinear alone, got it with Nearest. Leave it out. (Parameter 'alignCorners')", () => images.Interpolate(3, 3, alignCorners: true) },
        { "Interpolate: expected one of Nearest, Bilinear, got 7. (Parameter 'mode')", () => images.Interpolate(3, 3, (InterpolationMode)7) },
        { "Upsample: expected a factor of 1 or more, got 0. (Parameter 'factor')", () => _ = new Upsample(0) },
        { "AdaptiveMaxPool: expected an output of 1x1 or more, got 0x1. (Parameter 'height')", () => images.AdaptiveMaxPool(0, 1) },
        { "Einsum 'ij,jk': expected as many operands as it names (2), got 1. (Parameter 'equation')", () => Tensor.Einsum("ij,jk", rows) },
        { "Einsum 'ii->i': expected different letters within an operand, got 'ii'. (Parameter 'equation')", () => Tensor.Einsum("ii->i", rows) },
        { "Einsum 'ij->k': expected letters of the left on the right, got 'k'. (Parameter 'equation')", () => Tensor.Einsum("ij->k", rows) },
        { "Einsum 'ij->jj': expected different letters on the right, got 'jj'. (Parameter 'equation')", () => Tensor.Einsum("ij->jj", rows) },
        { "Einsum '...j->j': expected letters for dimensions, got '.'. (Parameter 'equation')", () => Tensor.Einsum("...j->j", rows) },
        { "Einsum 'i->j->k': expected one '->' at most, as in 'ik,kj->ij'. (Parameter 'equation')", () => Tensor.Einsum("i->j->k", rows) },
        { "Einsum 'abcd,efgh->abcdefgh': expected at most 6 dimensions on the right, got 8. (Parameter 'equation')", () => Tensor.Einsum("abcd,efgh->abcdefgh", images, images) },
        { "MultiheadAttention: expected a size that 1 head or more divides, got size 6 and 4 heads. (Parameter 'size')", () => _ = new MultiheadAttention(6, 4) },
        { "Dropout2d: expected a share in [0, 1], got 2. (Parameter 'share')", () => _ = new Dropout2d(2) },
        { "SigmoidFocal: expected an alpha of at most 1 and a gamma of 0 or more, got 2 and 2.", () => Loss.SigmoidFocal(rows, rows, 2) },
        { "Beta: expected a number above 0, got 0. (Parameter 'beta')", () => Loss.SmoothL1(rows, rows, 0) },
        { "Delta: expected a number above 0, got -1. (Parameter 'delta')", () => Loss.Huber(rows, rows, -1) },
        { "CrossEntropy: expected a label smoothing in [0, 1], got 2. (Parameter 'labelSmoothing')", () => Loss.CrossEntropy(rows, rows, labelSmoothing: 2) },
        { "Reduction: expected Mean, Sum, None, BatchMean, got 9. (Parameter 'reduction')", () => Loss.Mse(rows, rows, (Reduction)9) },
        { "Reduction: expected one of Mean, Sum, None, BatchMean, got 9. (Parameter 'reduction')", () => Loss.Nll(rows, [0, 1, 2, 3], reduction: (Reduction)9) },
        { "CosineSimilarity: expected an epsilon above 1e-18, got 0. (Parameter 'epsilon')", () => rows.CosineSimilarity(rows, epsilon: 0) },
    };

    /// <summary>What cannot be asked for now.</summary>
    public static TheoryData<string, Action> States => new()
    {
        { "ModuleList: expected that the network calls the modules of the list, got a call of the list. Use Sequential for a chain.", () => _ = new ModuleList(new Relu())[rows] },
    };

    public static TheoryData<string, Action> Missing => new()
    {
        { "MatMul", () => rows.MatMul(null!) },
        { "Einsum", () => Tensor.Einsum(null!, rows) },
        { "Einsum, operand", () => Tensor.Einsum("ij,jk", rows, null!) },
        { "Attention", () => rows.Attention(null!, rows) },
        { "ConvTranspose2d", () => images.ConvTranspose2d(null!) },
        { "CosineSimilarity", () => rows.CosineSimilarity(null!) },
        { "BinaryCrossEntropy", () => Loss.BinaryCrossEntropy(null!, rows) },
        { "SigmoidFocal", () => Loss.SigmoidFocal(rows, null!) },
        { "L1", () => Loss.L1(null!, rows) },
        { "SmoothL1", () => Loss.SmoothL1(rows, null!) },
        { "Huber", () => Loss.Huber(null!, rows) },
        { "KullbackLeibler", () => Loss.KullbackLeibler(rows, null!) },
        { "CrossEntropy", () => Loss.CrossEntropy(null!, [1, 2]) },
        { "CrossEntropy, soft", () => Loss.CrossEntropy(rows, (Tensor)null!) },
        { "Nll", () => Loss.Nll(null!, [1, 2]) },
        { "Mse", () => Loss.Mse(rows, null!) },
        { "layers", () => new LayerNorm([3]).Forward(null!) },
        { "attention", () => _ = new MultiheadAttention(4, 2)[Tensor.Zeros([1, 2, 4]), null!, null!] },
        { "ModuleList", () => _ = new ModuleList((Module)null!) },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Input_SaysWhat(string expected, Action mistake) => Assert.Equal(expected, Assert.Throws<MekikiException>(mistake).Message);

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Argument_SaysWhat(string expected, Action mistake) => Assert.Equal(expected, Assert.ThrowsAny<ArgumentException>(mistake).Message);

    [Theory]
    [MemberData(nameof(States))]
    public void State_SaysWhat(string expected, Action mistake) => Assert.Equal(expected, Assert.Throws<InvalidOperationException>(mistake).Message);

    [Theory]
    [MemberData(nameof(Missing))]
    public void MissingArgument_IsRefused(string what, Action mistake)
    {
        Assert.NotEmpty(what);
        Assert.Throws<ArgumentNullException>(mistake);
    }
}
