using System.Text.Json;
using Mekiki.Losses;

namespace Mekiki.Tests.Conformance;

/// <summary>How each operation of the reference cases is called here; a new operation is a row.</summary>
internal static partial class OperationCases
{
    public delegate Tensor Call(GoldenCase c, IReadOnlyDictionary<string, Tensor> inputs);

    private static readonly Lazy<Dictionary<string, Call>> all = new(() => Chapter().Concat(Elements()).Concat(Networks).ToDictionary());

    public static IReadOnlyDictionary<string, Call> All => all.Value;

    private static Dictionary<string, Call> Chapter() => new()
    {
        ["linear"] = (_, i) => i["x"].Linear(i["weight"], i.GetValueOrDefault("bias")),
        ["conv2d"] = (c, i) => i["x"].Conv2d(i["weight"], i.GetValueOrDefault("bias"), Int(c, "stride"), Int(c, "padding"), Int(c, "dilation"), Int(c, "groups")),
        ["max_pool2d"] = (c, i) => i["x"].MaxPool(Int(c, "kernel_size"), Int(c, "stride"), Int(c, "padding"), c.Flag("ceil_mode")),
        ["avg_pool2d"] = (c, i) => i["x"].AvgPool(Int(c, "kernel_size"), Int(c, "stride"), Int(c, "padding"), c.Flag("ceil_mode"), c.Flag("count_include_pad")),
        ["adaptive_avg_pool2d"] = (c, i) => i["x"].AdaptiveAvgPool(c.Args.GetProperty("output_size")[0].GetInt32(), c.Args.GetProperty("output_size")[1].GetInt32()),
        ["batch_norm"] = (c, i) => Mekiki.Operations.NormOperation.Apply(
            i["x"], i["weight"], i["bias"], i["running_mean"], i["running_var"], c.Flag("training"), (float)c.Arg("momentum", 0.1), (float)c.Arg("eps", 1e-5)),
        ["relu"] = (_, i) => i["x"].Relu(),
        ["sigmoid"] = (_, i) => i["x"].Sigmoid(),
        ["tanh"] = (_, i) => i["x"].Tanh(),
        ["exp"] = (_, i) => i["x"].Exp(),
        ["log"] = (_, i) => i["x"].Log(),
        ["sqrt"] = (_, i) => i["x"].Sqrt(),
        ["leaky_relu"] = (_, i) => i["x"].LeakyRelu(),
        ["gelu"] = (_, i) => i["x"].Gelu(),
        ["softmax"] = (c, i) => i["x"].Softmax(Int(c, "dim")),
        ["log_softmax"] = (c, i) => i["x"].LogSoftmax(Int(c, "dim")),
        ["nll_loss"] = (c, i) => Loss.Nll(i["x"], i["target"].Integers, null, Reduce(c)),
        ["cross_entropy"] = (c, i) => Loss.CrossEntropy(i["x"], i["target"].Integers, i.GetValueOrDefault("weight"), (float)c.Arg("label_smoothing", 0), Reduce(c)),
        ["mse_loss"] = (c, i) => Loss.Mse(i["x"], i["target"], Reduce(c)),
        ["local_response_norm"] = (c, i) => i["x"].LocalResponseNorm(Int(c, "size"), (float)c.Arg("alpha", 0), (float)c.Arg("beta", 0), (float)c.Arg("k", 0)),
        ["add"] = (_, i) => i["x"] + i["other"],
        ["sub"] = (_, i) => i["x"] - i["other"],
        ["mul"] = (_, i) => i["x"] * i["other"],
        ["div"] = (_, i) => i["x"] / i["other"],
        ["matmul"] = (_, i) => i.TryGetValue("a", out var a) ? a.MatMul(i["b"]) : i["x"].MatMul(i["other"]),
        ["sum"] = (c, i) => i["x"].Sum(Dimensions(c)),
        ["mean"] = (c, i) => i["x"].Mean(Dimensions(c)),
        ["permute"] = (c, i) => i["x"].Permute([.. c.Args.GetProperty("dims").EnumerateArray().Select(d => d.GetInt32())]),
        ["flatten"] = (c, i) => i["x"].Flatten(Int(c, "start_dim")),
        ["cat"] = (c, i) => Tensor.Concatenate(Int(c, "dim"), i["x"], i["other"]),
    };

    private static int Int(GoldenCase c, string name) => (int)c.Arg(name, 0);

    private static Reduction Reduce(GoldenCase c) => c.Args.GetProperty("reduction").GetString() == "sum" ? Reduction.Sum : Reduction.Mean;

    private static int[] Dimensions(GoldenCase c) =>
        c.Args.GetProperty("dim") is { ValueKind: JsonValueKind.Array } dims ? [.. dims.EnumerateArray().Select(d => d.GetInt32())] : [];
}
