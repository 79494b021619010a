using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public sealed class PartFoldersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private ImageSet Set(params string[] files)
    {
        for (int i = 0; i < files.Length; i++)
            File.WriteAllBytes(folder["set/" + files[i]], MadeImages.Grey(start: i % 6));
        return ImageSet.Open(folder["set"], new ImageSetOptions { Cache = false });
    }

    [Theory]
    [InlineData("train", "test")]
    [InlineData("Training", "Testing")]
    [InlineData("train", "t10k")]
    [InlineData("train", "val")]
    public void FoldersOfParts_AreNoClasses_AndSayWhichImagesTest(string train, string other)
    {
        var set = Set($"{train}/U3042/1.png", $"{train}/b/2.png", $"{other}/U3042/3.png", $"{other}/b/4.png", $"{other}/b/5.png");
        Assert.Equal(["b", "あ"], set.Classes);
        Assert.Empty(set.Skipped);
        var own = new DataOptions { Source = set.Source }.Split(set);
        Assert.All(own.Train, i => Assert.StartsWith(train + "/", set.Names[i]));
        Assert.All(own.Test, i => Assert.StartsWith(other + "/", set.Names[i]));
        Assert.Equal((2, 3, 0), (own.Train.Length, own.Test.Length, own.Validation.Length));
        Assert.Equal([$"{set.Source} says itself which images test: 3 of 5. Give counts or a fold to split it anew."], own.Notes);
        Assert.Equal((4, 1), Sizes(new() { Source = set.Source, Test = 1 }));
        Assert.Equal((2, 3), Sizes(new() { Source = set.Source, Train = 2, Test = 3 }));

        (int, int) Sizes(DataOptions options) => (options.Split(set).Train.Length, options.Split(set).Test.Length);
    }

    [Fact]
    public void OwnValidationPart_IsUsed_AndNotMixedWithAnother()
    {
        var set = Set("mine/train/a/1.png", "mine/train/b/2.png", "mine/val/a/3.png", "mine/test/b/4.png", "mine/test/stray.png");
        Assert.Equal(["a", "b"], set.Classes);
        Assert.Equal("mine/test/stray.png", Assert.Single(set.Skipped).Name);
        var own = new DataOptions { Source = set.Source }.Split(set);
        Assert.Equal(["mine/val/a/3.png"], own.Validation.Select(i => set.Names[i]));
        Assert.Equal(["mine/test/b/4.png"], own.Test.Select(i => set.Names[i]));
        Assert.Equal("1 class has no image to test on: a. Test on more images.", own.Notes[^1]);
        Refused.Says(
            $"Validation: expected it without images that have this part, of which {set.Source} has 1. Leave it out.",
            $"--validation: expected it without images that have this part, of which {set.Source} has 1. Leave it out.",
            () => new DataOptions { Source = set.Source, Validation = 0.5 }.Split(set));
    }

    [Theory]
    [InlineData("train/1.png", "bus/1.png")]
    [InlineData("train/a/1.png", "bus/a/1.png")]
    [InlineData("train_station/1.png", "test_tube/1.png")]
    public void OtherFolders_AreClasses(string one, string other)
    {
        var set = Set(one, other);
        Assert.Equal([one[..one.IndexOf('/')], other[..other.IndexOf('/')]], set.Classes.OrderDescending().OrderBy(c => !one.StartsWith(c, StringComparison.Ordinal)));
        Assert.Null(Split.OwnOf(set));
    }
}
