using Mekiki.Vision.Classical.Neocognitrons;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

public class AddIfSilentTests
{
    // Cells that see one position of two planes: a stimulus is an angle, and the cosine that of the difference.
    private static SLayer Layer() => new(1, inputPlanes: 2, Area.Decreasing(1, 1), margin: 0, threshold: 0.5f);

    // Stimuli side by side, of given angles and strengths: (1, 2, 1, W).
    private static Tensor Stimuli(params (double Angle, double Strength)[] positions) => Tensor.From(
        [.. positions.Select(p => (float)(p.Strength * Math.Cos(p.Angle * Math.PI / 180))), .. positions.Select(p => (float)(p.Strength * Math.Sin(p.Angle * Math.PI / 180)))],
        [1, 2, 1, positions.Length]);

    [Fact]
    public void Planes_AreAddedForTheStrongestSilentPosition_UntilNoneIsSilent()
    {
        var layer = Layer();
        // A threshold of cos 20°. The strongest is at 30°; it covers 40°, not 0°; 85° is too weak to count.
        var learning = new AddIfSilent(layer, threshold: (float)Math.Cos(20 * Math.PI / 180), least: 0.5f, mostPlanes: 10);
        Assert.True(learning.Present(Stimuli((0, 1), (30, 2), (40, 1.5), (85, 0.9))));
        Assert.Equal(2, learning.Planes);
        // Another stimulus of known angles adds nothing, one of a new angle does.
        Assert.True(learning.Present(Stimuli((45, 1), (15, 1))));
        Assert.Equal(2, learning.Planes);
        Assert.True(learning.Present(Stimuli((70, 1))));
        learning.Connect(gain: 3);
        float[] a = layer.StateDict()[0].Tensor.ToArray();
        double[] angles = [30, 0, 70];
        Assert.Equal(2 * angles.Length, a.Length);
        for (int k = 0; k < angles.Length; k++)
        {
            Assert.Equal(3 * Math.Cos(angles[k] * Math.PI / 180), a[2 * k], 1e-5);
            Assert.Equal(3 * Math.Sin(angles[k] * Math.PI / 180), a[2 * k + 1], 1e-5);
        }

        Assert.Equal([3, 3, 3], layer.StateDict()[1].Tensor.ToArray());
    }

    [Fact]
    public void Present_WithoutRoom_SaysSo()
    {
        var learning = new AddIfSilent(Layer(), 0.95f, 0.5f, mostPlanes: 1);
        Assert.False(learning.Present(Stimuli((0, 1), (90, 1))));
        Assert.Equal(1, learning.Planes);
    }

    [Fact]
    public void Present_OfNothing_AddsNothing()
    {
        var learning = new AddIfSilent(Layer(), 0.95f, 0.5f, mostPlanes: 1);
        Assert.True(learning.Present(Tensor.Zeros([1, 2, 3, 3])));
        Assert.Equal(0, learning.Planes);
        Assert.Equal("Training images: expected strokes or edges in some of them, got none. Look at them: they may be empty, or of one tone.", Assert.Throws<MekikiException>(() => learning.Connect(1)).Message);
    }

    [Fact]
    public void Edges_EachDirection_ExcitesItsOwnPlaneMost()
    {
        const int Directions = 16, Side = 21;
        var layer = new SLayer(1, 2, Area.Decreasing(7, 1.5), margin: 3, threshold: 0.5f);
        Edges.Teach(layer, Directions, gain: 30);
        for (int k = 0; k < Directions; k++)
        {
            double angle = 2 * Math.PI * k / Directions;
            float[] ink = [.. Enumerable.Range(0, Side * Side).Select(i => (float)Math.Clamp(0.5 + Math.Cos(angle) * (i % Side - 10) + Math.Sin(angle) * (i / Side - 10), 0, 1))];
            var u = layer[Contrast.Of(Tensor.From(ink, [1, 1, Side, Side]))];
            float[] middle = [.. Enumerable.Range(0, Directions).Select(p => u.Values[(p * Side + 10) * Side + 10])];
            Assert.Equal(k, Array.IndexOf(middle, middle.Max()));
            Assert.Equal(0, middle[(k + Directions / 2) % Directions]);
        }
    }
}
