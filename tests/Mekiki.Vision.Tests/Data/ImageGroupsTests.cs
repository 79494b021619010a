using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

public class ImageGroupsTests
{
    // Books of 1 to 6 pages, each page of another class.
    private static ImageSet Books(int books, int classes = 5)
    {
        var names = new List<string>();
        var labels = new List<int>();
        for (int book = 0; book < books; book++)
            for (int page = 0; page <= book % 6; page++)
            {
                int label = (book + page) % classes;
                names.Add($"set/c{label}/19{book % 100:00}_{book}_{page}.png");
                labels.Add(label);
            }

        return Named(names, labels, classes);
    }

    private static ImageSet Named(IReadOnlyList<string> names, IReadOnlyList<int> labels, int classes) =>
        ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[names.Count], [.. labels], Enumerable.Range(0, classes).Select(c => $"c{c}"), names);

    [Fact]
    public void Of_FindsTheGroups_ByANameOrARegularExpression()
    {
        var set = Books(20);
        ImageGroups book = ImageGroups.Of(set, "book"), same = ImageGroups.Of(set, @"/(\d+_\d+)_\d+\.png$"), folder = ImageGroups.Of(set, "folder");
        Assert.Equal((20, 20, 5), (book.Count, same.Count, folder.Count));
        Assert.Equal("1900_0", book.Names[0]);
        Assert.Equal("66 images are in 20 groups (book), at most 6 images in one.", book.Describe());
        var some = ImageGroups.Of(set, "_1[0-9]_");
        Assert.True(some.Unmatched > 0 && some.Count == some.Unmatched + 10);
    }

    [Theory]
    [InlineData("nothing", "Group: expected a pattern that matches names of images, got 'nothing', which matches none of")]
    [InlineData("set", "Group: expected two groups or more, got one, 'set', for all")]
    [InlineData("(", "Group: expected book, folder or a regular expression, got '('")]
    public void Of_APatternThatDoesNotServe_IsRefused(string pattern, string message) =>
        Assert.StartsWith(message, Assert.Throws<MekikiException>(() => ImageGroups.Of(Books(20), pattern)).Message);

    [Fact]
    public void Folds_KeepGroupsTogether_AndClassesInProportion()
    {
        var set = Books(300);
        var groups = ImageGroups.Of(set, "book");
        Split[] folds = [.. Enumerable.Range(1, 5).Select(k => Split.OfFold(set, 3, new Fold(k, 5), groups))];
        Assert.Equal(Enumerable.Range(0, set.Count), folds.SelectMany(f => f.Test).Order());
        int[] all = set.CountPerClass();
        Assert.All(folds, fold =>
        {
            Assert.Equal(set.Count, fold.Train.Length + fold.Test.Length);
            Assert.Empty(fold.Train.Select(i => groups[i]).Intersect(fold.Test.Select(i => groups[i])));
            Assert.InRange(fold.Test.Length, set.Count / 5 - 2, set.Count / 5 + 2);
            Assert.All(set.CountPerClass(fold.Test).Select((n, c) => (double)n / all[c]), share => Assert.InRange(share, 0.18, 0.22));
        });
        Assert.Equal(folds[1].Test, Split.OfFold(set, 3, new Fold(2, 5), groups).Test);
        Assert.NotEqual(folds[1].Test.Order(), Split.OfFold(set, 4, new Fold(2, 5), groups).Test.Order());
    }

    [Fact]
    public void Grouped_WithCountsAndValidation_HasNoGroupInTwoParts()
    {
        var set = Books(300);
        var groups = ImageGroups.Of(set, "book");
        var split = Split.Grouped(set, groups, seed: 1, trainCount: 500, testCount: 200).WithValidation(set, 1, 50);
        Assert.InRange(split.Train.Length, 445, 455);
        Assert.InRange(split.Validation.Length, 45, 55);
        Assert.InRange(split.Test.Length, 195, 205);
        int[][] parts = [split.Train, split.Validation, split.Test];
        foreach (var (a, b) in new[] { (0, 1), (0, 2), (1, 2) })
            Assert.Empty(parts[a].Select(i => groups[i]).Intersect(parts[b].Select(i => groups[i])));
    }

    [Fact]
    public void OneLargeGroup_LeavesNothingToTest_AndIsRefused()
    {
        var set = Named(["a_1", "a_2", "a_3"], [0, 1, 0], 2);
        Assert.Equal(
            "Group: expected two groups or more, got one, 'a', for all 3 images. Give a pattern for a part of the names that differs between groups.",
            Assert.Throws<MekikiException>(() => ImageGroups.Of(set, "^a")).Message);
    }
}
