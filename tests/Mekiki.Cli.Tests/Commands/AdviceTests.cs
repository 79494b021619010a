namespace Mekiki.Cli.Tests.Commands;

/// <summary>Messages whose advice must lead on.</summary>
public sealed class AdviceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Predict_OfADataSet_NamesTest()
    {
        string set = folder["pictures of others.zip"];
        File.WriteAllBytes(set, [0x50, 0x4B, 5, 6]);
        Assert.Equal($"{set}: expected images or folders of images, got a file with a data set. `mekiki test runs/a --data '{set}'` tries the model on its images.", TestHost.Run("predict", "runs/a", set).Mistake());
    }

    [Fact]
    public void Compare_OfRunsWithOtherTestParts_SaysWhatToGive()
    {
        string data = Pictures.Folder(folder), a = folder["a/run"], b = folder["b/run"];
        foreach (var (run, fold) in new[] { (a, "1/3"), (b, "2/3") })
            Assert.Equal(0, TestHost.Run("train", "--data", data, "--model", "mlp", "--augment", "none", "--fold", fold, "--out", run).Code);
        Assert.Equal($"{a} and {b}: expected images that both can be tried on, got none in the test parts of both ({data} and {data}). Give others with --data.", TestHost.Run("compare", a, b).Mistake());
        Assert.Equal(
            $"{a} and {b}: expected images that both can be tried on, got none: of {data}, the two keep different images for tests. Give --data images that neither was trained on, or train both with the same --seed, --train and --test.",
            TestHost.Run("compare", a, b, "--data", data).Mistake().Split('\n')[^1]);
    }

    [Fact]
    public void DataCheck_ListsTenImagesOfAGroup()
    {
        string data = Pictures.Folder(folder, each: 2);
        for (int i = 0; i < 13; i++)
            File.WriteAllBytes(folder[$"pictures/d/equal{i:D2}.png"], Pictures.Picture(0, 77));
        string[] lines = [.. TestHost.Run("data", "check", data).Out.Split('\n').Select(line => line.Trim())];
        Assert.Contains(string.Join(" = ", Enumerable.Range(0, 10).Select(i => $"d/equal{i:D2}.png")) + " = and 3 more", lines);
    }

    [Fact]
    public void ManyClasses_AreTen_AndANumber()
    {
        string few = Pictures.Folder(folder), many = folder["many"], run = folder["many/../a run"];
        for (int c = 0; c < 30; c++)
            for (int i = 0; i < 2; i++)
                File.WriteAllBytes(folder[$"many/class {c:D2}/{i}.png"], Pictures.Picture(c % 3, 2 * c + i));
        Assert.Equal(0, TestHost.Run("train", "--data", few, "--model", "mlp", "--out", run).Code);
        Assert.StartsWith(
            $"{many}: expected images of the model's 3 classes (あ, b, c, d), got 30 classes that it was not trained on: class 00, class 01, class 02, class 03, class 04, class 05, class 06, class 07, class 08, class 09, … and 20 more. Use data of its classes",
            TestHost.Run("test", run, "--data", many).Mistake());
    }
}
