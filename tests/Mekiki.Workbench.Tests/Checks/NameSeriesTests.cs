using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Tests.Checks;

public class NameSeriesTests
{
    private static ImageSet Named(params (string Class, string[] Names)[] classes)
    {
        string[] names = [.. classes.SelectMany(c => c.Names.Select(n => $"{c.Class}/{n}.png"))];
        int[] labels = [.. classes.SelectMany((c, k) => c.Names.Select(_ => k))];
        return ImageSet.FromDrawing("named", new(1, 4, 4), labels, classes.Select(c => c.Class), (i, image) => image.Fill((byte)i), names);
    }

    [Fact]
    public void ClassOfOneBook_IsTold_WhereOthersHaveSeveral()
    {
        var set = Named(("a", ["1900_x_001", "1900_x_002", "1911_y_7"]), ("b", ["1900_x_11", "1911_y_12"]), ("c", ["1911_y_003", "1911_y_004", "1911_y_005"]));
        const string Expected = "1 class has images of one series alone, by their names (c: 1911_y_…): the network may learn the series in place of the class, and a test on images of that series does not show it. Add images from elsewhere.";
        Assert.Equal(Expected, NameSeries.Note(set));
        Assert.Contains(Expected, TrainingWarnings.Of(set, new Split([0, 1, 3, 5], [2, 4, 6, 7], [])));
    }

    [Fact]
    public void NumbersByClass_AreNotTold()
    {
        Assert.Null(NameSeries.Note(Named(("cat", ["cat.1", "cat.2", "cat.3"]), ("dog", ["dog.1", "dog.2"]))));
        Assert.Null(NameSeries.Note(Named(("a", ["1", "2", "3"]), ("b", ["IMG_1", "DSC_2"]), ("c", ["x", "y"]))));
        Assert.Null(NameSeries.Note(Named(("a", ["IMG_1", "IMG_2"]), ("b", ["IMG_3", "IMG_4"]), ("c", ["IMG_5", "DSC_6"]))));
    }
}
