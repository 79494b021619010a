using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public sealed class LayoutTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private ImageSet Open(string files, FolderLayout layout = FolderLayout.Auto, string? parts = null)
    {
        int start = 0;
        foreach (string file in files.Split(' '))
            File.WriteAllBytes(folder["set/" + file], MadeImages.Grey(start: start++ % 6));
        return Containers.Open(folder["set"], new() { Cache = false, LeastClasses = 1, Layout = layout, Parts = parts });
    }

    private static string Parts(ImageSet set) => Split.OwnOf(set) is { } own ? string.Join(' ', own.Train.Length, own.Validation.Length, own.Test.Length) : "none";

    [Theory]
    [InlineData("train/a/1.png train/b/2.png test/a/3.png test/b/4.png sample/5.png", "a b", "2 0 2", 1)]
    [InlineData("seg_train/seg_train/a/1.png seg_train/seg_train/b/2.png seg_test/seg_test/a/3.png seg_test/seg_test/b/4.png seg_pred/seg_pred/5.png", "a b", "2 0 2", 1)]
    [InlineData("training_set/training_set/a/1.png training_set/training_set/b/2.png test_set/test_set/a/3.png test_set/test_set/b/4.png", "a b", "2 0 2", 0)]
    [InlineData("TrainImages/a/1.png TrainImages/b/2.png TestImages/a/3.png TestImages/b/4.png ValImages/b/5.png", "a b", "2 1 2", 0)]
    [InlineData("x/train/images/a/1.png x/train/images/b/2.png x/test/images/a/3.png x/test/images/b/4.png", "a b", "2 0 2", 0)]
    [InlineData("train/a/1.png train/b/2.png test/3.png test/4.png", "a b", "none", 2)]
    [InlineData("Train/a/1.png Train/b/2.png Test/3.png Meta/4.png", "a b", "none", 2)]
    [InlineData("cat/train/1.png cat/test/2.png dog/train/3.png dog/test/4.png", "cat dog", "2 0 2", 0)]
    [InlineData("wrap/a/1.png wrap/b/2.png stray.png", "a b", "none", 1)]
    [InlineData("cat/2019/1.png cat/2.png dog/2019/3.png dog/4.png", "cat dog", "none", 0)]
    [InlineData("cat/images/1.png dog/images/2.png", "cat dog", "none", 0)]
    [InlineData("bus/1.png train/2.png", "bus train", "none", 0)]
    public void Folders_AreReadByNamesAndContents(string files, string classes, string parts, int leftOut)
    {
        var set = Open(files);
        Assert.Equal(classes.Split(' '), set.Classes);
        Assert.Equal(parts, Parts(set));
        Assert.Equal(leftOut, set.Found!.LeftOut.Sum(r => r.Files));
    }

    [Theory]
    [InlineData("train/1.png test/2.png", "test, train are the classes; or they are parts of the data, and lack folders of classes.", "train=test,test=train")]
    [InlineData("test/a/1.png val/a/2.png", "test, val are the classes; or they are parts of the data, and the folders in them are the classes: a.", "train=test,test=val")]
    [InlineData("cam1/a/1.png cam1/b/2.png cam2/a/3.png cam2/b/4.png", "cam1, cam2 are the classes; or they are parts of the data, and the folders in them are the classes: a, b.", "train=cam1,test=cam2")]
    [InlineData("train/a/1.png train/b/2.png holdout/a/3.png holdout/b/4.png", "holdout, train are the classes; or they are parts of the data, and the folders in them are the classes: a, b.", "train=holdout,test=train")]
    [InlineData("train/a/1.png train/b/2.png test/a/3.png test/b/4.png extra/a/5.png extra/b/6.png", "extra, test, train are the classes; or they are parts of the data, and the folders in them are the classes: a, b.", "train=extra,test=train")]
    [InlineData("train/a/1.png train/b/2.png test/c/3.png test/d/4.png", "test, train are the classes; or they are parts of the data, and the folders in them are the classes: a, b.", "train=test,test=train")]
    [InlineData("train/a/1.png train/b/2.png sample/3.png", "sample, train are the classes; or they are parts of the data, and the folders in them are the classes: a, b.", "train=sample,test=train")]
    public void TwoReadings_AreSaid_AndNoneIsTaken(string files, string readings, string example)
    {
        string set = folder["set"];
        Refused.Says(
            $"{set}: expected folders that can be read in one way, got two ways: {readings} Set DataOptions.Layout to classes for the first, to parts for the second, or say by DataOptions.Parts which is which: {example}.",
            $"{set}: expected folders that can be read in one way, got two ways: {readings} Set --layout to classes for the first, to parts for the second, or say by --parts which is which: {example}.",
            () => Open(files));
    }

    [Fact]
    public void Options_DecideWhatFoldersMean()
    {
        const string Files = "cam1/a/1.png cam1/b/2.png cam2/a/3.png cam2/b/4.png other/c/5.png";
        Assert.Equal(["cam1", "cam2", "other"], Open(Files, FolderLayout.Classes).Classes);
        var inner = Open(Files, FolderLayout.Parts);
        Assert.Equal(("a b c", "none"), (string.Join(' ', inner.Classes), Parts(inner)));
        var given = Open(Files, parts: "train = cam1, test=cam2");
        Assert.Equal(("a b", "2 0 2", 1), (string.Join(' ', given.Classes), Parts(given), given.Found!.LeftOut.Sum(r => r.Files)));
        Assert.Equal("parts were given: train=cam1,test=cam2", given.Found.Layout);
        Assert.Equal("2 2 1", Parts(Open(Files, parts: "train=cam1,val=cam2,test=other")));
        var split = new DataOptions { Source = given.Source, Parts = "train=cam2,test=cam1" };
        Assert.All(split.Split(split.Open()).Train, i => Assert.StartsWith("cam2/", split.Open().Names[i]));
    }

    [Fact]
    public void Parts_ThatAreNone_AreRefused()
    {
        Refused.Says(
            "Parts: expected parts and their folders, such as train=a,test=b, with train, validation and test, got 'a=train'.",
            "--parts: expected parts and their folders, such as train=a,test=b, with train, validation and test, got 'a=train'.",
            () => new DataOptions { Parts = "a=train" });
        string source = folder["set"];
        Refused.Says(
            $"Parts: expected folders of {source}, got c, in which no image lies. It has a, b.",
            $"--parts: expected folders of {source}, got c, in which no image lies. It has a, b.",
            () => Open("a/x/1.png b/x/2.png", parts: "train=a,test=c"));
    }

    [Fact]
    public void Names_AreComparedComposed_AndNearOnesAreTold()
    {
        var set = Open("train/cafe\u0301/1.png train/b/2.png test/caf\u00e9/3.png test/b/4.png");
        Assert.Equal(["b", "caf\u00e9"], set.Classes);
        Assert.Equal("2 0 2", Parts(set));
        var near = ImageSet.Open(Containers.All(folder, "near", [("Cat/1.png", MadeImages.Grey()), ("cat/1.png", MadeImages.Grey()), ("cat /1.png", MadeImages.Grey()), ("dog/1.png", MadeImages.Grey())])[0], new() { Cache = false });
        Assert.Contains("The classes 'Cat', 'cat ', 'cat' differ in letter case or spaces alone; if they are one, give their folders one name.", near.Notes);
    }
}
