using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Properties;

/// <summary>Random examples compute the same on the processor, at every vector width, as on the reference.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class BackendTests
{
    private const double Bound = 1e-5;

    /// <summary>All but dropout: its mask is drawn in the order of memory, which differs where images lie channels last.</summary>
    public static TheoryData<string> Names => [.. GradientCases.All.Keys.Where(name => name != "dropout")];

    /// <summary>Results and gradients; of what cancels to less than it was made of, the rounding is that of the parts.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_OnProcessor_EqualsReference(string name) => Draw.Try(60, draw =>
    {
        using var width = VectorWidths.Use(draw.Pick<int>([.. VectorWidths.All]));
        string text = "";
        var (expected, got) = (Run("reference"), Run("cpu"));
        double part = expected.Max(e => Norm(e));
        for (int i = 0; i < expected.Count; i++)
        {
            double difference = Norm([.. expected[i].Zip(got[i], (a, b) => a - b)]);
            Assert.True(difference <= Bound * Math.Max(part, Norm(expected[i])), $"{name} {text}: {(i == 0 ? "y" : $"gradient {i}")} is {difference:g3} off, of {Norm(expected[i]):g3}");
        }

        List<float[]> Run(string backend)
        {
            using var computing = TestedBackends.Use(backend);
            var choices = draw.Again();
            var probe = GradientCases.All[name](choices);
            text = probe.Text;
            foreach (var input in probe.Inputs)
                input.RequiresGrad = true;
            var y = probe.Compute();
            y.Backward(choices.Normal(y.Shape));
            return [y.ToArray(), .. probe.Inputs.Select(input => input.Grad!.ToArray())];
        }
    });

    [Fact]
    public void RandomNetwork_OnProcessor_EqualsReference() => Draw.Try(200, draw =>
    {
        using var width = VectorWidths.Use(draw.Pick(512, 256, 128));
        Shape input = [draw.Int(2, 3), draw.Pick(1, 3, 8), draw.Int(4, 14), draw.Int(4, 14)];
        bool training = draw.Flag();
        RandomNetwork.AssertSame($"{new RandomNetwork(draw.Again(), input)}, training {training}", images => Run("reference", images), images => Run("cpu", images));

        Dictionary<string, float[]> Run(string backend, ulong images)
        {
            using var computing = TestedBackends.Use(backend);
            return new RandomNetwork(draw.Again(), input).Run(training, images);
        }
    });

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
