using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public sealed class ListedFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ListedFilesTests()
    {
        for (int i = 1; i <= 4; i++)
            File.WriteAllBytes(folder[$"images/{i}.png"], MadeImages.Grey(start: i));
    }

    public void Dispose() => folder.Dispose();

    private string Write(string text, string name = "labels.csv")
    {
        File.WriteAllText(folder[name], text);
        return folder[name];
    }

    [Theory]
    [InlineData("image,class\nimages/1.png,b\nimages/2.png,a\n")]
    [InlineData("\uFEFFlabel;id;filename\r\nb;1;images/1.png\r\na;2;images\\2.png\r\n")]
    [InlineData("images/1.png\tb\nimages/2.png\ta")]
    [InlineData("path,label,comment\n\"images/1.png\",\"b\",\"two\nlines, \"\"quoted\"\"\"\n\nimages/2.png,a,\n")]
    public void Lists_OfSeveralForms_GivePathsAndClasses(string text)
    {
        var set = Containers.Open(Write(text));
        Assert.Equal(["a", "b"], set.Classes);
        Assert.Equal([1, 0], set.Labels.ToArray());
        Assert.Equal("labels.csv gives each image its class", set.Found!.Layout);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(4000)]
    public void List_MayHaveManyColumns_OfWhichThreeCount(int columns)
    {
        string[] head = [.. Enumerable.Range(0, columns).Select(i => $"column {i}")], row = new string[columns];
        Array.Fill(row, "x, y");
        (head[columns / 2], head[^2], head[1]) = ("file", "class", "part");
        string text = string.Join(';', head) + "\n";
        for (int i = 1; i <= 4; i++)
        {
            (row[columns / 2], row[^2], row[1]) = ($"images/{i}.png", i % 2 == 0 ? "even" : "odd", i < 3 ? "train" : "test");
            text += string.Join(';', row) + "\n";
        }

        var set = Containers.Open(Write(text));
        Assert.Equal(["even", "odd"], set.Classes);
        Assert.Equal([2, 3], Split.OwnOf(set)!.Test);
    }

    [Fact]
    public void List_WithMoreColumnsThanAnyTable_IsRefused() =>
        Assert.EndsWith("labels.csv: expected a CSV file, got: a record at line 1 with more than 4,096 fields. Correct the file.", Assert.Throws<MekikiException>(() => Containers.Open(Write("image,class" + new string(',', 5000) + "\nimages/1.png,a\n"))).Message);

    [Fact]
    public void Parts_AreTheOwnSplit()
    {
        var set = Containers.Open(Write("image,class,part\nimages/1.png,a,train\nimages/2.png,b,train\nimages/3.png,a,validation\nimages/4.png,b,test\n"));
        var own = Split.OwnOf(set)!;
        Assert.Equal(["0 1", "2", "3"], new[] { own.Train, own.Validation, own.Test }.Select(part => string.Join(' ', part)));
    }

    [Fact]
    public void FilesThatAreNotThere_OrNoImages_AreCounted()
    {
        File.WriteAllText(folder["note.txt"], "x");
        var set = Containers.Open(Write("images/1.png,a\nimages/2.png,b\nimages/9.png,b\nimages,b\nnote.txt,a\nimages/1.png,a\n"));
        Assert.Equal(6, set.Found!.Seen);
        Assert.Equal(["images: expected an image, got a folder", "images/9.png: expected an image, got no such file"], set.Skipped.Select(s => s.ToString()));
        Assert.Equal(["2: cannot be read or has no class (images, images/9.png)", "1: listed twice (images/1.png)", "1: no image (note.txt)"], set.Found.LeftOut.Select(r => r.ToString()));
    }

    [Fact]
    public void WrongLines_AreNamedTogether()
    {
        string path = Write("image,class,part\nimages/1.png,a,train\nimages/1.png,b,train\nimages/2.png,,test\nimages/3.png,a,perhaps\nimages/4.png,a,\n");
        Assert.Equal(
            $"{path}: expected a path and a class in each line, got 4 wrong lines: line 3: 'images/1.png' has another class or part than in line 2; line 4: expected a path and a class, got 'images/2.png' and ''; line 5: expected train, validation or test, got 'perhaps'; line 2: expected a part for all images or for none, got one here and none elsewhere. Correct the file.",
            Assert.Throws<MekikiException>(() => ImageSet.Open(path)).Message);
        File.WriteAllBytes(folder["latin.csv"], [.. "images/1.png,caf"u8, 0xE9]);
        Assert.Equal($"{folder["latin.csv"]}: expected a CSV file in UTF-8, got other bytes. Save it in UTF-8.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["latin.csv"])).Message);
    }

    [Fact]
    public void CachedPixels_FollowTheList()
    {
        var options = new ImageSetOptions { CacheFolder = folder["cache"] };
        Assert.Equal([0, 1], ImageSet.Open(Write("images/1.png,a\nimages/2.png,b\n"), options).Labels.ToArray());
        Assert.Equal([1, 0], ImageSet.Open(Write("images/1.png,b\nimages/2.png,a\n"), options).Labels.ToArray());
    }

    [Fact]
    public void ListThatWouldSteerATerminal_OrHasALineOfMegabytes_IsRefusedInShort()
    {
        File.WriteAllText(folder["e.csv"], "a.png,a,\u001b[31mred\n");
        Assert.Equal($"{folder["e.csv"]}: expected a path and a class in each line, got 1 wrong lines: line 1: expected train, validation or test, got '?[31mred'. Correct the file.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["e.csv"])).Message);
        File.WriteAllText(folder["l.csv"], new string('a', 50 << 20));
        Allocated.AtMost(4 << 20, () =>
            Assert.Equal($"{folder["l.csv"]}: expected a CSV file, got: a field at line 1 with more than 32,768 characters. Correct the file.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["l.csv"])).Message));
        File.WriteAllText(folder["w.csv"], string.Concat(Enumerable.Repeat("a\n", 100_000)));
        Assert.Contains("got 100,000 wrong lines: line 1: expected a path and a class, got 'a' and ''; line 2: ", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["w.csv"])).Message);
    }
}
