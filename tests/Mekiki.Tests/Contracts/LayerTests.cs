using Mekiki.Layers;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Contracts;

/// <summary>What holds for every layer on every backend; a new layer is a row.</summary>
public class LayerTests
{
    private static readonly Dictionary<string, (Func<Module> Make, Shape Input)> layers = new()
    {
        ["Linear"] = (() => new Linear(7, 5), [4, 7]),
        ["Linear, no bias"] = (() => new Linear(7, 5, bias: false), [4, 7]),
        ["Conv2d"] = (() => new Conv2d(4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2), [2, 4, 9, 8]),
        ["Conv2d, no bias"] = (() => new Conv2d(4, 6, 1, bias: false), [2, 4, 5, 6]),
        ["BatchNorm1d"] = (() => new BatchNorm1d(6), [8, 6]),
        ["BatchNorm2d"] = (() => new BatchNorm2d(6), [3, 6, 4, 5]),
        ["Dropout"] = (() => new Dropout(0.3f), [4, 50]),
        ["Relu"] = (() => new Relu(), [3, 4]),
        ["Sigmoid"] = (() => new Sigmoid(), [3, 4]),
        ["Tanh"] = (() => new Tanh(), [3, 4]),
        ["LeakyRelu"] = (() => new LeakyRelu(0.2f), [3, 4]),
        ["Relu6"] = (() => new Relu6(), [3, 4]),
        ["Elu"] = (() => new Elu(0.5f), [3, 4]),
        ["Silu"] = (() => new Silu(), [3, 4]),
        ["Hardswish"] = (() => new Hardswish(), [3, 4]),
        ["Hardsigmoid"] = (() => new Hardsigmoid(), [3, 4]),
        ["Softplus"] = (() => new Softplus(), [3, 4]),
        ["Mish"] = (() => new Mish(), [3, 4]),
        ["Gelu"] = (() => new Gelu(), [3, 4]),
        ["Gelu, with tanh"] = (() => new Gelu(approximate: true), [3, 4]),
        ["Prelu"] = (() => new Prelu(), [3, 4]),
        ["Prelu, of channels"] = (() => new Prelu(4), [3, 4, 2, 5]),
        ["MaxPool2d"] = (() => new MaxPool2d(3, 2, 1, ceilMode: true), [2, 3, 8, 9]),
        ["AdaptiveAvgPool2d"] = (() => new AdaptiveAvgPool2d(2, 3), [2, 3, 8, 9]),
        ["AdaptiveMaxPool2d"] = (() => new AdaptiveMaxPool2d(2, 3), [2, 3, 8, 9]),
        ["AvgPool2d"] = (() => new AvgPool2d(3, 2, 1), [2, 3, 8, 9]),
        ["LayerNorm"] = (() => new LayerNorm([5, 6]), [2, 3, 5, 6]),
        ["LayerNorm, no weights"] = (() => new LayerNorm([6], affine: false), [4, 6]),
        ["LayerNorm2d"] = (() => new LayerNorm2d(5), [2, 5, 3, 4]),
        ["GroupNorm"] = (() => new GroupNorm(2, 6), [2, 6, 3, 4]),
        ["InstanceNorm2d"] = (() => new InstanceNorm2d(3), [2, 3, 3, 4]),
        ["InstanceNorm2d, with weights"] = (() => new InstanceNorm2d(3, affine: true), [2, 3, 3, 4]),
        ["ConvTranspose2d"] = (() => new ConvTranspose2d(4, 6, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2), [2, 4, 5, 4]),
        ["ConvTranspose2d, no bias"] = (() => new ConvTranspose2d(4, 6, 3, bias: false, dilation: 2), [2, 4, 5, 4]),
        ["Upsample"] = (() => new Upsample(2, InterpolationMode.Bilinear), [2, 3, 4, 5]),
        ["MultiheadAttention"] = (() => new MultiheadAttention(6, 2), [2, 5, 6]),
        ["Dropout2d"] = (() => new Dropout2d(0.3f), [4, 50, 2, 3]),
        ["Identity"] = (() => new Identity(), [3, 4]),
        ["Tanh"] = (() => new Tanh(), [3, 4]),
        ["Gelu"] = (() => new Gelu(), [3, 4]),
        ["LeakyRelu"] = (() => new LeakyRelu(), [3, 4]),
        ["Softmax"] = (() => new Softmax(), [3, 4]),
        ["LogSoftmax"] = (() => new LogSoftmax(), [3, 4]),
        ["Flatten"] = (() => new Flatten(), [2, 3, 4, 5]),
        ["Sequential"] = (() => new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(16, 3)), [4, 3, 6, 6]),
    };

    public static TheoryData<string, string> Names => TestedBackends.With(layers.Keys);

    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Fact]
    public void EveryLayer_IsTested() =>
        Assert.Empty(typeof(Module).Assembly.GetExportedTypes()
            .Where(t => t.IsSubclassOf(typeof(Module)) && !t.IsAbstract && t != typeof(ModuleList) && !layers.Values.Any(l => l.Make().GetType() == t))
            .Select(t => t.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void StateSavedAndLoaded_GivesTheSameOutput(string name, string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var (make, shape) = layers[name];
        var layer = make();
        layer.Initialize(1);
        _ = layer[Random(shape, 1)];
        var other = make();
        other.Initialize(2);
        other.LoadStateDict(layer.StateDict().ToDictionary());
        layer.Eval();
        other.Eval();
        var x = Random(shape, 2);
        Assert.Equal(layer[x].ToArray(), other[x].ToArray());
        Assert.Equal(layer.StateDict().Select(s => s.Name), other.StateDict().Select(s => s.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_ReachesInputAndEveryParameter(string name, string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var (make, shape) = layers[name];
        var layer = make();
        var x = Random(shape, 3).WithGrad();
        var y = layer[x];
        y.Backward(Random(y.Shape, 4));
        Assert.Contains(x.Grad!.ToArray(), d => d != 0);
        foreach (var (parameter, tensor) in layer.NamedParameters())
        {
            Assert.Equal(tensor.Shape, tensor.Grad!.Shape);
            bool isBeforeNorm = name == "Sequential" && parameter == "0.bias";
            Assert.True(isBeforeNorm == tensor.Grad.ToArray().All(d => d == 0), $"{name}: the gradient of {parameter}");
        }

        Assert.Equal(layer.Parameters().Sum(p => p.Count), layer.ParameterCount());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SameSeed_SameWeightsAndOutput_OtherSeed_OtherWeights(string name, string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var (make, shape) = layers[name];
        float[] Output(ulong seed)
        {
            var layer = make();
            layer.Initialize(seed);
            layer.BeginStep(seed, 1);
            return layer[Random(shape, 5)].ToArray();
        }

        Assert.Equal(Output(1), Output(1));
        if (name.StartsWith("Linear", StringComparison.Ordinal) || name.StartsWith("Conv", StringComparison.Ordinal) || name is "Sequential" or "Dropout")
            Assert.NotEqual(Output(1), Output(2));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Dropout_DropsItsShare_AndOtherElementsAtEachCall(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var dropout = new Dropout(0.3f);
        dropout.BeginStep(1, 1);
        var x = Tensor.Ones([100, 200]);
        float[] first = dropout[x].ToArray(), second = dropout[x].ToArray();
        Assert.InRange(first.Count(v => v == 0) / 20_000.0, 0.28, 0.32);
        Assert.All(first, v => Assert.True(v == 0 || v == 1 / 0.7f));
        Assert.NotEqual(first, second);
        dropout.BeginStep(1, 1);
        Assert.Equal(first, dropout[x].ToArray());
        dropout.Eval();
        Assert.Equal(x.ToArray(), dropout[x].ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void BiasBeforeBatchNorm_HasGradientZero_UnlessTheResultIsUsedElsewhere(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor x = Random([6, 4], 6), weight = Random([3, 4], 7).WithGrad(), upstream = Random([6, 3], 8);
        float[] Gradient(bool both, bool training)
        {
            var norm = new BatchNorm1d(3);
            if (!training)
                norm.Eval();
            var bias = Tensor.Zeros([3]).WithGrad();
            var y = x.Linear(weight, bias);
            var z = norm[y];
            (both ? z + y : z).Backward(upstream);
            return bias.Grad!.ToArray();
        }

        Assert.Equal([0, 0, 0], Gradient(both: false, training: true));
        float[] sums = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 6).Sum(n => upstream.Values[3 * n + c]))];
        Assert.True(Goldens.Distance(sums, Gradient(both: true, training: true)) < 1e-5);
        Assert.DoesNotContain(0, Gradient(both: false, training: false));
    }

    private static Tensor Random(Shape shape, ulong seed)
    {
        var generator = new Generator(seed);
        return Tensor.Normal(shape, ref generator);
    }
}
