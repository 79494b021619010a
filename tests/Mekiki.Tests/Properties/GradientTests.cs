namespace Mekiki.Tests.Properties;

/// <summary>The gradient of every operation and layer against central differences, over random shapes and vector widths.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class GradientTests
{
    private const int Examples = 40;

    public static TheoryData<string> Names => [.. GradientCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_EqualsCentralDifferences(string name) => Draw.Try(Examples, draw =>
    {
        using var width = VectorWidths.Use(draw.Pick<int>([.. VectorWidths.All]));
        var probe = GradientCases.All[name](draw);
        foreach (var result in GradientCheck.Measure(probe, draw))
            Assert.True(result.Distance <= result.Bound, $"{name} {probe.Text}: the gradient is {result.Distance:g3} off, at most {result.Bound:g3} is allowed");
    });

    /// <summary>The check finds a gradient that is 1 % too large, always where round-off leaves it room; and that is most often.</summary>
    /// <remarks>The share is counted over fixed examples: of a few random ones, too many can have a gradient of 0 (softmax over one element).</remarks>
    [Theory]
    [MemberData(nameof(Names))]
    public void PlantedErrorOfOnePercent_IsFound(string name)
    {
        int visible = 0, all = 0;
        foreach (var draw in Draw.Series(Examples))
        {
            using var width = VectorWidths.Use(draw.Pick<int>([.. VectorWidths.All]));
            var probe = GradientCases.All[name](draw);
            foreach (var result in GradientCheck.Measure(probe, draw, planted: 1.01))
            {
                all++;
                if (result.IsHidden)
                    continue;
                visible++;
                Assert.True(result.Distance > result.Bound, $"{name} {probe.Text}: an error of 1 % was not found");
            }
        }

        Assert.True(visible >= 0.6 * all, $"{name}: round-off would hide an error of 1 % in {all - visible} of {all} gradients");
    }
}
