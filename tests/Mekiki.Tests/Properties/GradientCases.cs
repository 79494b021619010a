using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Operations;

namespace Mekiki.Tests.Properties;

/// <summary>Random examples of every operation and layer; a new one is a row.</summary>
internal static partial class GradientCases
{
    private static readonly Lazy<Dictionary<string, Func<Draw, Probe>>> all = new(() => Chapter().Concat(Elements()).Concat(Networks).ToDictionary());

    public static IReadOnlyDictionary<string, Func<Draw, Probe>> All => all.Value;

    private static Dictionary<string, Func<Draw, Probe>> Chapter() => new()
    {
        ["add"] = d => Broadcast(d, 0, (a, b) => a + b),
        ["sub"] = d => Broadcast(d, 0, (a, b) => a - b),
        ["mul"] = d => Broadcast(d, 0, (a, b) => a * b),
        ["div"] = d => Broadcast(d, 1, (a, b) => a / b),
        ["scale"] = d => Elementwise(d, d.Normal, x => -(3.5f * x)),
        ["relu"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.Relu()),
        ["leaky_relu"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.LeakyRelu()),
        ["sigmoid"] = d => Elementwise(d, d.Normal, x => x.Sigmoid()),
        ["tanh"] = d => Elementwise(d, d.Normal, x => x.Tanh()),
        ["gelu"] = d => Elementwise(d, d.Normal, x => x.Gelu() + x),    // alone its derivative has a zero, where truncation is all
        ["exp"] = d => Elementwise(d, d.Normal, x => x.Exp()),
        ["log"] = d => Elementwise(d, s => d.AtLeast(s, 0.5f), x => x.Log()),
        ["sqrt"] = d => Elementwise(d, s => d.AtLeast(s, 0.5f), x => x.Sqrt()),
        ["softmax"] = d => AlongDimension(d, (x, dimension) => x.Softmax(dimension)),
        ["log_softmax"] = d => AlongDimension(d, (x, dimension) => x.LogSoftmax(dimension)) is var probe ? probe with { Magnitude = Largest(probe.Inputs[0]) } : null!,
        ["sum"] = d => Reduce(d, (x, dimensions) => x.Sum(dimensions)),
        ["mean"] = d => Reduce(d, (x, dimensions) => x.Mean(dimensions)),
        ["mean_over_pixels"] = d => Images(d, 1, d.Normal, x => x.MeanOverPixels()),
        ["reshape"] = d => Images(d, 1, d.Normal, x => x.Reshape([x.Shape[1], x.Shape[3], x.Shape[0] * x.Shape[2]])),
        ["flatten"] = d => Images(d, 1, d.Normal, x => x.Flatten(d.Int(0, 3))),
        ["permute"] = Permute,
        ["cat"] = Concatenate,
        ["matmul"] = MatMul,
        ["linear"] = Linear,
        ["conv2d"] = Convolution,
        ["max_pool2d"] = d => Pool(d, d.Apart, (x, k, s, p, ceil) => x.MaxPool(k, s, p, ceil)),
        ["avg_pool2d"] = d => d.Flag() is var counted ? Pool(d, d.Normal, (x, k, s, p, ceil) => x.AvgPool(k, s, p, ceil, counted)) : null!,
        ["adaptive_avg_pool2d"] = d => (d.Int(1, 5), d.Int(1, 5)) is var (h, w) ? Images(d, 1, d.Normal, x => x.AdaptiveAvgPool(h, w)) : null!,
        ["batch_norm"] = Norm,
        ["local_response_norm"] = d => d.Int(1, 6) is var size ? Images(d, 1, d.Normal, x => x.LocalResponseNorm(size, alpha: 0.5f, k: 2)) : null!,
        ["dropout"] = Dropout,
        ["nll_loss"] = d => Classes(d, smoothing: false, (x, labels, weights, _, reduction) => Loss.Nll(x, labels, weights, reduction)),
        ["cross_entropy"] = d => Classes(d, smoothing: true, (x, labels, weights, smoothing, reduction) => Loss.CrossEntropy(x, labels, weights, smoothing, reduction)),
        ["mse_loss"] = Mse,
        ["layer Linear"] = d => (d.Int(1, 9), d.Int(1, 9), d.Flag()) is var (i, o, bias) ? Layer(d, new Linear(i, o, bias), [d.Int(1, 5), i]) : null!,
        ["layer Conv2d"] = d => (d.Int(1, 5), d.Int(1, 9), d.Flag()) is var (c, o, bias) ? Layer(d, new Conv2d(c, o, 3, padding: 1, bias: bias), [d.Int(1, 3), c, d.Int(1, 8), d.Int(1, 8)]) : null!,
        ["layer BatchNorm1d"] = d => d.Int(1, 9) is var c ? Layer(new BatchNorm1d(c), d.Spread([d.Int(6, 12), c], 0)) : null!,
        ["layer BatchNorm2d"] = d => d.Int(1, 9) is var c ? Layer(new BatchNorm2d(c), d.Spread([d.Int(2, 3), c, d.Int(2, 4), d.Int(2, 4)], 0, 2, 3)) : null!,
        ["layer Sigmoid"] = d => Layer(d, new Sigmoid(), d.Shape(2, 7)),
        ["layer Sequential"] = d => Layer(d, new Sequential(new Conv2d(2, 3, 3), new Sigmoid(), new AdaptiveAvgPool2d(2, 2), new Flatten(), new Linear(12, 4)), [2, 2, d.Int(4, 7), d.Int(4, 7)]),
    };

    private static Probe Elementwise(Draw d, Func<Shape, Tensor> values, Func<Tensor, Tensor> function) =>
        d.Flag() ? Images(d, 1, values, function) : values(d.Shape(d.Int(0, 5), 4)) is var x ? new Probe([x], () => function(x), $"{x.Shape}") : null!;

    private static Probe Elementwise(Draw d, Func<Shape, float, Tensor> values, Func<Tensor, Tensor> function) => Elementwise(d, s => values(s, 1), function);

    private static Probe Images(Draw d, int least, Func<Shape, Tensor> values, Func<Tensor, Tensor> function)
    {
        var x = values([d.Int(1, 3), d.Int(1, 11), d.Int(least, 9), d.Int(least, 9)]);
        var layout = d.Layout();
        return new Probe([x], () => function(layout(x)), $"{x.Shape}");
    }

    private static Probe Images(Draw d, int least, Func<Shape, float, Tensor> values, Func<Tensor, Tensor> function) => Images(d, least, s => values(s, 1), function);

    private static Probe Broadcast(Draw d, float least, Func<Tensor, Tensor, Tensor> function)
    {
        var full = d.Shape(d.Int(0, 4), 5);
        Shape Part()
        {
            int[] sizes = full.ToArray();
            for (int i = 0; i < sizes.Length; i++)
                if (d.Int(0, 2) == 2)
                    sizes[i] = 1;
            return sizes[d.Int(0, sizes.Length)..];
        }

        Tensor a = d.Normal(d.Flag() ? full : Part()), b = d.AwayFromZero(d.Flag() ? full : Part(), least);
        Func<Tensor, Tensor> layoutA = d.Layout(), layoutB = d.Layout();
        return new Probe([a, b], () => function(layoutA(a), layoutB(b)), $"{a.Shape} {b.Shape}");
    }

    private static float Largest(Tensor x) => x.ToArray().Max(MathF.Abs);

    private static Probe AlongDimension(Draw d, Func<Tensor, int, Tensor> function)
    {
        int rank = d.Int(1, 4), dimension = d.Int(-rank, rank - 1);
        var x = d.Normal(d.Shape(rank, 5), 2);
        var layout = d.Layout();
        return new Probe([x], () => function(layout(x), dimension), $"{x.Shape} along {dimension}");
    }

    private static Probe Reduce(Draw d, Func<Tensor, int[], Tensor> function)
    {
        var x = d.Normal(d.Shape(d.Int(0, 5), 4));
        int[] dimensions = d.Dimensions(x.Shape.Rank);
        var layout = d.Layout();
        return new Probe([x], () => function(layout(x), dimensions), $"{x.Shape} over {string.Join(",", dimensions)}");
    }

    private static Probe Permute(Draw d)
    {
        var x = d.Normal(d.Shape(d.Int(0, 5), 4));
        int[] order = d.Order(x.Shape.Rank);
        var layout = d.Layout();
        return new Probe([x], () => layout(x).Permute(order), $"{x.Shape} as {string.Join(",", order)}");
    }

    private static Probe Concatenate(Draw d)
    {
        int rank = d.Int(1, 4), dimension = d.Int(0, rank - 1);
        int[] sizes = d.Shape(rank, 4).ToArray();
        var parts = new Tensor[d.Int(1, 4)];
        for (int i = 0; i < parts.Length; i++)
        {
            sizes[dimension] = d.Int(1, 5);
            parts[i] = d.Normal(sizes);
        }

        Func<Tensor, Tensor>[] layouts = [.. parts.Select(_ => d.Layout())];
        return new Probe(parts, () => Tensor.Concatenate(dimension, [.. parts.Select((p, i) => layouts[i](p))]), $"{string.Join(" ", parts.Select(p => p.Shape))} along {dimension}");
    }

    private static Probe MatMul(Draw d)
    {
        int inner = d.Int(1, 40);
        Tensor a = d.Normal([d.Int(1, 20), inner]), b = d.Normal([inner, d.Int(1, 20)]);
        return new Probe([a, b], () => a.MatMul(b), $"{a.Shape} {b.Shape}");
    }

    private static Probe Linear(Draw d)
    {
        int inputs = d.Int(1, 40), outputs = d.Int(1, 20);
        Tensor x = d.Normal([d.Int(1, 9), inputs]), weight = d.Normal([outputs, inputs]), bias = d.Normal([outputs]);
        bool with = d.Flag();
        return new Probe(with ? [x, weight, bias] : [x, weight], () => x.Linear(weight, with ? bias : null), $"{x.Shape} {weight.Shape}");
    }

    private static Probe Convolution(Draw d)
    {
        int groups = d.Int(1, 3), stride = d.Int(1, 3), padding = d.Int(0, 3), dilation = d.Int(1, 2), kernelHeight = d.Int(1, 4), kernelWidth = d.Int(1, 4);
        int inputs = groups * d.Int(1, 4), outputs = groups * d.Int(1, 5);
        int height = Math.Max(1, dilation * (kernelHeight - 1) + 1 - 2 * padding) + d.Int(0, 6), width = Math.Max(1, dilation * (kernelWidth - 1) + 1 - 2 * padding) + d.Int(0, 6);
        Tensor x = d.Normal([d.Int(1, 3), inputs, height, width]), weight = d.Normal([outputs, inputs / groups, kernelHeight, kernelWidth]), bias = d.Normal([outputs]);
        bool with = d.Flag();
        var layout = d.Layout();
        return new Probe(
            with ? [x, weight, bias] : [x, weight],
            () => layout(x).Conv2d(weight, with ? bias : null, stride, padding, dilation, groups),
            $"{x.Shape} {weight.Shape} stride {stride} padding {padding} dilation {dilation} groups {groups}");
    }

    private static Probe Pool(Draw d, Func<Shape, Tensor> values, Func<Tensor, int, int, int, bool, Tensor> function)
    {
        int kernel = d.Int(1, 4), stride = d.Int(1, 4), padding = d.Int(0, kernel / 2);
        bool ceil = d.Flag();
        var probe = Images(d, kernel, values, x => function(x, kernel, stride, padding, ceil));
        return probe with { Text = $"{probe.Text} kernel {kernel} stride {stride} padding {padding} ceil {ceil}" };
    }

    private static Probe Pool(Draw d, Func<Shape, float, Tensor> values, Func<Tensor, int, int, int, bool, Tensor> function) => Pool(d, s => values(s, 1), function);

    private static Probe Norm(Draw d)
    {
        int channels = d.Int(1, 11);
        bool training = d.Flag();
        var x = d.Flag() ? d.Spread([d.Int(6, 12), channels], 0) : d.Spread([d.Int(2, 3), channels, d.Int(2, 5), d.Int(2, 5)], 0, 2, 3);
        Tensor gamma = d.AwayFromZero([channels], 0.3f), beta = d.Normal([channels]), mean = d.Normal([channels]), variance = d.AtLeast([channels], 0.5f);
        var layout = d.Layout();
        return new Probe([x, gamma, beta], () => NormOperation.Apply(layout(x), gamma, beta, mean, variance, training, 0.1f, 1e-5f), $"{x.Shape} training {training}");
    }

    private static Probe Dropout(Draw d)
    {
        var x = d.Normal(d.Shape(d.Int(1, 4), 6));
        var layout = d.Layout();
        var dropout = new Dropout(0.3f);
        return new Probe([x], Same, $"{x.Shape}");

        Tensor Same()
        {
            dropout.BeginStep(seed: 3, step: 7);
            return dropout[layout(x)];
        }
    }

    // A loss is one float of round-off for many small slopes: fewer elements and longer steps keep it below 1 %. Of two classes, one chance makes all slopes nearly 0; of three or more, it does not.
    private static Probe Classes(Draw d, bool smoothing, Func<Tensor, long[], Tensor?, float, Reduction, Tensor> function)
    {
        int rows = d.Int(1, 5), classes = d.Int(3, 6);
        var x = d.Normal([rows, classes]);
        long[] labels = d.Labels(rows, classes);
        var weights = d.Flag() ? d.AtLeast([classes], 0.2f) : null;
        float share = smoothing ? d.Pick(0, 0.1f, 0.5f) : 0;
        var reduction = d.Pick(Reduction.Mean, Reduction.Sum);
        return new Probe([x], () => function(x, labels, weights, share, reduction), $"{x.Shape} smoothing {share} {reduction}{(weights is null ? "" : " weighted")}") { Step = 1 / 32f, Magnitude = Largest(x) };
    }

    private static Probe Mse(Draw d)
    {
        var shape = d.Shape(d.Int(1, 3), 3);
        Tensor x = d.Normal(shape), target = d.Normal(shape);
        var reduction = d.Pick(Reduction.Mean, Reduction.Sum);
        return new Probe([x, target], () => Loss.Mse(x, target, reduction), $"{shape} {reduction}") { Step = 1 / 32f };
    }

    private static Probe Layer(Draw d, Module layer, Shape input) => Layer(layer, d.Normal(input, 2));

    private static Probe Layer(Module layer, Tensor x) => new([x, .. layer.Parameters()], () => layer[x], $"{x.Shape}");
}
