using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Tests.Checks;

public class TrainingWarningsTests
{
    // Every image has a grey of its own, unless two are to be equal.
    private static ImageSet Set(int[] labels, string[]? names = null, Func<int, int>? grey = null) =>
        ImageSet.FromDrawing("x", new(1, 4, 4), labels, ["a", "b"], (i, image) => image.Fill((byte)(grey?.Invoke(i) ?? i)), names);

    [Fact]
    public void RareClass_IsTold_WithWhatToDo()
    {
        var set = Set([.. Enumerable.Repeat(0, 30), .. Enumerable.Repeat(1, 6), 0, 1]);
        var split = new Split([.. Enumerable.Range(0, 36)], [36, 37], []);
        const string Expected = "Classes are imbalanced: 30 images of a train and 6 of b. Balanced accuracy counts all classes alike; --balance helps to learn the rare ones.";
        Assert.Equal([Expected], TrainingWarnings.Of(set, split));
        Assert.Empty(TrainingWarnings.Of(set, split, Balance.Sampling));
        Assert.Empty(TrainingWarnings.Of(set, split with { Train = [.. Enumerable.Range(10, 26)] }));
    }

    [Fact]
    public void ClassesWithFewImages_AreTold_WithTheirNumbers()
    {
        var set = Set([0, 0, 0, 0, 0, 1, 1, 1, 0, 1]);
        Assert.Equal(["1 class has fewer than 5 training images: b (3). Figures of them say little. Add images, or leave these classes out."], TrainingWarnings.Of(set, new Split([0, 1, 2, 3, 4, 5, 6, 7], [8, 9], [])));
        Assert.Equal("2 classes have fewer than 5 training images: a (4), b (3). Figures of them say little. Add images, or leave these classes out.", Assert.Single(TrainingWarnings.Of(set, new Split([0, 1, 2, 3, 5, 6, 7], [8, 9], []))));
    }

    [Fact]
    public void EqualImages_InTwoParts_OrOfTwoClasses_AreTold()
    {
        int[] labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1];
        // 12 validates and equals 10, which tests; 11 tests and equals 5, which trains.
        var set = Set(labels, grey: i => i switch { 12 => 10, 11 => 5, _ => i });
        var split = new Split([.. Enumerable.Range(0, 10)], [10, 11], []) { Validation = [12, 13] };
        Assert.Equal(
            [
                "1 of 2 test images is also among the training images (000011 = 000005): the figures will be too good. `mekiki data check` lists equal images; remove the copies, or keep them in one part by --group.",
                "1 of 2 test images is also among the validation images (000010 = 000012): the figures will be too good. `mekiki data check` lists equal images; remove the copies, or keep them in one part by --group.",
            ],
            TrainingWarnings.Of(set, split));
        var contradictory = Set(labels, grey: i => i is 9 ? 0 : i);
        Assert.Equal(["1 training image equals one of another class (000000 = 000009): one of both labels is wrong. `mekiki data check` lists them."], TrainingWarnings.Of(contradictory, split));
        Assert.Empty(TrainingWarnings.Of(Set(labels), split));
    }

    [Fact]
    public void ClassOfOneGroup_IsTold_WhereGroupsAreKnown()
    {
        string[] names = [.. Enumerable.Range(0, 12).Select(i => i < 6 ? $"a/tree{i % 3}_{i}.png" : $"b/burst7_{i}.png")];
        var set = Set([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], names);
        var split = new Split([.. Enumerable.Range(0, 12)], [], []) { Groups = ImageGroups.Of(set, @"([^/]+)_") };
        const string Expected = "1 class has images of one group alone: b (burst7). They train or they test, never both, and the network may learn the group in place of the class. Add images of other groups.";
        Assert.Contains(Expected, TrainingWarnings.Of(set, split));
        Assert.DoesNotContain(Expected, TrainingWarnings.Of(set, split with { Groups = null }));
        Assert.Contains(Expected, DataCheck.Of(set, split.Groups, null).Report.Notes);
        Assert.Contains("1 class has fewer than 5 images: b (2). Figures of them say little. Add images, or leave these classes out.", DataCheck.Of(Set([0, 0, 0, 0, 0, 1, 1]), null, null).Report.Notes);
    }
}
