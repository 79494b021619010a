using Mekiki.Layers;

namespace Mekiki.Tests.Properties;

/// <summary>Functions of numbers, choices, shapes, and sums over dimensions.</summary>
internal static partial class GradientCases
{
    private static Dictionary<string, Func<Draw, Probe>> Elements() => new()
    {
        // What has a zero in its derivative is tried with x added: alone, truncation would be all there.
        ["silu"] = d => Elementwise(d, d.Normal, x => x.Silu() + x),
        ["mish"] = d => Elementwise(d, d.Normal, x => x.Mish() + x),
        ["gelu_tanh"] = d => Elementwise(d, d.Normal, x => x.Gelu(approximate: true) + x),
        ["softplus"] = d => Elementwise(d, d.Normal, x => x.Softplus()),
        ["elu"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.Elu(0.7f)),
        ["erf"] = d => Elementwise(d, d.Normal, x => x.Erf() + x),
        ["hardswish"] = d => Elementwise(d, s => d.Normal(s, 0.3f), x => x.Hardswish() + x),
        ["hardsigmoid"] = d => Elementwise(d, s => d.Normal(s, 0.3f), x => x.Hardsigmoid()),
        ["relu6"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.Relu6()),
        ["leaky_relu with slope"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.LeakyRelu(0.3f)),
        ["abs"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.Abs()),
        ["negate"] = d => Elementwise(d, d.Normal, x => x.Negate()),
        ["reciprocal"] = d => Elementwise(d, s => d.AtLeast(s, 0.5f), x => x.Reciprocal()),
        ["rsqrt"] = d => Elementwise(d, s => d.AtLeast(s, 0.5f), x => x.Rsqrt()),
        ["pow"] = d => d.Pick(2f, 1.7f, -0.5f, 3) is var p ? Elementwise(d, s => d.AtLeast(s, 0.5f), x => x.Pow(p)) : null!,
        ["sin"] = d => Elementwise(d, d.Normal, x => x.Sin() + x * 2),
        ["cos"] = d => Elementwise(d, d.Normal, x => x.Cos() + x * 2),
        ["clamp"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.1f), x => x.Clamp(0, 100)),
        ["maximum"] = d => Choice(d, (a, b) => a.Maximum(b)),
        ["minimum"] = d => Choice(d, (a, b) => a.Minimum(b)),
        ["prelu"] = Prelu,
        ["where"] = d => Broadcast(d, 0, (a, b) => Tensor.Where(Checkered(Shape.Broadcast(a.Shape, b.Shape, "")), a, b)),
        ["sum keeping dimensions"] = d => Reduce(d, (x, dimensions) => x.Sum(dimensions, keepDimensions: true)),
        ["mean keeping dimensions"] = d => Reduce(d, (x, dimensions) => x.Mean(dimensions, keepDimensions: true)),
        ["var"] = d => d.Flag() is var keep ? Spread(d, (x, dimensions) => x.Var(dimensions, unbiased: !keep, keep)) : null!,
        ["std"] = d => d.Flag() is var keep ? Spread(d, (x, dimensions) => x.Std(dimensions, unbiased: !keep, keep)) with { Magnitude = 0, Step = 1 / 32f } : null!,
        ["norm"] = d => d.Pick(1f, 2, 3) is var p ? Elementwise(d, s => d.AwayFromZero(s, 0.5f), x => x.Norm(p, x.Shape.Rank > 1 ? [0] : [])) : null!,
        ["logsumexp"] = d => Reduce(d, (x, dimensions) => x.LogSumExp(dimensions)),
        ["prod"] = d => Elementwise(d, s => d.AwayFromZero(s, 0.5f), x => x.Prod(x.Shape.Rank > 0 ? [-1] : [])),
        ["cumsum"] = d => AlongDimension(d, (x, dimension) => x.CumSum(dimension)),
        ["max"] = d => d.Pick(2, 3) is var at ? Pixels(d, x => x.Max(at).Values) : null!,
        ["min"] = d => d.Pick(-1, -2) is var at ? Pixels(d, x => x.Min(at, keepDimensions: true).Values) : null!,
        ["max over all"] = d => d.Apart([1, 1, d.Int(1, 6), d.Int(1, 6)]) is var x ? new Probe([x], x.Max) : null!,
        ["min over all"] = d => d.Apart([1, 1, d.Int(1, 6), d.Int(1, 6)]) is var x ? new Probe([x], x.Min) : null!,
        ["topk"] = d => d.Int(1, 40) is var count ? d.Apart([2, 3, 5, 8]) is var x ? new Probe([x], () => x.Flatten(2).TopK(count, 2, largest: count % 2 == 0).Values) : null! : null!,
        ["slice"] = d => (d.Int(1, 3), d.Int(0, 2)) is var (step, start) ? Images(d, 4, d.Normal, x => x[.., ^1.., (start.., step), ^2]) : null!,
        ["flip"] = d => (d.Int(0, 1), d.Int(2, 3)) is var (a, b) ? Images(d, 1, d.Normal, x => x.Flip(a, b)) : null!,
        ["transpose"] = d => (d.Int(0, 3), d.Int(0, 3)) is var (a, b) ? Images(d, 1, d.Normal, x => x.Transpose(a, b)) : null!,
        ["expand"] = d => d.Int(1, 4) is var n ? d.Normal([3, 1, d.Int(1, 5)]) is var x ? new Probe([x], () => x.Expand(2, -1, n, -1)) : null! : null!,
        ["repeat"] = d => (d.Int(1, 3), d.Int(1, 3)) is var (a, b) ? d.Normal(d.Shape(2, 5)) is var x ? new Probe([x], () => x.Repeat(2, a, b)) : null! : null!,
        ["stack"] = d => d.Shape(2, 4) is var shape ? (d.Normal(shape), d.Normal(shape), d.Int(-3, 2)) is var (a, b, at) ? new Probe([a, b], () => Tensor.Stack(at, a, b)) : null! : null!,
        ["split"] = d => Images(d, 3, d.Normal, x => x.Split(2, 2) is var parts ? parts[0] * parts[^1].Narrow(2, 0, 1) : null!),
        ["squeeze"] = d => d.Normal([2, 1, d.Int(1, 5), 1]) is var x ? new Probe([x], () => x.Squeeze(1).Squeeze().Unsqueeze(-1)) : null!,
        ["reshape with an open size"] = d => Images(d, 1, d.Normal, x => x.Reshape(-1, x.Shape[3])),
        ["gather"] = Gather,
        ["index_select"] = d => d.Int(1, 6) is var size ? (d.Normal([2, size, d.Int(1, 4)]), Tensor.From(d.Labels(7, size), [7])) is var (x, index) ? new Probe([x], () => x.IndexSelect(1, index)) : null! : null!,
        ["layer Prelu"] = d => d.Int(1, 5) is var c ? (new Prelu(c), d.AwayFromZero([3, c, d.Int(2, 5), d.Int(2, 5)], 0.1f)) is var (layer, x) ? new Probe([x, .. layer.Parameters()], () => layer[x]) : null! : null!,
    };

    private static Probe Choice(Draw d, Func<Tensor, Tensor, Tensor> function)
    {
        // Every two numbers differ by a quarter or more, so that a small step changes no choice.
        int[] sizes = d.Shape(2, 4).ToArray();
        int rows = d.Int(1, 3);
        var order = d.Order(rows * sizes[0] * sizes[1] + sizes[1]);
        var a = Tensor.From([.. order[sizes[1]..].Select(i => i / 4f - 3)], [rows, sizes[0], sizes[1]]);
        var b = Tensor.From([.. order[..sizes[1]].Select(i => i / 4f - 3)], [sizes[1]]);
        return new Probe([a, b], () => function(a, b), $"{a.Shape} {b.Shape}");
    }

    private static Probe Prelu(Draw d)
    {
        int channels = d.Int(1, 5);
        Tensor x = d.AwayFromZero([d.Int(1, 3), channels, d.Int(1, 5), d.Int(1, 5)], 0.1f), weight = d.Normal([d.Flag() ? 1 : channels]);
        var layout = d.Layout();
        return new Probe([x, weight], () => layout(x).Prelu(weight), $"{x.Shape} {weight.Shape}");
    }

    private static Probe Spread(Draw d, Func<Tensor, int[], Tensor> function)
    {
        Shape shape = [d.Int(2, 4), d.Int(1, 3), d.Int(3, 4), d.Int(3, 4)];
        int[] dimensions = d.Pick<int[]>([2, 3], [0, 2, 3], [3, 1, 2], []);
        var x = d.Spread(shape, dimensions);
        var layout = d.Layout();
        return new Probe([x], () => function(layout(x), dimensions), $"{x.Shape} over {string.Join(",", dimensions)}") { Magnitude = 4 };
    }

    private static Probe Pixels(Draw d, Func<Tensor, Tensor> function)
    {
        var x = d.Apart([d.Int(1, 3), d.Int(1, 4), d.Int(1, 6), d.Int(1, 6)]);
        var layout = d.Layout();
        return new Probe([x], () => function(layout(x)), $"{x.Shape}");
    }

    private static Probe Gather(Draw d)
    {
        int size = d.Int(1, 6), count = d.Int(1, 7);
        var x = d.Normal([3, size, d.Int(2, 4)]);
        var index = Tensor.From(d.Labels(2 * count * 2, size), [2, count, 2]);
        return new Probe([x], () => x.Gather(1, index), $"{x.Shape} {index.Shape}");
    }

    private static Tensor Checkered(Shape shape)
    {
        var values = new bool[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
            values[i] = i % 3 != 1;
        return Tensor.From(values, shape);
    }
}
