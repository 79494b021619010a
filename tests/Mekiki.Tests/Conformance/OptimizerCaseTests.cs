using Mekiki.Backends.Cpu.Simd;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Conformance;

/// <summary>Six steps of each optimizer against PyTorch, at every vector width.</summary>
[Collection(nameof(VectorWidth))]
public class OptimizerCaseTests
{
    /// <summary>How each optimizer of the reference cases is made here; a new one is a row.</summary>
    internal static IReadOnlyDictionary<string, Func<GoldenCase, Tensor, Optimizer>> All { get; } = new Dictionary<string, Func<GoldenCase, Tensor, Optimizer>>
    {
        ["optim_sgd"] = (c, p) => new Sgd([p], new() { LearningRate = c.Arg("lr", 0), Momentum = c.Arg("momentum", 0), Nesterov = c.Flag("nesterov"), WeightDecay = c.Arg("weight_decay", 0) }),
        ["optim_adam"] = (c, p) => new Adam([p], Adam<AdamOptions>(c)),
        ["optim_adamw"] = (c, p) => new AdamW([p], Adam<AdamWOptions>(c)),
        ["optim_rmsprop"] = (c, p) => new RmsProp([p], new() { LearningRate = c.Arg("lr", 0), Alpha = c.Arg("alpha", 0.99), Epsilon = c.Arg("eps", 1e-8), Momentum = c.Arg("momentum", 0), WeightDecay = c.Arg("weight_decay", 0) }),
    };

    public static TheoryData<string, int> OptimizersAndWidths()
    {
        var data = new TheoryData<string, int>();
        foreach (string op in All.Keys)
            foreach (int bits in VectorWidths.AllAndScalar)
                data.Add(op, bits);
        return data;
    }

    [Theory]
    [MemberData(nameof(OptimizersAndWidths))]
    public void Optimizer_OnReferenceCases_AgreesWithPyTorch(string op, int bits)
    {
        using var width = VectorWidths.Use(bits);
        int cases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            cases++;
            var parameter = Tensor.From(Start(c), c.Input("p").Shape).WithGrad();
            var optimizer = All[op](c, parameter);
            for (int i = 0; i < c.Outputs.Count; i++)
            {
                optimizer.ZeroGrad();
                (parameter * Tensor.From(c.Input($"g{i}").Floats, parameter.Shape)).Sum().Backward();
                optimizer.Step();
                double distance = Goldens.Distance(c.Output($"p{i}").Floats, parameter.Values);
                Assert.True(distance <= 1e-5, $"{c}: p{i} is {distance:g3} off");
            }

            Assert.Equal(c.Outputs.Count, optimizer.StepCount);
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {op} in {string.Join(", ", Goldens.Folders)}.");
    }

    /// <summary>The parameter before the first step.</summary>
    /// <remarks>
    /// Where the reference stored the parameter after its last step instead, the start is what the first step of the
    /// formula in double precision takes to p0. That step is close to a translation, so that the search ends after a few rounds;
    /// p0 proves nothing then, p1 to p5 do.
    /// </remarks>
    private static float[] Start(GoldenCase c)
    {
        float[] stored = c.Input("p").Floats, after = c.Output("p0").Floats;
        if (!stored.AsSpan().SequenceEqual(c.Output($"p{c.Outputs.Count - 1}").Floats))
            return stored;
        var start = Array.ConvertAll(after, p => (double)p);
        double furthest = 1;
        for (int round = 0; round < 100 && furthest > 1e-12; round++)
        {
            var reached = new OptimizerTwin(c.Op, c, start.Length).Step(start, c.Input("g0").Floats);
            furthest = 0;
            for (int i = 0; i < start.Length; i++)
            {
                start[i] += after[i] - reached[i];
                furthest = Math.Max(furthest, Math.Abs(after[i] - reached[i]));
            }
        }

        Assert.True(furthest <= 1e-12, $"{c}: the start could not be found");
        return Array.ConvertAll(start, p => (float)p);
    }

    private static T Adam<T>(GoldenCase c) where T : AdamOptions, new()
    {
        var options = new T();
        return options with
        {
            LearningRate = c.Arg("lr", 0),
            Beta1 = c.Args.TryGetProperty("betas", out var b) ? b[0].GetDouble() : options.Beta1,
            Beta2 = c.Args.TryGetProperty("betas", out b) ? b[1].GetDouble() : options.Beta2,
            Epsilon = c.Arg("eps", options.Epsilon),
            WeightDecay = c.Arg("weight_decay", options.WeightDecay),
        };
    }
}
