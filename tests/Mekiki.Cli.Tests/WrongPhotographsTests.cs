namespace Mekiki.Cli.Tests;

/// <summary>What goes wrong with photographs and pretrained weights: one message each, which says what to do. A cache without room: FullDiskTests and PretrainedTests.</summary>
public sealed class WrongPhotographsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private TestHost Train(string data, string run, params string[] more) => TrainOf("cnn", data, run, more);

    private TestHost TrainOf(string model, string data, string run, params string[] more) =>
        TestHost.Run(["train", "--data", data, "--model", model, "--size", "16", "--epochs", "1", "--batch", "8", "--augment", "none", "--out", folder[run], .. more]);

    [Fact]
    public void WeightsToBeginWith_AreToldWhereTheyDoNotFit()
    {
        string data = Pictures.Folder(folder), other = Pictures.Folder(folder, name: "other", classes: 2);
        Assert.Equal(0, Train(data, "first").Code);
        string model = folder["first/model.safetensors"];
        // Another network.
        Assert.Equal($"--from: expected a model of mlp, got one of cnn in {model}. Set --model to cnn, or begin with another.", TrainOf("mlp", data, "a", "--from", model).Mistake());
        // Cut off.
        File.WriteAllBytes(folder["cut.safetensors"], File.ReadAllBytes(model)[..20_000]);
        Assert.Matches("cut.safetensors: tensor '.*': expected its last byte within the .* bytes of data, got .*. The file is cut off or damaged: get or write it again.$", Train(data, "b", "--from", folder["cut.safetensors"]).Mistake());
        // No class in common: the last layer begins anew, and that is said.
        Directory.Move(Path.Combine(other, "U3042"), Path.Combine(other, "x"));
        Directory.Move(Path.Combine(other, "b, c"), Path.Combine(other, "y"));
        var begun = Train(other, "c", "--from", model);
        Assert.Equal(0, begun.Code);
        Assert.Matches($"Begins with the weights of .*model.safetensors, but for .*, which have another shape there: they are drawn.\n", begun.Error);
    }

    [Fact]
    public void ListsAndClasses_AreToldWhereTheyLackSomething()
    {
        string data = Pictures.Folder(folder, each: 6, classes: 2);
        File.WriteAllBytes(folder["pictures/d/00.png"], Pictures.Picture(2, 0));
        // A class with one image.
        Assert.Contains("1 class has one image only: d. Add images.\n", Train(data, "a").Error);
        // Files that are not there.
        File.WriteAllText(folder["pictures/unknown.csv"], "image,class\nU3042/00.png,a\nU3042/01.png,a\nU3042/02.png,b\nd/00.png,b\nd/none.png,b\n");
        var unknown = Train(folder["pictures/unknown.csv"], "b", "--test", "1");
        Assert.Contains("d/none.png: expected an image, got no such file. Skipped.\n", unknown.Error);
        Assert.Contains("1 of 5 files could not be read", unknown.Error);
        // An image without a class.
        File.WriteAllText(folder["pictures/missing.csv"], "image,class\nU3042/00.png,\nd/00.png,b\n");
        Assert.Equal($"{folder["pictures/missing.csv"]}: expected a path and a class in each line, got 1 wrong lines: line 2: expected a path and a class, got 'U3042/00.png' and ''. Correct the file.", Train(folder["pictures/missing.csv"], "c").Mistake());
    }
}
