using System.Text.Json;

namespace Mekiki.Tests.Conformance;

/// <summary>Functions of numbers, choices, shapes, and sums over dimensions.</summary>
internal static partial class OperationCases
{
    private static Dictionary<string, Call> Elements() => new()
    {
        ["silu"] = (_, i) => i["x"].Silu(),
        ["hardswish"] = (_, i) => i["x"].Hardswish(),
        ["hardsigmoid"] = (_, i) => i["x"].Hardsigmoid(),
        ["relu6"] = (_, i) => i["x"].Relu6(),
        ["elu"] = (_, i) => i["x"].Elu(),
        ["softplus"] = (_, i) => i["x"].Softplus(),
        ["mish"] = (_, i) => i["x"].Mish(),
        ["gelu_tanh"] = (_, i) => i["x"].Gelu(approximate: true),
        ["erf"] = (_, i) => i["x"].Erf(),
        ["abs"] = (_, i) => i["x"].Abs(),
        ["rsqrt"] = (_, i) => (i["x"].Abs() + 0.5f).Rsqrt(),
        ["clamp"] = (c, i) => i["x"].Clamp((float)c.Arg("min", 0), (float)c.Arg("max", 0)),
        ["pow"] = (c, i) => (i["x"].Abs() + 0.1f).Pow((float)c.Arg("exponent", 0)),
        ["prelu"] = (_, i) => i["x"].Prelu(i["weight"]),
        ["maximum"] = (_, i) => i["a"].Maximum(i["b"]),
        ["minimum"] = (_, i) => i["a"].Minimum(i["b"]),
        ["where"] = (_, i) => Tensor.Where(i["condition"].To(DType.Bool), i["a"], i["b"]),
        ["stack"] = (c, i) => Tensor.Stack(Int(c, "dim"), i["a"], i["b"]),
        ["slice"] = (c, i) => i["x"][[.. c.Args.GetProperty("dims").EnumerateArray().Select(Part)]],
        ["index_select"] = (c, i) => i["x"].IndexSelect(Int(c, "dim"), i["index"]),
        ["gather"] = (c, i) => i["x"].Gather(Int(c, "dim"), i["index"]),
        ["flip"] = (c, i) => i["x"].Flip(Many(c, "dims")),
        ["expand"] = (c, i) => i["x"].Expand(Many(c, "shape")),
        ["one_hot"] = (c, i) => Tensor.OneHot(i["x"], Int(c, "classes")),
        ["argmax"] = (c, i) => i["x"].ArgMax(Int(c, "dim")),
        ["logsumexp"] = (c, i) => i["x"].LogSumExp([Int(c, "dim")]),
        ["var"] = (c, i) => i["x"].Var([Int(c, "dim")], c.Flag("unbiased")),
        ["std"] = (c, i) => i["x"].Std(Many(c, "dims"), c.Flag("unbiased")),
        ["norm"] = (c, i) => i["x"].Norm((float)c.Arg("p", 0), [Int(c, "dim")]),
        ["cumsum"] = (c, i) => i["x"].CumSum(Int(c, "dim")),
        ["prod"] = (c, i) => i["x"].Prod([Int(c, "dim")]),
    };

    /// <summary>Those with several results.</summary>
    public static IReadOnlyDictionary<string, Func<GoldenCase, IReadOnlyDictionary<string, Tensor>, Tensor[]>> Several { get; } = new Dictionary<string, Func<GoldenCase, IReadOnlyDictionary<string, Tensor>, Tensor[]>>
    {
        ["split"] = (c, i) => i["x"].Split(Many(c, "sizes"), Int(c, "dim")),
        ["max"] = (c, i) => i["x"].Max(Int(c, "dim")) is var (values, indices) ? [values, indices] : [],
        ["min"] = (c, i) => i["x"].Min(Int(c, "dim")) is var (values, indices) ? [values, indices] : [],
        ["topk"] = (c, i) => i["x"].TopK(Int(c, "k"), Int(c, "dim")) is var (values, indices) ? [values, indices] : [],
    };

    private static int[] Many(GoldenCase c, string name) => [.. c.Args.GetProperty(name).EnumerateArray().Select(d => d.GetInt32())];

    // [from, to, step], of which a negative from counts from the end, and the rest may be missing.
    private static Slice Part(JsonElement bounds)
    {
        int from = bounds[0].GetInt32(), step = bounds.GetArrayLength() > 2 ? bounds[2].GetInt32() : 1;
        var start = from < 0 ? ^-from : from;
        return new Slice(bounds[1].ValueKind == JsonValueKind.Null ? start.. : start..bounds[1].GetInt32(), step);
    }
}
