using Mekiki.Layers;
using Mekiki.Losses;

namespace Mekiki.Tests.Properties;

/// <summary>Norms of examples, images of other sizes, products, attention, and losses.</summary>
internal static partial class GradientCases
{
    private static Dictionary<string, Func<Draw, Probe>> Networks => new()
    {
        ["layer_norm"] = LayerNorm,
        ["layer_norm_2d"] = d => ChannelNorm(d, 1, d.Int(3, 9), [2], (x, w, b) => x.LayerNorm2d(w, b)),
        ["group_norm"] = d => d.Int(1, 3) is var groups ? ChannelNorm(d, groups, d.Int(2, 4), [2, 3, 4], (x, w, b) => x.GroupNorm(groups, w, b)) : null!,
        ["instance_norm"] = d => ChannelNorm(d, 1, d.Int(1, 5), [3, 4], (x, w, b) => x.InstanceNorm(w, b)),
        ["conv_transpose2d"] = TransposedConvolution,
        ["pad"] = Pad,
        ["interpolate nearest"] = d => (d.Int(1, 9), d.Int(1, 9)) is var (h, w) ? Images(d, 1, d.Normal, x => x.Interpolate(h, w)) : null!,
        ["interpolate bilinear"] = d => (d.Int(1, 9), d.Int(1, 9), d.Flag()) is var (h, w, corners) ? Images(d, 1, d.Normal, x => x.Interpolate(h, w, InterpolationMode.Bilinear, corners)) : null!,
        ["adaptive_max_pool2d"] = d => (d.Int(1, 5), d.Int(1, 5)) is var (h, w) ? Images(d, 1, s => d.Apart(s), x => x.AdaptiveMaxPool(h, w)) : null!,
        ["matmul, batches"] = BatchMatMul,
        ["linear, batches"] = d => (d.Normal([d.Int(1, 3), d.Int(1, 4), 5]), d.Normal([3, 5]), d.Normal([3])) is var (x, w, b) ? new Probe([x, w, b], () => x.Linear(w, b), $"{x.Shape}") : null!,
        ["einsum"] = Einsum,
        ["attention"] = Attention,
        ["bce_with_logits"] = BinaryCrossEntropy,
        ["sigmoid_focal_loss"] = d => Targets(d, d.Pick(0, 1f), (x, t, reduction) => Loss.SigmoidFocal(x, t, 0.4f, 1.5f, reduction)),
        ["smooth_l1_loss"] = d => Distances(d, (x, t, reduction) => Loss.SmoothL1(x, t, 0.7f, reduction)),
        ["huber_loss"] = d => Distances(d, (x, t, reduction) => Loss.Huber(x, t, 0.7f, reduction)),
        ["l1_loss"] = d => Distances(d, (x, t, reduction) => Loss.L1(x, t, reduction)),
        ["kl_div"] = Divergence,
        ["cross_entropy_soft"] = SoftTargets,
        ["nll_loss, rows and ignored labels"] = IgnoredLabels,
        ["cosine_similarity"] = d => d.AwayFromZero([d.Int(1, 4), d.Int(2, 6)], 1.5f) is var a && d.AwayFromZero(a.Shape, 1.5f) is var b ? new Probe([a, b], () => a.CosineSimilarity(b), $"{a.Shape}") { Magnitude = 1 } : null!,
        ["layer MultiheadAttention"] = d => d.Int(1, 2) is var heads ? Layer(new MultiheadAttention(heads * 2, heads), d.Normal([d.Int(1, 2), d.Int(2, 3), heads * 2])) with { Magnitude = 1 } : null!,
        ["layer Dropout2d"] = DropChannels,
    };

    private static Probe LayerNorm(Draw d)
    {
        Shape last = d.Flag() ? [d.Int(3, 40)] : [d.Int(2, 4), d.Int(2, 5)];
        Tensor x = d.Spread([d.Int(1, 4), d.Int(1, 3), .. last.ToArray()], last.Rank == 1 ? [2] : [2, 3]), weight = d.AwayFromZero(last, 0.3f), bias = d.Normal(last);
        bool with = d.Flag();
        var layout = d.Layout();
        return new Probe(with ? [x, weight, bias] : [x], () => layout(x).LayerNorm(last, with ? weight : null, with ? bias : null), $"{x.Shape} over {last}") { Magnitude = 1 };
    }

    // Images as (N, groups, channels of a group, H, W), normalized along some of these dimensions.
    private static Probe ChannelNorm(Draw d, int groups, int size, int[] dimensions, Func<Tensor, Tensor?, Tensor?, Tensor> function)
    {
        int channels = groups * size;
        Shape grouped = [d.Int(1, 3), groups, size, d.Int(2, 5), d.Int(2, 6)];
        Tensor x = d.Spread(grouped, dimensions).Reshape(grouped[0], channels, grouped[3], grouped[4]).Detach(), weight = d.AwayFromZero([channels], 0.3f), bias = d.Normal([channels]);
        bool with = d.Flag();
        var layout = d.Layout();
        return new Probe(with ? [x, weight, bias] : [x], () => function(layout(x), with ? weight : null, with ? bias : null), $"{x.Shape}") { Magnitude = 1 };
    }

    private static Probe TransposedConvolution(Draw d)
    {
        int groups = d.Int(1, 3), stride = d.Int(1, 3), dilation = d.Int(1, 2), kernelHeight = d.Int(1, 4), kernelWidth = d.Int(1, 4), extra = d.Int(0, stride - 1);
        int height = d.Int(1, 5), width = d.Int(1, 5);
        int most = Math.Min((height - 1) * stride + dilation * (kernelHeight - 1), (width - 1) * stride + dilation * (kernelWidth - 1)) / 2, padding = d.Int(0, Math.Min(2, most));
        Tensor x = d.Normal([d.Int(1, 2), groups * d.Int(1, 4), height, width]), weight = d.Normal([x.Shape[1], d.Int(1, 4), kernelHeight, kernelWidth]), bias = d.Normal([groups * weight.Shape[1]]);
        bool with = d.Flag();
        var layout = d.Layout();
        return new Probe(
            with ? [x, weight, bias] : [x, weight],
            () => layout(x).ConvTranspose2d(weight, with ? bias : null, stride, padding, extra, groups, dilation),
            $"{x.Shape} {weight.Shape} stride {stride} padding {padding} output padding {extra} dilation {dilation} groups {groups}");
    }

    private static Probe Pad(Draw d)
    {
        int left = d.Int(0, 3), right = d.Int(0, 3), top = d.Int(0, 3), bottom = d.Int(0, 3);
        var mode = d.Pick(PaddingMode.Constant, PaddingMode.Reflect, PaddingMode.Replicate);
        var probe = Images(d, 4, d.Normal, x => x.Pad(left, right, top, bottom, mode, 0.5f));
        return probe with { Text = $"{probe.Text} {mode} {left} {right} {top} {bottom}" };
    }

    private static Probe BatchMatMul(Draw d)
    {
        int rank = d.Int(1, 3), inner = d.Int(1, 9);
        int[] batch = d.Shape(rank, 3).ToArray();
        int[] Part() => [.. batch.Select(size => d.Int(0, 2) == 0 ? 1 : size)];
        int[] first = Part(), second = Part();
        Tensor a = d.Normal([.. first[d.Int(0, rank)..], d.Int(1, 6), inner]), b = d.Normal([.. second[d.Int(0, rank)..], inner, d.Int(1, 6)]);
        return new Probe([a, b], () => a.MatMul(b), $"{a.Shape} {b.Shape}");
    }

    private static Probe Einsum(Draw d)
    {
        string equation = d.Pick("ik,kj->ij", "bik,bkj->bij", "nhqd,nhkd->nhqk", "ij,ij->", "ij,kj->jik", "i,j->ji", "abc,cd->dab", "ij,jk,kl->il", "ij->ji", "abc->b", "ij,j");
        var sizes = new Dictionary<char, int>();
        Tensor[] operands = [.. equation.Split("->")[0].Split(',').Select(names => d.Normal([.. names.Select(Size)]))];
        return new Probe(operands, () => Tensor.Einsum(equation, operands), $"{equation} {string.Join(" ", operands.Select(o => o.Shape))}");

        int Size(char name) => sizes.TryGetValue(name, out int size) ? size : sizes[name] = d.Int(1, 4);
    }

    private static Probe Attention(Draw d)
    {
        int heads = d.Int(1, 3), size = d.Int(1, 5), keys = d.Int(2, 4), queries = d.Int(1, 4);
        Tensor q = d.Normal([heads, queries, size]), k = d.Normal([heads, keys, size]), v = d.Normal([heads, keys, d.Int(1, 4)]), mask = d.Normal([queries, keys]);
        return new Probe([q, k, v, mask], () => q.Attention(k, v, mask), $"{q.Shape} {k.Shape} {v.Shape}") { Magnitude = 1 };
    }

    private static Reduction Reduce(Draw d) => d.Pick(Reduction.Mean, Reduction.Sum, Reduction.None, Reduction.BatchMean);

    private static Probe Targets(Draw d, float target, Func<Tensor, Tensor, Reduction, Tensor> function)
    {
        var x = d.Normal(d.Shape(d.Int(1, 2), 3));
        var t = Tensor.Full(x.Shape, target);
        var reduction = Reduce(d);
        return new Probe([x], () => function(x, t, reduction), $"{x.Shape} {reduction}") { Step = 1 / 32f, Magnitude = 1 };
    }

    private static Probe BinaryCrossEntropy(Draw d)
    {
        var x = d.Normal(d.Shape(2, 3));
        // Targets above 1: the loss is linear in them, and no slope lies near 0, where truncation would be all there is.
        Tensor t = d.AtLeast(x.Shape, 1.1f), weight = d.AtLeast([x.Shape[1]], 0.3f);
        bool with = d.Flag();
        var reduction = Reduce(d);
        return new Probe(with ? [x, t, weight] : [x, t], () => Loss.BinaryCrossEntropy(x, t, with ? weight : null, reduction), $"{x.Shape} {reduction}") { Step = 1 / 32f, Magnitude = 1 };
    }

    // Differences of at least 1/10, and as far from the knee at 0.7.
    private static Probe Distances(Draw d, Func<Tensor, Tensor, Reduction, Tensor> function)
    {
        var target = d.Normal(d.Shape(d.Int(1, 2), 3));
        var x = target + Tensor.From([.. target.ToArray().Select(_ => d.Pick(-2.1f, -1.4f, -0.5f, -0.2f, 0.2f, 0.5f, 1.1f, 1.9f))], target.Shape);
        x = x.Detach();
        var reduction = Reduce(d);
        return new Probe([x, target], () => function(x, target, reduction), $"{x.Shape} {reduction}") { Step = 1 / 32f, Magnitude = 1 };
    }

    private static Probe Divergence(Draw d)
    {
        var shape = d.Shape(2, 3);
        // Logarithms of probabilities: no slope lies near 0, where truncation would be all there is.
        Tensor x = (-d.AtLeast(shape, 0)).Detach(), t = d.AtLeast(shape, 0.5f);
        var reduction = Reduce(d);
        return new Probe([x, t], () => Loss.KullbackLeibler(x, t, reduction), $"{shape} {reduction}") { Step = 1 / 64f, Magnitude = 1 };
    }

    private static Probe SoftTargets(Draw d)
    {
        int rows = d.Int(1, 4), classes = d.Int(3, 5);
        Tensor x = d.Normal([rows, classes]), t = d.AtLeast([rows, classes], 0.1f), weights = d.AtLeast([classes], 0.2f);
        float smoothing = d.Pick(0, 0.2f);
        bool with = d.Flag();
        var reduction = Reduce(d);
        return new Probe([x, t], () => Loss.CrossEntropy(x, t, with ? weights : null, smoothing, reduction), $"{x.Shape} smoothing {smoothing} {reduction}") { Step = 1 / 32f, Magnitude = Largest(x) };
    }

    private static Probe IgnoredLabels(Draw d)
    {
        int rows = d.Int(2, 5), classes = d.Int(3, 6);
        var x = d.Normal([rows, classes]);
        long[] labels = d.Labels(rows, classes);
        labels[d.Int(1, rows - 1)] = -100;
        var weights = d.Flag() ? d.AtLeast([classes], 0.2f) : null;
        float smoothing = d.Pick(0, 0.1f);
        var reduction = Reduce(d);
        return new Probe([x], () => Loss.CrossEntropy(x, labels, weights, smoothing, reduction, ignoreIndex: -100), $"{x.Shape} smoothing {smoothing} {reduction}") { Step = 1 / 32f, Magnitude = Largest(x) };
    }

    private static Probe DropChannels(Draw d)
    {
        var x = d.Normal([d.Int(1, 3), d.Int(2, 6), d.Int(1, 4), d.Int(1, 4)]);
        var dropout = new Dropout2d(0.3f);
        return new Probe([x], Same, $"{x.Shape}");

        Tensor Same()
        {
            dropout.BeginStep(seed: 3, step: 7);
            return dropout[x];
        }
    }
}
