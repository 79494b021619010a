using Mekiki.Layers;
using Mekiki.Losses;

namespace Mekiki.Tests.Differentiation;

/// <summary>The way back, gone twice.</summary>
public class RetainGraphTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> results = new()
    {
        ["max pooling"] = x => x.MaxPool(2, 1),
        ["halving"] = x => x.MaxPool(2).Relu(),
        ["batch norm, relu, pooling"] = x => new Sequential(new BatchNorm2d(3), new Relu(), new MaxPool2d(2))[x],
        ["convolution, batch norm"] = x => new Sequential(new Conv2d(3, 4, 3, padding: 1), new BatchNorm2d(4), new Relu())[x],
        ["dropout"] = x => new Dropout(0.4f)[x],
        ["nll"] = x => Loss.Nll(x.Flatten().LogSoftmax(1), [1, 2]),
        ["cross-entropy"] = x => Loss.CrossEntropy(x.Flatten(), [1, 2], labelSmoothing: 0.1f),
        ["response norm"] = x => x.LocalResponseNorm(3),
        ["softmax, arithmetic"] = x => x.Softmax(1) * x / (x * x + 1),
    };

    public static TheoryData<string> Names => [.. results.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void SecondPass_AddsTheSameGradient_AndThirdIsRefused(string name)
    {
        var generator = new Generator(3);
        var x = Tensor.Normal([2, 3, 4, 6], ref generator).WithGrad();
        var y = results[name](x);
        var upstream = Tensor.Normal(y.Shape, ref generator);
        y.Backward(upstream, retainGraph: true);
        float[] once = x.Grad!.ToArray();
        Assert.Contains(once, d => d != 0);
        x.ZeroGrad();
        y.Backward(upstream, retainGraph: true);
        Assert.Equal(once, x.Grad!.ToArray());
        x.ZeroGrad();
        y.Backward(upstream);
        Assert.Equal(once, x.Grad!.ToArray());
        Assert.Throws<InvalidOperationException>(() => y.Backward(upstream));
    }
}
