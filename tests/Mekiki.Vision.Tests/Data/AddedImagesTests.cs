using Mekiki.Vision.Data;
using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Images that are added to a set train beside its own; what tests, validates and groups is as without them.</summary>
public sealed class AddedImagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AddedImages_TrainAndNothingElse()
    {
        var own = new DataOptions { Source = Folder("own", 12), Validation = 4, Group = "([0-9]+)[.]png$" };
        var alone = own.Split(own.Open());
        var more = own with { Add = Folder("more", 5) };
        var set = more.Open();
        var split = more.Split(set);
        Assert.Equal(34, set.Count);
        Assert.Equal(alone.Test, split.Test);
        Assert.Equal(alone.Validation, split.Validation);
        Assert.Equal([.. alone.Train, .. Enumerable.Range(24, 10)], split.Train);
        // None of them is of a group of the set's own, whatever its name.
        Assert.Equal(alone.Groups!.Count + 10, split.Groups!.Count);
        for (int i = 24; i < set.Count; i++)
        {
            Assert.StartsWith("added/", set.Names[i], StringComparison.Ordinal);
            Assert.Contains($"/{(set.Classes[set.Labels[i]] == "あ" ? "U3042" : "U3044")}/", set.Names[i], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OfSetsWithParts_TheTrainingPartIsAdded()
    {
        Folder("parts/train", 3);
        Folder("parts/test", 2);
        var options = new DataOptions { Source = Folder("own", 4), Add = folder["parts"] };
        var set = options.Open();
        Assert.Equal(8 + 6, set.Count);
        Assert.All(set.Names.Skip(8), name => Assert.Contains("/train/", name, StringComparison.Ordinal));
    }

    [Fact]
    public void OtherClasses_AreRefused()
    {
        var options = new DataOptions { Source = Folder("own", 3), Add = Folder("more", 3) };
        Directory.Move(folder["more/U3042"], folder["more/dog"]);
        Assert.Contains("got 'dog' in", Assert.Throws<MekikiException>(() => options.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hand_WithoutKana_IsRefused() =>
        Assert.Contains("expected it with kana", Assert.Throws<MekikiException>(() => new DataOptions { Source = Folder("own", 3), Hand = KanaHand.Pen }.Open()).Message, StringComparison.Ordinal);

    // Classes あ and い, so many images of each, 4x3 pixels.
    private string Folder(string name, int each)
    {
        foreach (string code in new[] { "U3042", "U3044" })
            for (int i = 0; i < each; i++)
            {
                string path = folder[$"{name}/{code}/{i}.png"];
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, MadeImages.Grey(start: i % 5));
            }

        return folder[name];
    }
}
