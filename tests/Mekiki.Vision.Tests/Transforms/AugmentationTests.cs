using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

public class AugmentationTests
{
    [Fact]
    public void Table_PrintsWhatItDoes()
    {
        Assert.Equal(
            [
                "none: ",
                "train: RandomAffine(degrees=[-10, 10], translate=(0.08, 0.08), scale=[0.85, 1.15], bilinear, fill=255)",
                "chapter: RandomAffine(degrees=[-90, 90], scale=[0.8, 1.1], nearest, fill=0)",
            ],
            Augmentation.All.Select(a => $"{a.Name}: {string.Join(" > ", a.Steps)}"));
    }

    [Fact]
    public void Find_UnknownName_Suggests() =>
        Assert.Equal("Unknown augmentation 'chapters'. Did you mean 'chapter'? There are: none, train, chapter.",
            Assert.Throws<MekikiException>(() => Augmentation.Find("chapters")).Message);
}
