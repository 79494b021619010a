using System.Text.Json;
using Mekiki.Losses;

namespace Mekiki.Tests.Conformance;

/// <summary>Norms of examples, images of other sizes, attention, and losses.</summary>
internal static partial class OperationCases
{
    private static Dictionary<string, Call> Networks => new()
    {
        ["layer_norm"] = (c, i) => i["x"].LayerNorm(Ints(c, "normalized_shape"), i["weight"], i["bias"], (float)c.Arg("eps", 0)),
        ["group_norm"] = (c, i) => i["x"].GroupNorm(Int(c, "groups"), i["weight"], i["bias"], (float)c.Arg("eps", 0)),
        ["layer_norm_2d"] = (c, i) => i["x"].LayerNorm2d(i["weight"], i["bias"], (float)c.Arg("eps", 0)),
        ["instance_norm"] = (c, i) => i["x"].InstanceNorm(i["weight"], i["bias"], (float)c.Arg("eps", 0)),
        ["conv2d_pads"] = (c, i) => Ints(c, "pads_left_right_top_bottom") is [var left, var right, var top, var bottom]
            ? i["x"].Pad(left, right, top, bottom).Conv2d(i["weight"], i["bias"], Int(c, "stride"))
            : throw new JsonException(),
        ["conv_transpose2d"] = (c, i) => i["x"].ConvTranspose2d(i["weight"], i["bias"], Int(c, "stride"), Int(c, "padding"), Int(c, "output_padding"), Int(c, "groups")),
        ["adaptive_max_pool2d"] = (c, i) => i["x"].AdaptiveMaxPool(Ints(c, "size")[0], Ints(c, "size")[1]),
        ["interpolate"] = (c, i) => i["x"].Interpolate(Ints(c, "size")[0], Ints(c, "size")[1], Text(c, "mode") == "nearest" ? InterpolationMode.Nearest : InterpolationMode.Bilinear, c.Flag("align_corners")),
        ["pad"] = (c, i) => Ints(c, "pads_left_right_top_bottom") is [var left, var right, var top, var bottom]
            ? i["x"].Pad(left, right, top, bottom, Enum.Parse<PaddingMode>(Text(c, "mode"), ignoreCase: true), (float)c.Arg("value", 0))
            : throw new JsonException(),
        ["bmm"] = (_, i) => i["a"].MatMul(i["b"]),
        ["einsum"] = (c, i) => Tensor.Einsum(Text(c, "equation"), i["a"], i["b"]),
        ["multihead_attention"] = (c, i) => Mekiki.Operations.AttentionOperation.MultiHead(
            i["x"], i["x"], i["x"], Int(c, "heads"), i["in_proj_weight"], i["in_proj_bias"], i["out_proj.weight"], i["out_proj.bias"], null),
        ["bce_with_logits"] = (_, i) => Loss.BinaryCrossEntropy(i["x"], i["target"], i.GetValueOrDefault("pos_weight")),
        ["smooth_l1_loss"] = (c, i) => Loss.SmoothL1(i["x"], i["target"], (float)c.Arg("beta", 0)),
        ["huber_loss"] = (c, i) => Loss.Huber(i["x"], i["target"], (float)c.Arg("delta", 0)),
        ["l1_loss"] = (_, i) => Loss.L1(i["x"], i["target"]),
        ["kl_div"] = (c, i) => Loss.KullbackLeibler(i["x"], i["target"], Text(c, "reduction") == "batchmean" ? Reduction.BatchMean : throw new JsonException()),
        ["cross_entropy_soft"] = (_, i) => Loss.CrossEntropy(i["x"], i["target"]),
        ["sigmoid_focal_loss"] = (c, i) => Loss.SigmoidFocal(i["x"], i["target"], (float)c.Arg("alpha", 0), (float)c.Arg("gamma", 0)),
        ["cosine_similarity"] = (c, i) => i["a"].CosineSimilarity(i["b"], Int(c, "dim")),
    };

    private static int[] Ints(GoldenCase c, string name) => [.. c.Args.GetProperty(name).EnumerateArray().Select(d => d.GetInt32())];

    private static string Text(GoldenCase c, string name) => c.Args.GetProperty(name).GetString()!;
}
