using System.Text.Json;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Conformance;

/// <summary>Optimizers with two groups of parameters against PyTorch.</summary>
public class ParameterGroupCaseTests
{
    /// <summary>How each optimizer of the reference cases is made here; a new one is a row.</summary>
    internal static IReadOnlyDictionary<string, Func<GoldenCase, IEnumerable<ParameterGroup>, Optimizer>> All { get; } = new Dictionary<string, Func<GoldenCase, IEnumerable<ParameterGroup>, Optimizer>>
    {
        ["groups_sgd"] = (c, groups) => new Sgd(groups, new() { LearningRate = c.Arg("lr", 0), Momentum = c.Arg("momentum", 0) }),
        ["groups_adamw"] = (c, groups) => new AdamW(groups, new() { LearningRate = c.Arg("lr", 0) }),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Groups_OnReferenceCases_AgreeWithPyTorch(string op)
    {
        int cases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            cases++;
            Tensor p = Tensor.From(c.Input("p").Floats, c.Input("p").Shape).WithGrad(), q = Tensor.From(c.Input("q").Floats, c.Input("q").Shape).WithGrad();
            var optimizer = All[op](c, [Group(p, c.Args.GetProperty("first")), Group(q, c.Args.GetProperty("second"))]);
            for (int i = 0; i < 6; i++)
            {
                optimizer.ZeroGrad();
                p.Backward(Tensor.From(c.Input($"gp{i}").Floats, p.Shape));
                q.Backward(Tensor.From(c.Input($"gq{i}").Floats, q.Shape));
                optimizer.Step();
                Assert.True(Goldens.Distance(c.Output($"p{i}").Floats, p.Values) <= 1e-5, $"{c}: p{i}");
                Assert.True(Goldens.Distance(c.Output($"q{i}").Floats, q.Values) <= 1e-5, $"{c}: q{i}");
            }
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {op} in {string.Join(", ", Goldens.Folders)}.");
    }

    private static ParameterGroup Group(Tensor parameter, JsonElement args) => new([parameter])
    {
        LearningRate = args.TryGetProperty("lr", out var rate) ? rate.GetDouble() : null,
        WeightDecay = args.TryGetProperty("weight_decay", out var decay) ? decay.GetDouble() : null,
    };
}
