using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class NeocognitronTests
{
    [Fact]
    public void Layers_HaveThePapersSizes() =>
        Assert.Equal(
            ["names (24)", "ink_is_light (1)", "s1.a (24, 1, 5, 5)", "s1.b (24)", "s2.a (24, 24, 5, 5)", "s2.b (24)", "s3.a (24, 24, 5, 5)", "s3.b (24)"],
            new Neocognitron(73).StateDict().Select(s => $"{s.Name} {s.Tensor.Shape}"));

    [Fact]
    public void Scores_AreThoseOfNamedCells_AndNoneIsHeardOfTheNameless()
    {
        // Two planes cannot name three classes.
        var set = Strokes.Set(12);
        var network = new Neocognitron(3, planes: 2);
        var images = new PreparedImages(set, [.. Enumerable.Range(0, 12)], new Preprocessing(1, 48, 48).Pipeline(set.Shape));
        network.Fit(images, seed: 1, cancellation: TestContext.Current.CancellationToken);
        long[] names = network.StateDict()[0].Tensor.Integers.ToArray();
        Assert.Contains(names, n => n >= 0);
        var values = new float[48 * 48];
        float[] most = [0, 0, 0];
        for (int i = 0; i < 12; i++)
        {
            images.Read(i, values);
            float[] scores = network[Tensor.From(values, [1, 1, 48, 48])].ToArray();
            for (int k = 0; k < 3; k++)
                most[k] = Math.Max(most[k], scores[k]);
        }

        for (int k = 0; k < 3; k++)
            Assert.Equal(names.Contains(k), most[k] > 0);
    }

    [Fact]
    public void Sizes_OutOfRange_AreTold() =>
        Assert.Equal("Neocognitron: expected 1 or more classes and planes, got 5 and 0.", Assert.Throws<MekikiException>(() => new Neocognitron(5, 0)).Message);
}
