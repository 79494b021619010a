using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ZstdSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>The same images in a folder, a zip, tars and a list; layouts that must be said.</summary>
public sealed class ContainerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Train_OnAnyContainer_EndsWithTheSameWeights()
    {
        string data = Pictures.Folder(folder, each: 8);
        ZipFile.CreateFromDirectory(data, folder["pictures.zip"]);
        TarFile.CreateFromDirectory(data, folder["pictures.tar"], includeBaseDirectory: true);
        using (var packed = new GZipStream(File.Create(folder["pictures.tar.gz"]), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(data, packed, includeBaseDirectory: false);
        using (var packed = new CompressionStream(File.Create(folder["pictures.tar.zst"]), leaveOpen: false))
            TarFile.CreateFromDirectory(data, packed, includeBaseDirectory: false);
        File.WriteAllLines(folder["labels.csv"], Directory.GetFiles(data, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(folder.Path, f).Replace('\\', '/')).Select(f => $"\"{f}\",\"{f.Split('/')[1]}\""));
        var weights = new HashSet<string?>();
        foreach (string source in new[] { "pictures", "pictures.zip", "pictures.tar", "pictures.tar.gz", "pictures.tar.zst", "labels.csv" })
        {
            string run = Path.Combine(folder.Path, "run-" + source);
            var trained = TestHost.Run("train", "--data", folder[source], "--model", "mlp", "--epochs", "1", "--batch", "8", "--augment", "none", "--out", run, "--json");
            Assert.Equal((0, ""), (trained.Code, trained.Code == 0 ? "" : trained.Error));
            weights.Add(JsonDocument.Parse(trained.Out).RootElement.GetProperty("weights_sha256").GetString());
            var found = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json"))).RootElement.GetProperty("found");
            Assert.Equal((24, 24), (found.GetProperty("seen").GetInt32(), found.GetProperty("read").GetInt32()));
            var tested = TestHost.Run($"test {run}");
            Assert.True(tested.Code == 0, tested.Error);
        }

        Assert.Single(weights);
    }

    [Fact]
    public void LayoutsOfTwoReadings_AreDecidedByOptions_InEveryCommand()
    {
        foreach (string part in new[] { "left", "right" })
            Pictures.Folder(folder, each: 8, name: $"set/{part}");
        string data = folder["set"];
        foreach (string line in new[] { $"data check {data}", $"data preview {data} --out {folder.Path}/p.png", $"train --data {data} --out {folder.Path}/run", $"tune --data {data} --out {folder.Path}/tune", $"chapter --data {data}", $"history --data {data} --out {folder.Path}/line" })
            Assert.Contains("got two ways: left, right are the classes; or they are parts of the data, and the folders in them are the classes: b, c, d, あ. Set --layout to classes for the first, to parts for the second, or say by --parts which is which: train=left,test=right.", TestHost.Run(line).Mistake());
        Assert.StartsWith($"{data}: 48 images of 2 classes\n", TestHost.Run($"data check {data} --layout classes").Out);
        Assert.Contains("layout      the outermost folders are parts, as was said (left, right), and the folders in them are the classes\n", TestHost.Run($"data check {data} --layout parts").Out);
        var run = TestHost.Run($"train --data {data} --parts train=left,test=right --model mlp --epochs 1 --augment none --out {folder.Path}/run");
        Assert.Equal(0, run.Code);
        Assert.Contains("24 images of 3 classes train, 24 test", run.Error);
        Assert.Contains("\"parts\": \"train=left,test=right\"", File.ReadAllText(folder["run/run.json"]));
        Assert.Equal(0, TestHost.Run($"test {folder.Path}/run --data {data} --layout parts").Code);
    }

    [Fact]
    public void FilesLeftOut_AreToldByTrain()
    {
        string data = Pictures.Folder(folder, each: 4);
        File.WriteAllText(folder["pictures/d/readme.txt"], "x");
        File.WriteAllBytes(folder["pictures/@eaDir/1.png"], Pictures.Picture(0, 1));
        var run = TestHost.Run("train", "--data", data, "--model", "mlp", "--epochs", "1", "--augment", "none", "--out", folder["x/run"]);
        Assert.Contains("Left out, 1: in a folder of the system (@eaDir/1.png).\nLeft out, 1: no image (d/readme.txt).\n", run.Error);
    }

    [Fact]
    public void Predict_OfALineWithoutEnd_StopsAtALimit()
    {
        string data = Pictures.Folder(folder, each: 4);
        Assert.Equal(0, TestHost.Run("train", "--data", data, "--model", "mlp", "--epochs", "1", "--augment", "none", "--out", folder["x/run"]).Code);
        Assert.Equal("Standard input: expected paths of images, one a line, got a line of more than 32,768 characters. Give a text.", TestHost.Run($"predict {folder.Path}/x/run -", new string('\0', 40_000)).Mistake());
        if (OperatingSystem.IsLinux())
            Assert.Equal("/dev/zero: expected an image, got 0 bytes (an empty file, a pipe or a device).\n", TestHost.Run($"predict {folder.Path}/x/run /dev/zero").Error);
    }
}
