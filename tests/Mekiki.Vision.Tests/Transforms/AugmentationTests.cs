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
                "small: RandomAffine(degrees=[-8, 8], translate=(0.06, 0.06), scale=[0.88, 1.12], shear=[-8, 8], bilinear, fill=border)",
                "elastic: ElasticDistortion(strength=2.5, cell=10)",
                "tone: RandomTone(contrast=[0.7, 1.2], brightness=[-0.1, 0.1], gamma=[0.6, 1.6])",
                "erase: RandomErasing(probability=0.5, area=[0.02, 0.15], aspect=[0.3, 3.3])",
                "crop: RandomResizedCrop(area=[0.35, 1], proportions=[0.75, 1.3333333333333333])",
                "flip: RandomFlip()",
                "photo: RandomResizedCrop(area=[0.35, 1], proportions=[0.75, 1.3333333333333333]) > RandomFlip() > RandomTone(contrast=[0.8, 1.2], brightness=[-0.08, 0.08], gamma=[0.8, 1.25])",
                "shift: RandomShift(2)",
                "alternate: AlternatingFlip()",
                "rotate: RandomAffine(degrees=[-15, 15], bilinear, fill=border)",
                "colour: ColorJitter(brightness=0.3, contrast=0.3, saturation=0.3, hue=0.05)",
                "trivialaugment: TrivialAugment()",
                "randaugment: RandAugment(changes=2, strength=9)",
            ],
            Augmentation.All.Select(a => $"{a.Name}: {string.Join(" > ", a.Steps)}"));
    }

    [Fact]
    public void Find_JoinsSeveral_InOrder()
    {
        var both = Augmentation.Find("Erase+small");
        Assert.Equal(("erase+small", "RandomErasing, RandomAffine"), (both.Name, string.Join(", ", both.Steps.Select(s => s.GetType().Name))));
        Assert.StartsWith("Unknown augmentation 'smal'. Did you mean 'small'?", Assert.Throws<MekikiException>(() => Augmentation.Find("erase+smal")).Message);
    }

    [Fact]
    public void Find_UnknownName_Suggests() =>
        Assert.Equal($"Unknown augmentation 'chapters'. Did you mean 'chapter'? There are: {string.Join(", ", Augmentation.All.Select(a => a.Name))}.",
            Assert.Throws<MekikiException>(() => Augmentation.Find("chapters")).Message);
}
