using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class KanaNetTests
{
    [Theory]
    [InlineData(48, 48, 4608)]
    [InlineData(8, 8, 128)]
    [InlineData(28, 28, 1152)]
    [InlineData(224, 100, 4608)]
    [InlineData(24, 224, 2304)]
    public void LinearLayer_SeesAtMostSixBySixPlaces(int height, int width, int features)
    {
        var network = Catalogue.Find("kana-net").Create(new(1, height, width), 5);
        Assert.Equal(new Shape(256, features), network.NamedParameters().Single(p => p.Name == "fc1.weight").Tensor.Shape);
        Assert.Equal(new Shape(2, 5), network[Tensor.Zeros([2, 1, height, width])].Shape);
    }

    [Fact]
    public void SmallerImages_AreRefused() =>
        Assert.Equal("kana-net: expected images of 8x8 pixels or more, got 7x9. Give a larger size, or another model.",
            Assert.Throws<MekikiException>(() => Catalogue.Find("kana-net").InputFor(new(1, 9, 7))).Message);
}
