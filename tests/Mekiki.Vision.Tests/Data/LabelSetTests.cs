using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public sealed class LabelSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string List(string text)
    {
        foreach (string name in new[] { "1", "2", "3", "4", "5" })
            File.WriteAllBytes(folder[$"p/{name}.png"], MadeImages.Grey(start: name[0]));
        File.WriteAllText(folder["p/labels.csv"], text);
        return folder["p/labels.csv"];
    }

    [Fact]
    public void Names_SayTheirLabels_InOrder()
    {
        Assert.Equal([";", ";cat;", ";cat;dog;"], new[] { LabelSet.Of(), LabelSet.Of("cat"), LabelSet.Of("dog", "cat", "dog") });
        Assert.Equal(["cat", "dog"], LabelSet.LabelsOf(";cat;dog;"));
        Assert.Empty(LabelSet.LabelsOf(";"));
        Assert.Equal([true, true, false, false, false, false], new[] { ";", ";a;", ";;", "a", ";a", ";a;;b;" }.Select(LabelSet.IsOne));
        Assert.Equal("LabelSet: expected labels without semicolons, got 'a;b'. Give it another name.", Assert.Throws<MekikiException>(() => LabelSet.Of("a;b")).Message);
    }

    [Fact]
    public void List_WithAColumnOfLabels_IsASetOfThem()
    {
        var set = ImageSet.Open(List("image,labels,part\n1.png,cat; dog,train\n2.png,dog,train\n3.png,,test\n4.png,dog|cat,test\n5.png,U3042,train\n"), new ImageSetOptions { Cache = false });
        Assert.True(set.IsMultiLabel);
        Assert.Equal(["cat", "dog", "あ"], set.Targets);
        Assert.Equal([";cat;dog;", ";dog;", ";", ";cat;dog;", ";あ;"], Enumerable.Range(0, 5).Select(i => set.Classes[set.Labels[i]]));
        Assert.Equal([2, 3, 1], set.Table!.Count(set, [0, 1, 2, 3, 4]));
        Assert.Equal((3, 2), (Split.OwnOf(set)!.Train.Length, Split.OwnOf(set)!.Test.Length));
        // The cache keeps it.
        string path = folder["p/labels.csv"];
        var options = new ImageSetOptions { CacheFolder = folder["cache"] };
        Assert.Equal(ImageSet.Open(path, options).Targets, ImageSet.Open(path, options).Targets);
        Assert.Equal(ImageSet.Open(path, options).Fingerprint, set.Fingerprint);
    }

    [Fact]
    public void List_WithAColumnOfClasses_IsNone()
    {
        var set = ImageSet.Open(List("image,label\n1.png,cat\n2.png,dog\n3.png,dog\n4.png,3.5\n5.png,cat\n"), new ImageSetOptions { Cache = false });
        Assert.False(set.IsMultiLabel);
        Assert.Same(set.Classes, set.Targets);
    }

    [Fact]
    public void Numbers_AreRefusedKindly()
    {
        string path = List("image,target\n1.png,3\n2.png,4.25\n3.png,-1e3\n4.png,5\n5.png,6\n");
        Assert.Equal($"{path}: expected classes, got numbers such as 4.25 for all 5 images. Mekiki tells classes apart and predicts no numbers (regression): give each range of numbers a name, such as low, middle and high.",
            Assert.Throws<MekikiException>(() => ImageSet.Open(path, new ImageSetOptions { Cache = false })).Message);
        // Whole numbers are names of classes.
        Assert.Equal(3, ImageSet.Open(List("image,label\n1.png,0\n2.png,1\n3.png,1\n4.png,2\n5.png,2\n"), new ImageSetOptions { Cache = false }).Classes.Count);
    }
}
