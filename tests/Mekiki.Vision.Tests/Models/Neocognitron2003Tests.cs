using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class Neocognitron2003Tests
{
    private static readonly ImageSet set = Strokes.Set(12);

    private static Neocognitron2003 Fitted()
    {
        var network = new Neocognitron2003(3);
        network.Fit(new PreparedImages(set, [.. Enumerable.Range(0, 12)], new Preprocessing(1, 48, 48).Pipeline(set.Shape)), seed: 1, cancellation: TestContext.Current.CancellationToken);
        return network;
    }

    private static Dictionary<string, Tensor> State(Module network) => network.StateDict().ToDictionary(s => s.Name, s => s.Tensor);

    [Fact]
    public void Planes_AreAsManyAsTheImagesNeed()
    {
        var state = State(Fitted());
        int second = state["s2.b"].Count, third = state["s3.b"].Count, references = state["s4.labels"].Count;
        Assert.InRange(second, 2, Neocognitron2003.MostPlanes2);
        Assert.InRange(third, 2, Neocognitron2003.MostPlanes3);
        Assert.InRange(references, 3, 12);
        Assert.Equal(new Shape(16, 2, 7, 7), state["s1.a"].Shape);
        Assert.Equal(new Shape(second, 16, 5, 5), state["s2.a"].Shape);
        Assert.Equal(new Shape(third, second, 3, 3), state["s3.a"].Shape);
        Assert.Equal(new Shape(references, third * 36), state["s4.vectors"].Shape);
    }

    [Fact]
    public void Scores_AreCosinesTimes80()
    {
        // The first image shown is a reference, so it is wholly similar to its own class.
        var network = Fitted();
        var images = new PreparedImages(set, [.. Enumerable.Range(0, 12)], new Preprocessing(1, 48, 48).Pipeline(set.Shape));
        var values = new float[48 * 48];
        float most = 0;
        for (int n = 0; n < 12; n++)
        {
            images.Read(n, values);
            most = Math.Max(most, network[Tensor.From(values, [1, 1, 48, 48])].ToArray().Max());
        }

        Assert.Equal(80, most, 1e-3);
    }

    [Fact]
    public void Load_OfOtherSizes_NamesThem_AndOfLabelsWithoutClass_RefusesThem()
    {
        var state = State(Fitted());
        int planes = state["s2.b"].Count;
        var narrower = new Dictionary<string, Tensor>(state) { ["s2.a"] = Tensor.Zeros([planes, 16, 3, 3]) };
        Assert.Contains($"s2.a has shape (1, 16, 5, 5) in the model, ({planes}, 16, 3, 3) in the file", Assert.Throws<MekikiException>(() => new Neocognitron2003(3).LoadStateDict(narrower)).Message);
        var without = new Dictionary<string, Tensor>(state);
        without.Remove("s3.b");
        Assert.Contains("s3.b (1) is missing", Assert.Throws<MekikiException>(() => new Neocognitron2003(3).LoadStateDict(without)).Message);
        Assert.Equal("s4.labels: expected 0 to 1, got 2. The file is damaged: get or write it again.", Assert.Throws<MekikiException>(() => new Neocognitron2003(2).LoadStateDict(state)).Message);
    }
}
