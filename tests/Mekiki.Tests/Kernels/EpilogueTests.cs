using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Layers;

namespace Mekiki.Tests.Kernels;

/// <summary>Where nothing is trained, a function, a sum or a margin is computed with the convolution beside it: to the same bits as alone, and as for an image alone.</summary>
[Collection(nameof(VectorWidth))]
public class EpilogueTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> functions = new()
    {
        ["relu"] = x => x.Relu(),
        ["relu6"] = x => x.Relu6(),
        ["hardswish"] = x => x.Hardswish(),
        ["silu"] = x => x.Silu(),
        ["sigmoid"] = x => x.Sigmoid(),
        ["gelu"] = x => x.Gelu(),
        ["clamp"] = x => x.Clamp(-0.5f, 0.25f),
    };

    private static readonly Dictionary<string, (Func<Module> Make, Shape Input)> convolutions = new()
    {
        ["1x1"] = (() => new Conv2d(19, 37, 1), [5, 19, 11, 9]),
        ["1x1, three vectors of 8"] = (() => new Conv2d(19, 56, 1), [5, 19, 11, 9]),
        ["3x3 by Winograd"] = (() => new Conv2d(64, 64, 3, padding: 1), [9, 64, 20, 20]),
        ["small images"] = (() => new Conv2d(32, 48, 3, padding: 1), [9, 32, 4, 4]),
        ["groups"] = (() => new Conv2d(24, 36, 3, padding: 1, groups: 3), [3, 24, 9, 10]),
        ["depthwise"] = (() => new Conv2d(37, 37, 3, padding: 1, groups: 37), [3, 37, 17, 22]),
        ["depthwise, long rows"] = (() => new Conv2d(96, 96, 3, stride: 2, padding: 1, groups: 96), [1, 96, 112, 112]),
        ["depthwise, uneven margins"] = (() => new Margins(new Conv2d(20, 20, 5, stride: 2, padding: 1, groups: 20), 1, 2, 0, 1), [3, 20, 14, 19]),
        ["uneven margins"] = (() => new Margins(new Conv2d(3, 32, 3, stride: 2), 0, 1, 0, 1), [3, 3, 16, 18]),
    };

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string convolution in convolutions.Keys)
            foreach (string function in functions.Keys)
                data.Add(convolution, function);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Functions_AreTheSameBitsAsAlone(string convolution, string function)
    {
        var (make, shape) = convolutions[convolution];
        var (net, x) = Made(make(), shape);
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            var plain = Run(false, x, x => functions[function](net[x]));
            Equal(plain, Run(true, x, x => functions[function](net[x])), bits);
            int length = plain.Length / shape[0];
            Equal(plain[..length], Run(true, x[..1], x => functions[function](net[x])), bits);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SumsAndFunctions_AreTheSameBitsAsAlone(string convolution, string function)
    {
        var (make, shape) = convolutions[convolution];
        var (net, x) = Made(make(), shape);
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            // Either may wait: the sum takes in the convolution that stands first.
            Tensor Both(Tensor x) => functions[function](net[x] + net[x * 0.5f].Relu6());
            Tensor Turned(Tensor x) => functions[function](net[x * 0.5f].Relu6() + net[x]);
            Equal(Run(false, x, Both), Run(true, x, Both), bits);
            Equal(Run(false, x, Turned), Run(true, x, Turned), bits);
        }
    }

    [Theory]
    [InlineData(1, 3, 1, true)]
    [InlineData(1, 3, 1, false)]
    [InlineData(9, 1, 0, true)]
    public void MaximaOfNineTaps_AreTheSameBitsAsAlone(int channels, int kernel, int padding, bool hasRelu)
    {
        var (net, x) = Made(new Conv2d(channels, 32, kernel, padding: padding), [5, channels, 11, 18]);
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            Tensor Maxima(Tensor x) => (hasRelu ? net[x].Relu() : net[x]).MaxPool(2, 2);
            Equal(Run(false, x, Maxima), Run(true, x, Maxima), bits);
        }
    }

    [Theory]
    [InlineData(20, 20, 64, true, false)]
    [InlineData(20, 20, 64, false, true)]
    [InlineData(17, 23, 80, true, true)]
    [InlineData(18, 15, 16, false, false)]
    public void MaximaByWinograd_AreTheSameBitsAsAlone(int height, int width, int features, bool hasRelu, bool hasNorm)
    {
        var convolution = new Conv2d(32, features, 3, padding: 1);
        var (net, x) = Made(hasNorm ? new Sequential(convolution, new BatchNorm2d(features)) : convolution, [9, 32, height, width]);
        foreach (int bits in VectorWidths.All)
        {
            using var vectors = VectorWidths.Use(bits);
            Tensor Maxima(Tensor x) => (hasRelu ? net[x].Relu() : net[x]).MaxPool(2, 2);
            float[] plain = Run(false, x, Maxima), fused = Run(true, x, Maxima);
            Equal(plain, fused, bits);
            Equal(plain[..(plain.Length / 9)], Run(true, x[..1], Maxima), bits);
            Equal(Run(false, x, x => net[x].MaxPool(2, 2).Relu()), Run(true, x, x => net[x].MaxPool(2, 2).Relu()), bits);
        }
    }

    [Theory]
    [InlineData(1, 3, 1, 96, false, false)]
    [InlineData(3, 3, 2, 96, true, false)]
    [InlineData(2, 5, 1, 100, false, true)]
    [InlineData(5, 5, 2, 144, true, true)]
    [InlineData(1, 7, 1, 83, true, false)]
    [InlineData(4, 1, 2, 128, false, false)]
    public void ConvolutionsAroundDepthwiseOnes_AreTheSameBitsAsOneByOne(int images, int kernel, int stride, int channels, bool hasNorm, bool isUneven)
    {
        Module Normed(Conv2d convolution, int features) => hasNorm ? new Sequential(convolution, new BatchNorm2d(features)) : convolution;
        var convolution = new Conv2d(channels, channels, kernel, stride, isUneven ? 0 : kernel / 2, groups: channels);
        Module before = Normed(new Conv2d(24, channels, 1, bias: !hasNorm), channels), behind = Normed(new Conv2d(channels, 24, 1), 24);
        var depthwise = isUneven ? new Margins(convolution, 1, 2, 0, 3) : Normed(convolution, channels);
        var (_, x) = Made(new Sequential(before, depthwise, behind), [images, 24, 61, 57]);
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            foreach (string function in new[] { "relu6", "silu" })
            {
                var f = functions[function];
                Tensor First(Tensor x) => f(before[x]);
                Tensor Second(Tensor x) => f(depthwise[x]);
                Tensor Third(Tensor y, Tensor x) => y.Shape[2] == x.Shape[2] && y.Shape[3] == x.Shape[3] ? behind[y] + x : behind[y];
                var plain = Run(true, x, x => Computed(Second(Computed(First(x)))));
                var plainBehind = Run(true, x, x => Third(Computed(Second(Computed(First(x)))), x));
                foreach (int threads in new[] { 1, 2, 3 })
                {
                    using var count = Switches.UseThreads(threads);
                    Equal(plain, Run(true, x, x => Second(First(x))), bits);
                    Equal(plainBehind, Run(true, x, x => Third(Second(First(x)), x)), bits);
                    Equal(plainBehind, Run(true, x, x => Third(Second(Computed(First(x))), x)), bits);
                }
            }
        }
    }

    [Theory]
    [InlineData("relu6")]
    [InlineData("silu")]
    public void Norms_AreTakenInToo(string function)
    {
        var (net, x) = Made(new Sequential(new Conv2d(16, 32, 1, bias: false), new BatchNorm2d(32), new Conv2d(32, 32, 3, padding: 1, groups: 32, bias: false), new BatchNorm2d(32)), [4, 16, 12, 12]);
        float[] plain = Run(false, x, x => functions[function](net[x])), fused = Run(true, x, x => functions[function](net[x]));
        // The scale goes into the weights: other roundings.
        Assert.All(plain.Zip(fused), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Norms_ThatStandAlone_TakeFunctionsIn()
    {
        var (net, x) = Made(new BatchNorm2d(21), [3, 21, 7, 5]);
        foreach (string function in functions.Keys)
            Equal(Run(false, x, x => functions[function](net[x])), Run(true, x, x => functions[function](net[x])), VectorWidth.Bits);
    }

    [Fact]
    public void GradientsThroughThem_AreThoseOfTheFunctions()
    {
        var (net, x) = Made(new Conv2d(8, 8, 3, padding: 1, groups: 8), [2, 8, 6, 6]);
        foreach (string function in functions.Keys)
        {
            Equal(Gradient(false), Gradient(true), VectorWidth.Bits);

            float[] Gradient(bool fusion)
            {
                using var switched = Switches.UseFusion(fusion);
                var input = x.Detach().WithGrad();
                functions[function](net[input]).Sum().Backward();
                return input.Grad!.ToArray();
            }
        }
    }

    [Fact]
    public void NumbersThatAreNone_StayNone()
    {
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            foreach (var (convolution, (make, shape)) in convolutions)
            {
                var net = make();
                net.Initialize(1);
                var x = Tensor.Full(shape, float.NaN);
                foreach (string function in new[] { "relu", "relu6" })
                    Assert.All(Run(true, x, x => functions[function](net[x])), y => Assert.True(float.IsNaN(y), $"{convolution}, {function}, {bits} bits: {y}"));
                Assert.All(Run(true, x, x => net[x].Relu().MaxPool(2)), y => Assert.True(float.IsNaN(y), $"{convolution}, maxima, {bits} bits: {y}"));
            }
        }
    }

    private static (Module Net, Tensor X) Made(Module net, Shape shape)
    {
        var generator = new Generator(3);
        net.Initialize(4);
        net.Eval();
        foreach (var (name, tensor) in net.StateDict())
            if (tensor.DType == DType.Float32)
                tensor.CopyFrom(name.EndsWith("var", StringComparison.Ordinal) ? Tensor.Uniform(tensor.Shape, ref generator) + 0.5f : Tensor.Normal(tensor.Shape, ref generator) * 0.5f);
        return (net, Tensor.Normal(shape, ref generator));
    }

    // Inside a module, where work may be put off.
    private static float[] Run(bool fusion, Tensor x, Func<Tensor, Tensor> forward)
    {
        using var switched = Switches.UseFusion(fusion);
        using var off = Gradients.Off();
        return new Outer(forward)[x].ToArray();
    }

    // What waited is computed.
    private static Tensor Computed(Tensor x)
    {
        _ = x.ToArray();
        return x;
    }

    private static void Equal(float[] expected, float[] actual, int bits)
    {
        Assert.Equal(expected.Length, actual.Length);
        int differing = Enumerable.Range(0, expected.Length).Count(i => BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]));
        Assert.True(differing == 0, $"{differing} of {expected.Length} differ at {bits} bits");
    }

    private sealed class Outer(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor x) => forward(x);
    }

    private sealed class Margins : Module
    {
        private readonly Conv2d convolution;
        private readonly (int Left, int Right, int Top, int Bottom) margins;

        public Margins(Conv2d convolution, int left, int right, int top, int bottom) => (this.convolution, margins) = (Child("convolution", convolution), (left, right, top, bottom));

        public override Tensor Forward(Tensor x) => convolution[x.Pad(margins.Left, margins.Right, margins.Top, margins.Bottom)];
    }
}
