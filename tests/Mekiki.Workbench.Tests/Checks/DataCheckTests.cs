using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Sheets;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Checks;

public class DataCheckTests
{
    [Fact]
    public void Check_CountsClassesSizesModes_AndFindsDuplicates()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllBytes(folder["set/U3042/rgb.jpg"], MadeImages.Colour(new SKColor(1, 2, 3), format: SKEncodedImageFormat.Jpeg));
        File.WriteAllBytes(folder["set/U3044/clear.png"], MadeImages.Colour(new SKColor(1, 2, 3, 4), 6, 6));
        File.Copy(folder["set/U3042/1.png"], folder["set/U3042/again.png"]);
        File.Copy(folder["set/U3042/2.png"], folder["set/U3044/wrong.png"]);
        File.WriteAllBytes(folder["set/U3044/bad.png"], [1]);
        var report = DataCheck.Run(path, new ImageSetOptions { Cache = false });
        Assert.Equal(10, report.Images);
        Assert.Equal([new("あ", 5), new("い", 5)], report.Classes);
        Assert.Equal([new("4x3", 9), new("6x6", 1)], report.Sizes);
        Assert.Equal([new("grey", 8), new("alpha", 1), new("rgb", 1)], report.Modes);
        Assert.Equal(1, report.Imbalance);
        Assert.Equal([["U3042/1.png", "U3042/again.png"], ["U3042/2.png", "U3044/wrong.png"]], report.Duplicates);
        Assert.Equal(1, report.CrossClassDuplicates);
        Assert.Equal("U3044/bad.png", Assert.Single(report.Skipped).Name);
    }

    [Fact]
    public void Check_OfOneClass_SaysSo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["set/a/1.png"], MadeImages.Grey());
        var report = DataCheck.Run(folder["set"], new ImageSetOptions { Cache = false });
        Assert.Equal(["There is only one class; training needs two or more.", "1 class has one image only, which cannot both train and test."], report.Notes);
    }

    [Fact]
    public void ContactSheet_ShowsThePixels_PlainAndTransformed()
    {
        using var folder = new TemporaryFolder();
        var shape = new ImageShape(1, 24, 24);
        var set = ImageSet.FromDrawing("made", shape, [0, 1, 1], ["a", "あ"], (index, image) => image.Fill((byte)(50 + 50 * index)));
        ContactSheet.Write(folder["plain.png"], set);
        Assert.True(Colours(folder["plain.png"]).IsSupersetOf([50, 100, 150]));
        ContactSheet.Write(folder["inverted.png"], set, new Pipeline(new Invert(), new ToTensor()));
        Assert.True(Colours(folder["inverted.png"]).IsSupersetOf([205, 155, 105]));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);

        static HashSet<int> Colours(string path)
        {
            using var sheet = SKBitmap.Decode(path);
            return [.. sheet.Pixels.Where(p => p.Red == p.Green && p.Green == p.Blue).Select(p => (int)p.Red)];
        }
    }

    [Fact]
    public void Groups_InBothParts_AreTold()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, i) in new[] { "train/a/1900_7_1.png", "train/b/1900_7_2.png", "train/b/1901_8_1.png", "test/a/1900_7_3.png", "test/b/1902_9_1.png" }.Select((n, i) => (n, i)))
            File.WriteAllBytes(folder["books/" + name], MadeImages.Grey(start: i));
        var notes = DataCheck.Run(folder["books"], new ImageSetOptions { Cache = false }, group: "book").Notes;
        Assert.Contains("5 images are in 3 groups (book), at most 3 images in one.", notes);
        Assert.Contains("1 of the 2 groups that test also have images in the training part: the figures are better than they will be on new groups.", notes);
    }
}
