using Mekiki.Layers;
using Mekiki.Losses;

namespace Mekiki.Tests.Contracts;

/// <summary>What the engine says when it is used wrongly.</summary>
public class MessageTests
{
    private static readonly Tensor rows = Tensor.Zeros([4, 6]), images = Tensor.Zeros([2, 3, 8, 9]);

    /// <summary>What tensors decide.</summary>
    public static TheoryData<string, Action> Inputs => new()
    {
        { "Shape: expected at most 2,147,483,647 elements, got (65536, 65536). Use smaller batches or images.", () => _ = new Shape(65536, 65536) },
        { "Shape (4, 6): expected a dimension from -2 to 1, got 2.", () => rows.Softmax(2) },
        { "Shape (4, 6): expected a dimension from -2 to 1, got -3.", () => rows.Sum(-3) },
        { "Tensor: expected 6 values for shape (2, 3), got 4.", () => Tensor.From([1f, 2, 3, 4], [2, 3]) },
        { "Item: expected one element, got a tensor of shape (4, 6). Use ToArray().", () => rows.Item() },
        { "CopyFrom: expected 24 float32 values for shape (4, 6), got 1.", () => rows.CopyFrom([1f]) },
        { "ArgMax: expected (N, K), got (2, 3, 8, 9).", () => images.ArgMax() },
        { "Add: expected shapes that broadcast (equal sizes, or 1, from the last dimension on), got (4, 6) and (5).", () => _ = rows + Tensor.Zeros([5]) },
        { "MatMul: expected matrices (…, M, K) and (…, K, N), got (4, 6) and (4, 6).", () => rows.MatMul(rows) },
        { "Reshape: expected a shape with 24 elements as (4, 6) has, got (5, 5).", () => rows.Reshape([5, 5]) },
        { "Permute: expected each dimension of (4, 6) once, got (0, 0).", () => rows.Permute(0, 0) },
        { "Concatenate: expected shapes that differ in dimension 0 alone, got (4, 6) and (4, 5).", () => Tensor.Concatenate(0, rows, Tensor.Zeros([4, 5])) },
        { "Linear: expected x (N, I), weight (O, I) and bias (O), got (2, 3, 8, 9), (5, 216) and (5). Flatten images first.", () => _ = new Linear(216, 5)[images] },
        { "Conv2d: expected images (N, C, H, W), weight (O, C/groups, kh, kw) and bias (O) with 1 groups, got (2, 3, 8, 9), (8, 1, 3, 3) and (8).", () => _ = new Conv2d(1, 8, 3)[images] },
        { "Conv2d: expected images at least as large as the kernel (5x5, dilation 2), got (2, 3, 8, 9) with padding 0. Use larger images or a smaller network.", () => _ = new Conv2d(3, 8, 5, dilation: 2)[images] },
        { "AvgPool: expected images at least as large as the window of 9, got (2, 3, 8, 9) with padding 0. Use larger images or a smaller network.", () => images.AvgPool(9) },
        { "AdaptiveAvgPool: expected images (N, C, H, W) of one pixel or more, got (4, 6).", () => rows.AdaptiveAvgPool(1, 1) },
        { "BatchNorm2d: expected (N, C, H, W), got (4, 6).", () => _ = new BatchNorm2d(6)[rows] },
        { "BatchNorm: expected (N, 5) or (N, 5, H, W), got (4, 6).", () => _ = new BatchNorm1d(5)[rows] },
        { "BatchNorm: expected more than one value for each channel in training, got (1, 6). Use larger batches.", () => _ = new BatchNorm1d(6)[Tensor.Zeros([1, 6])] },
        { "NllLoss: expected log-probabilities (N, K), N labels and K weights, got (4, 6), 3 labels and no weights.", () => Loss.Nll(rows, [1, 2, 3]) },
        { "NllLoss: expected labels from 0 to 5, got 6.", () => Loss.CrossEntropy(rows, [0, 1, 6, 2]) },
        { "MseLoss: expected two tensors of one shape, got (4, 6) and (2, 3, 8, 9).", () => Loss.Mse(rows, images) },
        { "Backward: expected an upstream gradient of shape (2), got (3).", () => (Twos() * 2).Backward(Tensor.Zeros([3])) },
    };

    /// <summary>What the program gave by itself.</summary>
    public static TheoryData<string, Action> Arguments => new()
    {
        { "Shape: expected at most 6 dimensions, got 7. (Parameter 'sizes')", () => _ = new Shape(1, 1, 1, 1, 1, 1, 1) },
        { "Shape: expected sizes of 0 or more, got -2 in dimension 1. (Parameter 'sizes')", () => _ = new Shape(1, -2) },
        { "Concatenate: expected one tensor or more, got none. (Parameter 'parts')", () => Tensor.Concatenate(0) },
        { "Linear: expected 1 feature or more on either side, got 0 and 5. (Parameter 'inFeatures')", () => _ = new Linear(0, 5) },
        { "Conv2d: expected stride, dilation and groups of 1 or more and padding of 0 or more, got stride 0, padding 0, dilation 1, groups 1.", () => images.Conv2d(Tensor.Zeros([1, 3, 1, 1]), stride: 0) },
        { "Conv2d: expected channels that 2 groups divide, got 3 and 4. (Parameter 'groups')", () => _ = new Conv2d(3, 4, 3, groups: 2) },
        { "MaxPool: expected a window and a stride of 1 or more and a padding of at most half the window, got window 2, stride 2, padding 2.", () => images.MaxPool(2, padding: 2) },
        { "LocalResponseNorm: expected a size of 1 or more, got 0. (Parameter 'size')", () => images.LocalResponseNorm(0) },
        { "BatchNorm: expected 1 channel or more, got 0. (Parameter 'features')", () => _ = new BatchNorm1d(0) },
        { "Dropout: expected a share in [0, 1], got 1.5. (Parameter 'share')", () => _ = new Dropout(1.5f) },
        { "NllLoss: expected a label smoothing in [0, 1], got -0.1. (Parameter 'labelSmoothing')", () => Loss.CrossEntropy(rows, [0, 1, 3, 2], labelSmoothing: -0.1f) },
    };

    /// <summary>What cannot be asked for now.</summary>
    public static TheoryData<string, Action> States => new()
    {
        { "Backward: expected a tensor that was computed from one with RequiresGrad, got one without. Set RequiresGrad before computing.", () => rows.Sum().Backward() },
        { "Backward: expected a scalar or an upstream gradient, got a tensor of shape (2) without one. Sum it, or give the gradient.", () => (Twos() * 2).Backward() },
        { "Backward: expected a result that was not differentiated yet, got one whose intermediate values are freed already. Compute it anew, or differentiate it with retainGraph before.", BackwardTwice },
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

    [Fact]
    public void AfterAMistake_TheSameNetworkWorks()
    {
        var net = new Sequential(new Conv2d(3, 4, 3), new Flatten(), new Linear(4, 2));
        Assert.Throws<MekikiException>(() => net[images]);
        var x = Tensor.Ones([2, 3, 3, 3]);
        var y = net[x];
        y.Sum().Backward();
        Assert.Equal(2 * 2, y.Count);
        Assert.All(net.Parameters(), p => Assert.NotNull(p.Grad));
    }

    private static Tensor Twos() => Tensor.Full([2], 2).WithGrad();

    private static void BackwardTwice()
    {
        var y = Twos().Sum();
        y.Backward();
        y.Backward();
    }
}
