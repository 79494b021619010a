using Mekiki.Backends.Cpu.Simd;
using Mekiki.Optimizers;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Conformance;

/// <summary>Six steps of each optimizer against PyTorch, on every backend and at every vector width.</summary>
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

    public static TheoryData<string, string, int> Optimizers => TestedBackends.With(All.Keys, VectorWidths.AllAndScalar);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Optimizer_OnReferenceCases_AgreesWithPyTorch(string op, string backend, int bits)
    {
        using var computing = TestedBackends.Use(backend);
        using var width = VectorWidths.Use(bits);
        int cases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            cases++;
            var parameter = Tensor.From(Start(c), c.Input("p").Shape).WithGrad();
            var optimizer = All[op](c, parameter);
            for (int i = 0; i < c.Outputs.Count; i++)
            {
                Step(c, optimizer, parameter, i);
                double distance = Goldens.Distance(c.Output($"p{i}").Floats, parameter.Values);
                Assert.True(distance <= 1e-5, $"{c}: p{i} is {distance:g3} off");
            }

            Assert.Equal(c.Outputs.Count, optimizer.StepCount);
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {op} in {string.Join(", ", Goldens.Folders)}.");
    }

    /// <summary>The parameter before the first step.</summary>
    /// <remarks>
    /// Where the reference stored the parameter after its last step instead, the start is what the first step in double
    /// precision takes to p0. That step is close to a translation, so that the search ends after a few rounds;
    /// p0 proves nothing then, p1 to p5 do.
    /// </remarks>
    private static float[] Start(GoldenCase c)
    {
        float[] stored = c.Input("p").Floats, after = c.Output("p0").Floats;
        if (!stored.AsSpan().SequenceEqual(c.Output($"p{c.Outputs.Count - 1}").Floats))
            return stored;
        using var exact = Switches.UseBackend(ReferenceBackend.Instance);
        var start = Array.ConvertAll(after, p => (double)p);
        double furthest = 1;
        for (int round = 0; round < 100 && furthest > 1e-12; round++)
        {
            var parameter = Tensor.Zeros(c.Input("p").Shape).WithGrad();
            double[] reached = ((ReferenceStorage)parameter.Data).Numbers;
            start.CopyTo(reached, 0);
            Step(c, All[c.Op](c, parameter), parameter, 0);
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

    private static void Step(GoldenCase c, Optimizer optimizer, Tensor parameter, int number)
    {
        optimizer.ZeroGrad();
        (parameter * Tensor.From(c.Input($"g{number}").Floats, parameter.Shape)).Sum().Backward();
        optimizer.Step();
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
