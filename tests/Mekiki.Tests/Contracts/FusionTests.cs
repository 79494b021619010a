using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Fusion;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>What is fused computes what the single operations compute.</summary>
/// <remarks>
/// The two ways add the same numbers in other orders, so they differ by rounding: the bound is 16 times a float's, relative to
/// the largest element of a tensor times the root of the terms that its sums have.
/// </remarks>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class FusionTests
{
    private static readonly Dictionary<string, (Func<Module> Make, Shape Input)> networks = new()
    {
        ["cnn"] = (() => new ChapterCnn(1, 16, 8, 8 * 6 * 5, 7), [5, 1, 24, 20]),
        ["cnn, odd"] = (() => new ChapterCnn(3, 9, 5, 5 * 4 * 3, 4), [3, 3, 17, 15]),
        ["residual"] = (() => new ResidualBlock(12, 12), [4, 12, 9, 10]),
        ["residual, projected"] = (() => new ResidualBlock(6, 13), [4, 6, 9, 10]),
        ["convolutions with ReLU"] = (() => new Chain(), [2, 3, 9, 11]),
    };

    public static MatrixTheoryData<string, bool> Networks() => new(networks.Keys, [true, false]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Fused_EqualsPlain(string name, bool training)
    {
        var plain = Run(name, training, fusion: false);
        var fused = Run(name, training, fusion: true);
        Assert.Equal(plain.Keys, fused.Keys);
        foreach (var (what, values) in plain)
        {
            double largest = values.Max(Math.Abs), difference = values.Zip(fused[what], (a, b) => Math.Abs((double)a - b)).Max();
            Assert.True(difference <= 16 * Math.Sqrt(500) * 6e-8 * largest, $"{name}: {what} differs by {difference:g3}, the largest is {largest:g3}");
        }
    }

    public static TheoryData<string, int, int> Behind()
    {
        var data = new TheoryData<string, int, int>();
        foreach (string function in functions.Keys)
        {
            data.Add(function, 5, 13);
            // Few pixels, whose sums are exact; several blocks of pixels and of channels.
            data.Add(function, 3, 2);
            data.Add(function, 2, 60);
        }

        return data;
    }

    private static readonly Dictionary<string, Func<Tensor, Tensor>> functions = new()
    {
        ["relu"] = x => x.Relu(),
        ["relu6"] = x => x.Relu6(),
        ["silu"] = x => x.Silu(),
        ["hardswish"] = x => x.Hardswish(),
        ["used twice"] = x => x.Silu() + x.Relu6(),
        ["used itself"] = x => x.Silu() * x,
        ["twice in a row"] = x => x.Hardswish().Silu(),
    };

    [Theory]
    [MemberData(nameof(Behind))]
    public void FunctionBehindANorm_HasTheSameBitsAsAlone(string function, int images, int side)
    {
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            float[][] plain = Run(false), fused = Run(true);
            for (int i = 0; i < plain.Length; i++)
                Assert.True(plain[i].AsSpan().SequenceEqual(fused[i]), $"{function}, {bits} bits, result {i}");
        }

        float[][] Run(bool fusion)
        {
            using var switched = Switches.UseFusion(fusion);
            var generator = new Generator(3);
            // A convolution before it waits for the norm to measure it, one behind it reads what the function gave.
            var (before, norm, after) = (new Conv2d(3, 37, 1, bias: false), new BatchNorm2d(37), new Conv2d(37, 37, 3, padding: 1, groups: 37));
            var net = new Sequential(before, norm, after);
            net.Initialize(7);
            norm.StateDict().First(t => t.Name == "weight").Tensor.CopyFrom(Tensor.Normal([37], ref generator) * 3);
            var x = Tensor.Normal([images, 3, side, side], ref generator).WithGrad();
            var y = after[functions[function](norm[before[x]])];
            y.Backward(Tensor.Normal(y.Shape, ref generator));
            return [y.ToArray(), x.Grad!.ToArray(), .. net.NamedParameters().Select(p => p.Tensor.Grad!.ToArray())];
        }
    }

    public static MatrixTheoryData<string, string> BehindConvolutions() => new(functions.Keys, convolutions.Keys);

    private static readonly Dictionary<string, Func<Conv2d>> convolutions = new()
    {
        ["1x1"] = () => new Conv2d(16, 40, 1),
        ["3x3"] = () => new Conv2d(16, 16, 3, padding: 1),
        ["depthwise"] = () => new Conv2d(16, 16, 3, padding: 1, groups: 16),
    };

    [Theory]
    [MemberData(nameof(BehindConvolutions))]
    public void FunctionBehindAConvolution_HasTheSameBitsAsAlone(string function, string convolution)
    {
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            float[][] plain = Run(false), fused = Run(true);
            for (int i = 0; i < plain.Length; i++)
                Assert.True(plain[i].AsSpan().SequenceEqual(fused[i]), $"{function} behind {convolution}, {bits} bits, result {i}");
        }

        float[][] Run(bool fusion)
        {
            using var switched = Switches.UseFusion(fusion);
            var generator = new Generator(4);
            var layer = convolutions[convolution]();
            layer.Initialize(8);
            var weight = layer.NamedParameters().First(p => p.Name == "weight").Tensor;
            // Results on both sides of ReLU6's bounds.
            weight.CopyFrom(Tensor.Normal(weight.Shape, ref generator) * 2);
            var x = Tensor.Normal([3, 16, 14, 13], ref generator).WithGrad();
            var y = functions[function](layer[x]);
            y.Backward(Tensor.Normal(y.Shape, ref generator));
            return [y.ToArray(), x.Grad!.ToArray(), .. layer.NamedParameters().Select(p => p.Tensor.Grad!.ToArray())];
        }
    }

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor[]>> steps = new()
    {
        ["pool"] = (x, _) => [x, x.MaxPool(2)],
        ["relu"] = (x, _) => [x, x.Relu()],
        ["pool, relu"] = (x, _) => x.MaxPool(2) is var pooled ? [x, pooled, pooled.Relu()] : [],
        ["relu, pool"] = (x, _) => x.Relu() is var positive ? [x, positive, positive.MaxPool(2)] : [],
        ["residual, relu"] = (x, other) => (x + other) is var sum ? [x, sum, sum.Relu()] : [],
        ["silu"] = (x, _) => [x, x.Silu()],
    };

    /// <summary>With one channel the convolution is thin and computed in the same pass, with eight before it.</summary>
    public static MatrixTheoryData<string, int> Steps() => new(steps.Keys, [1, 8]);

    [Theory]
    [MemberData(nameof(Steps))]
    public void StepsBehindANorm_AreComputedInOnePassOnce(string step, int channels)
    {
        var net = new NormAndSteps(channels, steps[step]);
        net.Initialize(5);
        var generator = new Generator(11);
        var y = net[Tensor.Normal([2, channels, 12, 12], ref generator)];
        y.Backward(Tensor.Normal(y.Shape, ref generator), retainGraph: true);
        foreach (var between in net.Results.SkipLast(1))
            Assert.True(((CpuStorage)between.Data).IsPending, $"{step}: a result between, {between.Shape}, was computed though nobody reads it");
        Assert.False(((CpuStorage)net.Results[^1].Data).IsPending);
    }

    public static MatrixTheoryData<string, bool> Second() => new(second.Keys, [true, false]);

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> second = new()
    {
        ["added"] = (x, y) => x + y,
        ["added behind"] = (x, y) => y + x,
        ["function"] = (x, _) => x.Relu(),
        ["maxima"] = (x, _) => x.MaxPool(2),
    };

    /// <summary>As in an inverted residual, x + f(x), where x waits: it is computed for f, and taken over it would be again for the sum.</summary>
    [Theory]
    [MemberData(nameof(Second))]
    public void ResultThatAnotherStepReads_IsNotTakenOver(string step, bool normed)
    {
        var net = new ReadTwice(normed, second[step]);
        net.Initialize(3);
        net.Eval();
        using var pause = Gradients.Off();
        var generator = new Generator(7);
        _ = net[Tensor.Normal([2, 8, 6, 6], ref generator)].ToArray();
        Assert.False(net.WasTakenOver);
    }

    private static Dictionary<string, float[]> Run(string name, bool training, bool fusion)
    {
        using var switched = Switches.UseFusion(fusion);
        var (make, shape) = networks[name];
        var net = make();
        net.Initialize(5);
        if (!training)
            net.Eval();
        var generator = new Generator(11);
        var x = Tensor.Normal(shape, ref generator).WithGrad();
        var results = new Dictionary<string, float[]>();
        var y = net[x];
        results["y"] = y.ToArray();
        y.Backward(Tensor.Normal(y.Shape, ref generator));
        results["dx"] = x.Grad!.ToArray();
        foreach (var (parameter, tensor) in net.NamedParameters())
            results["d" + parameter] = tensor.Grad!.ToArray();
        foreach (var (state, tensor) in net.StateDict())
            if (tensor.DType == DType.Float32)
                results[state] = tensor.ToArray();
        return results;
    }

    /// <summary>He et al. 2015, arXiv:1512.03385, figure 2; a 1x1 convolution beside it where channels differ.</summary>
    private sealed class ResidualBlock : Module
    {
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;
        private readonly Sequential? downsample;

        public ResidualBlock(int channels, int planes)
        {
            conv1 = Child("conv1", new Conv2d(channels, planes, 3, padding: 1, bias: false));
            bn1 = Child("bn1", new BatchNorm2d(planes));
            conv2 = Child("conv2", new Conv2d(planes, planes, 3, padding: 1, bias: false));
            bn2 = Child("bn2", new BatchNorm2d(planes));
            downsample = channels == planes ? null : Child("downsample", new Sequential(new Conv2d(channels, planes, 1, bias: false), new BatchNorm2d(planes)));
        }

        public override Tensor Forward(Tensor x)
        {
            var y = bn1[conv1[x]].Relu();
            y = bn2[conv2[y]];
            return (y + (downsample is null ? x : downsample[x])).Relu();
        }
    }

    /// <summary>A convolution, a batch norm and some steps, of which all results are kept, and a convolution that reads the last.</summary>
    private sealed class NormAndSteps : Module
    {
        private readonly Func<Tensor, Tensor, Tensor[]> steps;
        private readonly Conv2d before, beside, after;
        private readonly BatchNorm2d norm;

        public NormAndSteps(int channels, Func<Tensor, Tensor, Tensor[]> steps)
        {
            this.steps = steps;
            before = Child("before", new Conv2d(channels, 32, 3, padding: 1));
            norm = Child("norm", new BatchNorm2d(32));
            beside = Child("beside", new Conv2d(channels, 32, 1));
            after = Child("after", new Conv2d(32, 4, 3));
        }

        public Tensor[] Results { get; private set; } = [];

        public override Tensor Forward(Tensor x)
        {
            Results = steps(norm[before[x]], beside[x]);
            return after[Results[^1]];
        }
    }

    /// <summary>x of a convolution and perhaps a norm, which a second convolution reads and then another step.</summary>
    private sealed class ReadTwice : Module
    {
        private readonly Func<Tensor, Tensor, Tensor> step;
        private readonly Conv2d before, between;
        private readonly BatchNorm2d? norm;

        public ReadTwice(bool normed, Func<Tensor, Tensor, Tensor> step)
        {
            this.step = step;
            before = Child("before", new Conv2d(8, 8, 1));
            norm = normed ? Child("norm", new BatchNorm2d(8)) : null;
            between = Child("between", new Conv2d(8, 8, 3, padding: 1));
        }

        public bool WasTakenOver { get; private set; }

        public override Tensor Forward(Tensor x)
        {
            x = before[x];
            x = norm is null ? x : norm[x];
            Assert.True(((CpuStorage)x.Data).IsPending);
            var y = between[x];
            var z = step(x, y);
            WasTakenOver = (((CpuStorage)x.Data).Work, ((CpuStorage)z.Data).Work) switch
            {
                (NormWork a, NormWork b) => a.Inputs == b.Inputs,
                (ConvolutionWork a, ConvolutionWork b) => a.Inputs == b.Inputs,
                _ => false,
            };
            return z.Shape == y.Shape ? z + y : z;
        }
    }

    /// <summary>Convolutions with ReLU behind them, one result used twice, and a batch norm whose result is used as it is and with ReLU.</summary>
    private sealed class Chain : Module
    {
        private readonly Conv2d conv1, conv2, conv3;
        private readonly BatchNorm2d bn;

        public Chain()
        {
            conv1 = Child("conv1", new Conv2d(3, 6, 3));
            conv2 = Child("conv2", new Conv2d(6, 6, 3, padding: 1));
            conv3 = Child("conv3", new Conv2d(6, 4, 1));
            bn = Child("bn", new BatchNorm2d(6));
        }

        public override Tensor Forward(Tensor x)
        {
            var a = conv1[x].Relu();
            var b = conv2[a];
            var c = bn[b];
            return conv3[c.Relu() + c + b.Relu() + a].Relu();
        }
    }
}
