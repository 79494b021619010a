using Mekiki.Vision.Classical.Neocognitrons;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

/// <summary>Each kind of cell against its equation, worked out by hand. An area of 2x2 has strengths of 1/4.</summary>
public class CellTests
{
    private static readonly Area quarters = Area.Decreasing(2, 1);

    [Fact]
    public void Area_Decreasing_FallsFromTheMiddle_AndSumsUpToOne()
    {
        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], quarters.Strengths.ToArray());
        var nine = Area.Decreasing(3, 0.8).Strengths.ToArray();
        Assert.Equal(1, nine.Sum(), 1e-6);
        Assert.Equal(Math.Exp(-1 / (2 * 0.64)), nine[1] / nine[4], 1e-6);
        Assert.Equal(Math.Exp(-2 / (2 * 0.64)), nine[8] / nine[4], 1e-6);
    }

    [Fact]
    public void Area_WithSurround_ExcitesInTheMiddle_AndInhibitsAround()
    {
        var strengths = Area.WithSurround(7, 0.8, 1.6, 1).Strengths.ToArray();
        Assert.Equal(0, strengths.Sum(), 1e-6);
        Assert.True(strengths[3 * 7 + 3] > 0 && strengths[3 * 7] < 0 && strengths[3] < 0);
    }

    [Fact]
    public void AreaSum_StepsOverThePlane_AndSeesNothingOutside()
    {
        var x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 1, 4, 4]);
        // The first cell's area is rows and columns -1 and 0, the second's 1 and 2, the third's 3 and 4.
        Assert.Equal(
            [1 / 4f, (2 + 3) / 4f, 4 / 4f, (5 + 9) / 4f, (6 + 7 + 10 + 11) / 4f, (8 + 12) / 4f, 13 / 4f, (14 + 15) / 4f, 16 / 4f],
            new AreaSum(quarters, stride: 2, margin: 1, 3, 3).Of(Cells.Of(x)).ToTensor().ToArray());
    }

    [Fact]
    public void AreaSum_KeepsPlanesApart()
    {
        // 19 planes: one more than any register and its rest hold.
        var generator = new Generator(1);
        var x = Tensor.Uniform([2, 19, 5, 6], ref generator);
        var area = Area.Decreasing(3, 1);
        var all = new AreaSum(area, 1, 1, 5, 6).Of(Cells.Of(x)).ToTensor().ToArray();
        for (int n = 0; n < 2; n++)
            for (int k = 0; k < 19; k++)
            {
                var plane = Tensor.From(x.Values.Slice((n * 19 + k) * 30, 30), [1, 1, 5, 6]);
                var alone = new AreaSum(area, 1, 1, 5, 6).Of(Cells.Of(plane)).ToTensor().ToArray();
                for (int i = 0; i < 30; i++)
                    Assert.Equal(alone[i], all[(n * 19 + k) * 30 + i], 1e-6);
            }
    }

    [Fact]
    public void VCell_IsTheRootOfTheMeanSquare()
    {
        var u = Tensor.From([1f, 2, 3, 4, 0, 1, 0, 1], [1, 2, 2, 2]);
        Assert.Equal(Math.Sqrt((1 + 4 + 9 + 16 + 1 + 1) / 4.0), VCells.Of(u, quarters, margin: 0).Item(), 1e-6);
    }

    [Theory]
    [InlineData(0.5f, 0.25f)]
    [InlineData(0.1f, 0.1f)]
    public void SCell_IsExcitedAndShuntingInhibited(float first, float last)
    {
        const double Threshold = 0.6, B = 0.9;
        var layer = new SLayer(planes: 1, inputPlanes: 1, quarters, margin: 0, (float)Threshold);
        layer.Connect([first, 0, 0, last], [(float)B]);
        double e = first * 1 + last * 4, v = Math.Sqrt(7.5);
        double expected = Threshold / (1 - Threshold) * Math.Max(0, (1 + e) / (1 + Threshold * B * v) - 1);
        // 1.5 is more than the inhibition of 1.48, 0.5 is less.
        Assert.Equal(first == 0.5f, expected > 0);
        Assert.Equal(expected, layer[Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2])].Item(), 1e-5);
    }

    [Fact]
    public void SCell_OfAStrongStimulus_NearsTheCosineBeyondItsThreshold()
    {
        // It has learnt (1, 0, 0, 0), whose cosine with (3, 0, 0, 4) is 0.6.
        var layer = new SLayer(1, 1, quarters, 0, threshold: 0.5f);
        layer.Connect([1000 / 4f, 0, 0, 0], [1000 / 2f]);
        Assert.Equal((0.6 - 0.5) / (1 - 0.5), layer[Tensor.From([3f, 0, 0, 4], [1, 1, 2, 2])].Item(), 1e-3);
    }

    [Fact]
    public void SaturatingCCell_IsInhibitedByTheMeanOfAllPlanes()
    {
        // p is 1/2 in the first plane and 0 in the second, v is 1/4: (1 + 1/2) / (1 + 1/4) - 1 = 1/5, and ψ of it (1/5) / (1/2 + 1/5).
        var s = Tensor.From([1f, 0, 0, 1, 0, 0, 0, 0], [1, 2, 2, 2]);
        float[] u = SaturatingCCells.Of(AsResponses(s), quarters, stride: 1, margin: 0, side: 1, saturation: 0.5f).ToArray();
        Assert.Equal(0.2 / 0.7, u[0], 1e-6);
        Assert.Equal(0, u[1]);
    }

    // Without inhibition u = θ/(1-θ) · e, with θ = 1/2 the excitation itself.
    private static SResponses AsResponses(Tensor u) =>
        new(u, Tensor.Zeros([u.Shape[0], 1, u.Shape[2], u.Shape[3]]), Tensor.Zeros([u.Shape[1]]), threshold: 0.5f);
}
