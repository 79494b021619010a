using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>Gradients of images alone, with parameters as constants.</summary>
public class GradientsOfInputsTests
{
    private static Sequential Net() => new(
        new Conv2d(2, 4, kernelSize: 3, padding: 1), new BatchNorm2d(4), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(4 * 9, 3));

    private static Tensor Images()
    {
        var generator = new Generator(1);
        return Tensor.Normal([2, 2, 6, 6], ref generator).WithGrad();
    }

    [Fact]
    public void OfInputs_GivesTheSameGradientOfTheImages_AndNoneOfTheParameters()
    {
        var net = Net();
        net.Eval();
        Tensor usual = Images(), alone = Images();
        net[usual].Sum().Backward();
        Assert.All(net.Parameters(), p => Assert.NotNull(p.Grad));
        foreach (var parameter in net.Parameters())
            parameter.ZeroGrad();

        using (Gradients.OfInputs())
        {
            Assert.All(net.Parameters(), p => Assert.False(p.RequiresGrad));
            net[alone].Sum().Backward();
        }

        Assert.Equal(usual.Grad!.ToArray(), alone.Grad!.ToArray());
        Assert.All(net.Parameters(), p => Assert.Null(p.Grad));
        Assert.All(net.Parameters(), p => Assert.True(p.RequiresGrad));
    }

    [Fact]
    public void OfInputs_InsideOfACall_KeepsTheWeightsAsTheyAre()
    {
        var net = Net();
        var x = Images();
        using var isInside = new ManualResetEventSlim();
        Thread? writer = null;
        using (EvaluationMode.On())
        using (Gradients.OfInputs())
            net.Call(x, images =>
            {
                writer = new Thread(() =>
                {
                    isInside.Set();
                    net.Initialize(2);
                });
                writer.Start();
                isInside.Wait();
                net[images].Sum().Backward();
                return Array.Empty<Tensor>();
            });
        writer!.Join();
        var other = Net();
        other.Initialize(0);
        var own = Images();
        other.Eval();
        other[own].Sum().Backward();
        Assert.Equal(own.Grad!.ToArray(), x.Grad!.ToArray());
    }

    [Fact]
    public void WithoutImagesThatWantIt_NothingIsRecorded()
    {
        using (Gradients.OfInputs())
            Assert.False(Net()[Tensor.Ones([2, 2, 6, 6])].RequiresGrad);
        Assert.True(Net()[Tensor.Ones([2, 2, 6, 6])].RequiresGrad);
    }
}
