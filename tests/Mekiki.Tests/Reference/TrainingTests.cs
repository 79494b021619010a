using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Reference;

/// <summary>The chapter's networks, trained on the processor and on the reference from the same weights.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class TrainingTests
{
    private const double Bound = 1e-4;
    private const int Images = 16, Side = 12, Classes = 5;

    private static readonly Dictionary<string, Func<Module>> networks = new()
    {
        ["mlp"] = () => new ChapterMlp(Side * Side, 24, 16, Classes),
        ["cnn"] = () => new ChapterCnn(1, 16, 8, 8 * 3 * 3, Classes),
        ["cnn with dropout"] = () => new Sequential(new Conv2d(1, 16, 3, padding: 1), new BatchNorm2d(16), new Relu(), new MaxPool2d(2), new Flatten(), new Dropout(0.3f), new Linear(16 * 6 * 6, Classes), new LogSoftmaxOfRows()),
    };

    private static readonly Dictionary<string, Func<Module, Optimizer>> optimizers = new()
    {
        ["sgd"] = m => new Sgd(m, new() { LearningRate = 0.01, Momentum = 0.9, Nesterov = true, WeightDecay = 1e-3 }),
        ["adamw"] = m => new AdamW(m),
        ["rmsprop"] = m => new RmsProp(m, new() { LearningRate = 1e-3, Momentum = 0.5 }),
    };

    public static TheoryData<string, string> Runs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string network in networks.Keys)
                foreach (string optimizer in optimizers.Keys)
                    data.Add(network, optimizer);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Network_AfterSixSteps_AgreesWithReference(string network, string optimizer)
    {
        var expected = Train("reference", network, optimizer);
        foreach (int bits in VectorWidths.All)
        {
            using var width = VectorWidths.Use(bits);
            var got = Train("cpu", network, optimizer);
            Assert.Equal(expected.Keys, got.Keys);
            foreach (var (name, values) in expected)
                Assert.True(Goldens.Distance(values, got[name]) <= Bound, $"{network}, {optimizer}, {bits} bits: {name} is {Goldens.Distance(values, got[name]):g3} off");
        }
    }

    private static Dictionary<string, float[]> Train(string backend, string network, string optimizer)
    {
        using var computing = TestedBackends.Use(backend);
        var net = networks[network]();
        net.Initialize(3);
        var steps = optimizers[optimizer](net);
        var losses = new List<float>();
        for (ulong step = 1; step <= 6; step++)
        {
            var generator = new Generator(8, step);
            var x = Tensor.Uniform([Images, 1, Side, Side], ref generator);
            var labels = new long[Images];
            foreach (ref long label in labels.AsSpan())
                label = generator.NextInt32(Classes);
            net.BeginStep(8, (long)step);
            var loss = Loss.Nll(net[x], labels);
            losses.Add(loss.Item());
            steps.ZeroGrad();
            loss.Backward();
            steps.Step();
        }

        var results = net.StateDict().Concat(steps.StateDict()).Where(s => s.Tensor.DType == DType.Float32).ToDictionary(s => s.Name, s => s.Tensor.ToArray());
        results["losses"] = [.. losses];
        net.Eval();
        var images = new Generator(9);
        results["y"] = net[Tensor.Uniform([Images, 1, Side, Side], ref images)].ToArray();
        return results;
    }

    private sealed class LogSoftmaxOfRows : Module
    {
        public override Tensor Forward(Tensor x) => x.LogSoftmax(1);
    }
}
