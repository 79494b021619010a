using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Conformance;

/// <summary>Every operation and its gradients against PyTorch, on every backend and at every vector width.</summary>
[Collection(nameof(VectorWidth))]
public class OperationTests
{
    public static TheoryData<string, string, int> Operations => TestedBackends.With(OperationCases.All.Keys, VectorWidths.All);

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_OnReferenceCases_AgreesWithPyTorch(string op, string backend, int bits)
    {
        using var computing = TestedBackends.Use(backend);
        using var width = VectorWidths.Use(bits);
        int cases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            cases++;
            var inputs = new Dictionary<string, Tensor>();
            foreach (string name in c.Inputs)
            {
                var golden = c.Input(name);
                inputs[name] = golden.Longs.Length > 0
                    ? Tensor.From(golden.Longs, golden.Shape)
                    : Tensor.From(golden.Floats, golden.Floats.Length == 1 && op is "add" or "sub" or "mul" or "div" ? [] : golden.Shape);
                if (c.Grads.Contains(name))
                    inputs[name].RequiresGrad = true;
            }

            var y = OperationCases.All[op](c, inputs);
            // The sums of a gradient over many pixels, and a division by deviations, lose more than one operation does.
            double most = op is "conv2d" or "batch_norm" ? 1e-4 : 1e-5;
            Close(c, "y", c.Output("y").Floats, y.Values, 1e-5);
            foreach (string name in c.Outputs)
                if (name.EndsWith("_after", StringComparison.Ordinal))
                    Close(c, name, c.Output(name).Floats, inputs[name[..^"_after".Length]].Values, 1e-5);
            if (c.Grads.Count == 0)
                continue;
            y.Backward(Tensor.From(c.Upstream("y").Floats, y.Shape));
            foreach (string name in c.Grads)
                Close(c, "d" + name, c.Grad(name).Floats, inputs[name].Grad!.Values, most);
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {op} in {string.Join(", ", Goldens.Folders)}.");
    }

    private static void Close(GoldenCase c, string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double most)
    {
        double distance = Goldens.Distance(expected, got);
        Assert.True(distance <= most, $"{c}: {what} is {distance:g3} off, at most {most:g1} is allowed");
    }
}
