using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class GoogLeNetTests
{
    /// <summary>Where two images are mixed, the same logits are judged by the labels of either.</summary>
    [Fact]
    public void Loss_AskedForTwice_HasAllItsParts()
    {
        var network = Catalogue.Find("googlenet_small").Create(new(1, 16, 16), 4);
        var scores = network[Tensor.Zeros([4, 1, 16, 16])];
        Assert.Equal(network.LossOf(scores, [0, 1, 2, 3]).Item(), network.LossOf(scores, [0, 1, 2, 3]).Item());
    }
}
