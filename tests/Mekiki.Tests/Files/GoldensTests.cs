namespace Mekiki.Tests.Files;

/// <summary>The reference cases can be read: every tensor that a case names is there.</summary>
public class GoldensTests
{
    [Fact]
    public void EveryCase_ReadsWhole()
    {
        Assert.NotEmpty(Goldens.Folders);
        Assert.NotEmpty(Goldens.All);
        foreach (var c in Goldens.All)
        {
            foreach (string name in c.Inputs)
                Whole(c.Input(name));
            foreach (string name in c.Outputs)
                Whole(c.Output(name));
            foreach (string name in c.Grads)
            {
                Assert.Equal(c.Input(name).Shape, c.Grad(name).Shape);
                Assert.Equal(c.Output("y").Shape, c.Upstream("y").Shape);
            }
        }
    }

    private static void Whole(GoldenTensor t) =>
        Assert.Equal(t.Shape.Aggregate(1, (a, b) => a * b), t.Floats.Length + t.Longs.Length + t.Bytes.Length);
}
