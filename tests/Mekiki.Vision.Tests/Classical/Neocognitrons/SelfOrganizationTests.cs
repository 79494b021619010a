using Mekiki.Vision.Classical.Neocognitrons;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

public class SelfOrganizationTests
{
    [Fact]
    public void Seeds_AreTheStrongestOfColumns_AndThenOfPlanes()
    {
        // Four columns of 2x2. Their strongest cells: 5 and 3 in plane 0, 4 and 1 in plane 1.
        float[] u = [5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4, 0, 0, 0, 1, 0, 0];
        Assert.Equal([new SeedCell(0, 0, 0, 5), new SeedCell(1, 0, 2, 4)], SeedCells.Choose(u, 2, 3, 3, columnSide: 2));
    }

    [Fact]
    public void Seeds_AWeakerPlaneInTheSameColumn_HasNone()
    {
        float[] u = [5, 0, 0, 0, 4, 0, 0, 0];
        Assert.Equal([new SeedCell(0, 0, 0, 5)], SeedCells.Choose(u, 2, 2, 2, columnSide: 2));
    }

    [Fact]
    public void Seeds_OfSilentCells_AreNone() => Assert.Empty(SeedCells.Choose(new float[18], 2, 3, 3, columnSide: 2));

    [Fact]
    public void Seeds_OfEqualCells_AreTheFirst() => Assert.Equal([new SeedCell(0, 0, 0, 1)], SeedCells.Choose([1, 1, 1, 1, 1, 1, 1, 1], 2, 2, 2, columnSide: 2));

    [Fact]
    public void Present_AddsWhatTheSeedReceives_ToItsPlaneAlone()
    {
        var c = Area.Decreasing(2, 1);
        var layer = new SLayer(planes: 2, inputPlanes: 1, c, margin: 0, threshold: 0.8f);
        var organization = new SelfOrganization(layer, columnSide: 1, speed: 2, new Generator(3));
        float[] before = layer.StateDict()[0].Tensor.ToArray();
        Assert.All(before, a => Assert.InRange(a, 0, 0.01f / 4));
        float[] stimulus = [1, 2, 3, 4];
        organization.Present(Tensor.From(stimulus, [1, 1, 2, 2]));

        float[] a = layer.StateDict()[0].Tensor.ToArray(), b = layer.StateDict()[1].Tensor.ToArray();
        int learner = b[0] > 0 ? 0 : 1;
        Assert.Equal(2 * Math.Sqrt(7.5), b[learner], 1e-5);
        Assert.Equal(0, b[1 - learner]);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(before[4 * learner + i] + 2 * 0.25 * stimulus[i], a[4 * learner + i], 1e-6);
            Assert.Equal(before[4 * (1 - learner) + i], a[4 * (1 - learner) + i]);
        }

        // Another stimulus silences the plane that has learnt, so the other learns it.
        organization.Present(Tensor.From([4f, 0, 0, 0], [1, 1, 2, 2]));
        Assert.Equal(2 * 2, layer.StateDict()[1].Tensor.ToArray()[1 - learner], 1e-5);
        Assert.Equal(b[learner], layer.StateDict()[1].Tensor.ToArray()[learner]);
    }
}
