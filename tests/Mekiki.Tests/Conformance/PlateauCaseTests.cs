using Mekiki.Schedules;

namespace Mekiki.Tests.Conformance;

/// <summary>The learning rates of <see cref="ReduceOnPlateau"/> against PyTorch.</summary>
public class PlateauCaseTests
{
    internal const string Op = "schedule_plateau";

    [Fact]
    public void Plateau_OnReferenceCases_AgreesWithPyTorch()
    {
        int cases = 0;
        foreach (var c in Goldens.Cases(Op))
        {
            cases++;
            var plateau = new ReduceOnPlateau(c.Arg("lr", 0), c.Arg("factor", 0), (int)c.Arg("patience", 0), c.Arg("threshold", 0));
            float[] expected = c.Output("lr").Floats, metrics = c.Input("metrics").Floats;
            for (int step = 0; step < expected.Length; step++)
            {
                Assert.True(Math.Abs(plateau.LearningRate - expected[step]) <= 1e-6 * expected[step], $"{c}: step {step} has {plateau.LearningRate}, expected {expected[step]}");
                plateau.Next(metrics[step]);
            }
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {Op} in {string.Join(", ", Goldens.Folders)}.");
    }
}
