using Mekiki.Backends.Cpu.Simd;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Conformance;

/// <summary>Five training steps of the chapter's two networks against PyTorch, on every backend and at every vector width.</summary>
/// <remarks>
/// The state as a whole must be within a thousandth, each tensor of it within a hundredth. Most tensors are within 1e-5;
/// but where rounding decides whether a ReLU is open, a short tensor such as a bias comes out up to 3e-3 off, in PyTorch's own
/// float32 as well (one of fourteen seeds).
/// </remarks>
[Collection(nameof(VectorWidth))]
public class TrainingCaseTests
{
    /// <summary>How each network of the reference cases is made here; its sizes are those of its weights.</summary>
    internal static IReadOnlyDictionary<string, Func<Dictionary<string, Tensor>, Module>> All { get; } = new Dictionary<string, Func<Dictionary<string, Tensor>, Module>>
    {
        ["mlp"] = s => new ChapterMlp(s["fc1.weight"].Shape[1], s["fc1.weight"].Shape[0], s["fc2.weight"].Shape[0], s["fc3.weight"].Shape[0]),
        ["cnn"] = s => new ChapterCnn(s["conv1.weight"].Shape[1], s["conv1.weight"].Shape[0], s["conv2.weight"].Shape[0], s["fc3.weight"].Shape[1], s["fc3.weight"].Shape[0]),
    };

    public static TheoryData<string, string, int> Networks => TestedBackends.With(All.Keys, VectorWidths.All);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Network_AfterFiveSteps_AgreesWithPyTorch(string model, string backend, int bits)
    {
        using var computing = TestedBackends.Use(backend);
        using var width = VectorWidths.Use(bits);
        int cases = 0;
        foreach (var c in Goldens.Cases("train").Where(c => c.Args.GetProperty("model").GetString() == model))
        {
            cases++;
            var state = State(c);
            var net = All[model](state);
            net.LoadStateDict(state);
            var optimizer = new Adam(net, c.Arg("lr", 0));
            var losses = new List<float>();
            for (int step = 0; step < (int)c.Arg("steps", 0); step++)
            {
                var loss = Loss.Nll(net[Images(c, $"x{step}")], c.Input($"target{step}").Longs);
                losses.Add(loss.Item());
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }

            Close(c, "losses", c.Output("losses").Floats, [.. losses], 1e-4);
            List<float> expected = [], got = [];
            foreach (var (name, tensor) in net.StateDict())
            {
                if (tensor.DType == DType.Int64)
                {
                    Assert.Equal(c.Output($"state/{name}").Longs, tensor.Integers);
                    continue;
                }

                expected.AddRange(c.Output($"state/{name}").Floats);
                got.AddRange(tensor.Values);
                Close(c, name, c.Output($"state/{name}").Floats, tensor.Values, 1e-2);
            }

            Close(c, "the state", [.. expected], [.. got], 1e-3);
            net.Eval();
            Close(c, "y_eval", c.Output("y_eval").Floats, net[Images(c, "x_eval")].Values, 1e-3);
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {model} in {string.Join(", ", Goldens.Folders)}.");
    }

    /// <summary>The state before the first step.</summary>
    /// <remarks>Where the reference stored num_batches_tracked after the last step, as it did its own counter, 0 stands for it.</remarks>
    private static Dictionary<string, Tensor> State(GoldenCase c)
    {
        var state = new Dictionary<string, Tensor>();
        foreach (string name in c.Inputs)
            if (name.StartsWith("state/", StringComparison.Ordinal))
            {
                var golden = c.Input(name);
                state[name["state/".Length..]] = golden.Longs.Length > 0 ? Tensor.From([0L], []) : Tensor.From(golden.Floats, golden.Shape);
            }

        return state;
    }

    private static Tensor Images(GoldenCase c, string name) => Tensor.From(c.Input(name).Floats, c.Input(name).Shape);

    private static void Close(GoldenCase c, string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double most)
    {
        double distance = Goldens.Distance(expected, got);
        Assert.True(distance <= most, $"{c}: {what} is {distance:g3} off, at most {most:g1} is allowed");
    }
}
