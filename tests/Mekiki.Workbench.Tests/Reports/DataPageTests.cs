using System.Text.RegularExpressions;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Reports;

namespace Mekiki.Workbench.Tests.Reports;

public sealed class DataPageTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Two parts that share an image and a group, an image in two classes, a file that is no image, and a class with a hostile name.
    private static string Made(TemporaryFolder folder)
    {
        string[] names = ["train/a/1900_7_1.png", "train/a/1901_8_1.png", "train/b/1902_9_1.png", "train/b/1903_10_1.png", "test/a/1900_7_2.png", "test/b/1904_11_1.png", "test/c/1905_12_1.png"];
        var list = new System.Text.StringBuilder("image,class,part\n");
        for (int i = 0; i < names.Length; i++)
        {
            File.WriteAllBytes(folder["set/" + names[i]], MadeImages.Grey(width: 18, height: 18, start: 7 * i));
            list.Append($"{names[i]},{(names[i].Split('/')[1] == "c" ? Hostile : names[i].Split('/')[1])},{names[i].Split('/')[0]}\n");
        }

        File.Copy(folder["set/train/b/1902_9_1.png"], folder["set/test/a/1906_13_1.png"]);
        list.Append("test/a/1906_13_1.png,a,test\n");
        File.WriteAllBytes(folder["set/train/a/1907_14_1.png"], [1]);
        list.Append("train/a/1907_14_1.png,a,train\n");
        File.WriteAllText(folder["set/list.csv"], list.ToString());
        return folder["set/list.csv"];
    }

    private static (DataPage Page, string Path) Page(TemporaryFolder folder, DataPageOptions? options = null)
    {
        var page = DataPage.Of(Made(folder), (options ?? new()) with { Reading = new ImageSetOptions { Cache = false }, Group = "book" });
        page.Write(folder["page.html"]);
        return (page, folder["page.html"]);
    }

    [Theory]
    [InlineData("en", "In three sentences", "3 images of 3 classes", "8 images of 3 classes were read, 1 to 4 of each.")]
    [InlineData("ja", "三行でいうと", "", "3 クラス、8 枚の画像を読みました（1 クラスあたり 1 から 4 枚）。")]
    public void Page_IsOneFile_ThatNeedsNothingElse(string language, string title, string absent, string first)
    {
        using var folder = new TemporaryFolder();
        var (page, path) = Page(folder, new() { Language = language });
        string text = File.ReadAllText(path);
        Assert.StartsWith($"<!DOCTYPE html>\n<html lang=\"{language}\">", text);
        Assert.Contains(title, text);
        Assert.Equal(first, page.Verdict[0]);
        Assert.False(absent.Length > 0 && text.Contains(absent, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"(src|href)=""(?!#)", text);
        Assert.DoesNotContain("<script", text);
        Assert.DoesNotContain("<img", text);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", text);
        Assert.Contains("default-src 'none'", text);
    }

    [Fact]
    public void Page_TellsWhatIsWrong()
    {
        using var folder = new TemporaryFolder();
        var (page, path) = Page(folder);
        string text = File.ReadAllText(path);
        Assert.Equal("To look at: 3 classes have fewer than 20 images; 1 images are equal but of different classes, so one label is wrong; 2 of 4 test images have an equal, nearly equal or related image among the training images; 1 files cannot be read; some classes have no image in a part.", page.Verdict[1]);
        Assert.Contains("With 4 images to test on, a measured accuracy of 99 %", page.Verdict[2]);
        Assert.Contains("◀ across classes a, b: ", text);
        Assert.Contains("test/a/1906_13_1.png = train/b/1902_9_1.png", text);
        Assert.Contains("<th scope=\"row\">test, known from training</th><td class=\"n\">4</td><td class=\"n\">1</td><td class=\"n\">0</td><td class=\"n\">1 (25.0&#160;%)</td>", text);
        Assert.Contains("7 groups (book), at most 2 images in one; 0 images match no group and stand alone.", text);
        Assert.Contains("<th scope=\"row\">train/a/1907_14_1.png</th>", text);
        Assert.Equal(8 + 2, Regex.Count(text, "<span class=\"sprite i[0-9]+\""));
    }

    [Fact]
    public void Page_WithoutRoom_ShowsFewerImages_AndSaysSo()
    {
        using var folder = new TemporaryFolder();
        string text = File.ReadAllText(Page(folder, new() { MostImages = 3 }).Path);
        Assert.Equal(2 + 1, Regex.Count(text, "<span class=\"sprite i[0-9]+\""));
        Assert.Contains("There is no room for 2 more classes (--images).", text);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Page_InABrowser_SaysNothingToTheConsole_AndHasNoViolationThatAxeFinds(string language)
    {
        using var folder = new TemporaryFolder();
        string page = Page(folder, new() { Language = language }).Path;
        Assert.Empty((await Chromium.Open(page, folder, Token)).Console);
        await Axe.Check(page, folder, Token);
    }
}
