using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>Results of the modules inside of a network can be seen.</summary>
public class ForwardPassTests
{
    private static readonly Sequential net = new(new Linear(3, 4), new Relu());
    private static readonly Tensor x = Tensor.Ones([2, 3]);

    [Fact]
    public void Watch_ShowsEveryModule_PartsFirst()
    {
        var seen = new List<(string, Shape)>();
        Tensor? hidden = null;
        float[] expected;
        using (Gradients.Off())
        using (ForwardPass.Watch((module, result) =>
        {
            seen.Add((module.GetType().Name, result.Shape));
            hidden ??= result.Detach();
        }))
            expected = net[x].ToArray();
        Assert.Equal([("Linear", [2, 4]), ("Relu", [2, 4]), ("Sequential", [2, 4])], seen);
        Assert.Equal(expected, hidden!.Relu().ToArray());
        _ = net[x];
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void Nested_BothSee_AndTheOuterGoesOn()
    {
        int outer = 0, inner = 0;
        using (ForwardPass.Watch((_, _) => outer++))
        {
            using (ForwardPass.Watch((_, _) => inner++))
                _ = net[x];
            _ = net[x];
        }

        Assert.Equal((6, 3), (outer, inner));
    }

    [Fact]
    public void OtherThread_SeesNothing()
    {
        int seen = 0;
        using (ForwardPass.Watch((_, _) => Interlocked.Increment(ref seen)))
        {
            var thread = new Thread(() => _ = net[x]);
            thread.Start();
            thread.Join();
        }

        Assert.Equal(0, seen);
    }

    [Fact]
    public void Change_ReplacesAResult_ForWhatFollowsAndForWatchers()
    {
        var linear = net.Children[0].Module;
        float[] seen = [];
        using (Gradients.Off())
        using (ForwardPass.Watch((module, result) => seen = module == linear ? result.ToArray() : seen))
        using (ForwardPass.Change((module, result) => module == linear ? Tensor.Full(result.Shape, 2) : result))
            Assert.Equal(Enumerable.Repeat(2f, 8), net[x].ToArray());
        Assert.Equal(Enumerable.Repeat(2f, 8), seen);
        Assert.NotEqual(Enumerable.Repeat(2f, 8), net[x].ToArray());
    }

    [Fact]
    public void NestedChanges_TheInnerComesLast()
    {
        var linear = net.Children[0].Module;
        using (ForwardPass.Change((module, result) => module == linear ? Tensor.Full(result.Shape, 2) : result))
        {
            using (ForwardPass.Change((module, result) => module == linear ? result * 3 : result))
                Assert.Equal(Enumerable.Repeat(6f, 8), net[x].ToArray());
            Assert.Equal(Enumerable.Repeat(2f, 8), net[x].ToArray());
        }
    }

    [Fact]
    public void CutResult_GetsTheGradientOfWhatFollows()
    {
        var linear = net.Children[0].Module;
        Tensor? hidden = null;
        using (ForwardPass.Change((module, result) => module == linear ? hidden = result.Detach().WithGrad() : result))
            net[x].Sum().Backward();
        Assert.Equal(hidden!.ToArray().Select(v => v > 0 ? 1f : 0f), hidden.Grad!.ToArray());
        Assert.All(linear.Parameters(), p => Assert.Null(p.Grad));
    }

    [Fact]
    public void CutBehindABatchNorm_WhoseWorkWasPutOff_HasTheSameGradient()
    {
        var norm = new BatchNorm2d(4);
        var network = new Sequential(new Conv2d(1, 4, kernelSize: 3, padding: 1), norm, new MaxPool2d(2), new Relu(), new Flatten(), new Linear(36, 2));
        network.Eval();
        var generator = new Generator(1);
        var images = Tensor.Normal([2, 1, 6, 6], ref generator);
        Tensor? maps = null;
        using (Gradients.OfInputs())
        using (ForwardPass.Change((module, result) => module == norm ? maps = result.Detach().WithGrad() : result))
            network[images].Sum().Backward();

        var alone = Tensor.From(maps!.ToArray(), maps.Shape).WithGrad();
        ((Linear)network.Children[^1].Module)[alone.MaxPool(2).Relu().Flatten()].Sum().Backward();
        Assert.Equal(alone.Grad!.ToArray(), maps.Grad!.ToArray());
    }

    [Fact]
    public void Free_TakesAResultAtOnce_ItsViewsStay_AndTheAnswerIsTheSame()
    {
        var freeing = new Freeing();
        float[] expected = freeing[x].ToArray();      // recorded: nothing is freed
        freeing[x].Sum().Backward();
        using (Gradients.Off())
            Assert.Equal(expected, freeing[x].ToArray());
        Assert.Throws<InvalidOperationException>(() => freeing.Wide!.ToArray());
        freeing.ReadsAgain = true;
        _ = freeing[x];
        using (Gradients.Off())
            Assert.Throws<InvalidOperationException>(() => freeing[x]);
    }

    [Fact]
    public void Free_OfWhatNoPassMade_DoesNothing()
    {
        var own = Tensor.Ones([3]);
        ForwardPass.Free(own);
        using (Gradients.Off())
            Assert.Equal([2, 2, 2], new OfOwn(own)[x].ToArray());
        Assert.Equal([1, 1, 1], own.ToArray());
    }

    private sealed class Freeing : Module
    {
        private readonly Linear expand = new(3, 4), reduce = new(4, 2);

        public Freeing()
        {
            Child("expand", expand);
            Child("reduce", reduce);
        }

        public Tensor? Wide { get; private set; }

        public bool ReadsAgain { get; set; }

        public override Tensor Forward(Tensor x)
        {
            Wide = expand[x].Relu();
            var view = Wide.Reshape(2, 4);
            ForwardPass.Free(Wide);
            var result = reduce[view];
            return ReadsAgain ? result + Wide.Sum() : result;
        }
    }

    private sealed class OfOwn(Tensor own) : Module
    {
        public override Tensor Forward(Tensor x)
        {
            var result = own + own;
            ForwardPass.Free(own);
            ForwardPass.Free(x);
            return result;
        }
    }
}
