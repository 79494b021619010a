using System.Security.Cryptography;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Data;

namespace Mekiki.Vision.Tests;

/// <summary>Weights that torchvision publishes: the table, the check of what arrives, and the recognizer that a file makes.</summary>
public sealed class PublishedWeightsTests : IDisposable
{
    private static readonly Lazy<(byte[] File, string Sha256)> squeezeNet = new(() =>
    {
        using var folder = new TemporaryFolder();
        WeightsFile.Write(folder["w.pth"], Catalogue.Find("squeezenet1_1").Create(new(3, 224, 224), 1000, seed: 3).StateDict());
        byte[] bytes = File.ReadAllBytes(folder["w.pth"]);
        return (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    });

    private readonly TemporaryFolder folder = new();

    private static PublishedWeights Made => new("own", "squeezenet1_1", $"squeezenet1_1-{squeezeNet.Value.Sha256[..8]}.pth", 5, 50) { Margin = 16, Resampling = Resampling.Bicubic };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Table_NamesNetworksOfTheCatalogue_AndEachOnce()
    {
        Assert.All(PublishedWeights.All, w =>
        {
            Assert.Equal(w.Model, Catalogue.Find(w.Model).Name);
            Assert.Matches("^[0-9a-f]{8}([0-9a-f]{2})?$", w.Sha256Start);
            Assert.StartsWith("https://download.pytorch.org/models/", w.Url);
            Assert.InRange(w.Accuracy, 50, 90);
        });
        Assert.Equal(PublishedWeights.All.Count, PublishedWeights.All.Select(w => w.Name).Distinct().Count());
        Assert.Equal((224, 16, Resampling.Bilinear), Framed("resnet18"));
        Assert.Equal((224, 4, Resampling.Bilinear), Framed("resnet50-v2"));
        Assert.Equal((224, 16, Resampling.Bicubic), Framed("efficientnet_b0"));
        Assert.Equal((300, 10, Resampling.Bicubic), Framed("efficientnet_b3"));
        Assert.Equal((384, 0, Resampling.Bilinear), Framed("efficientnet_v2_s"));

        static (int, int, Resampling) Framed(string name) => PublishedWeights.Named(name) is var w ? (w.Side, w.Margin, w.Resampling) : default;
        Assert.Equal(PublishedWeights.All.Count, PublishedWeights.All.Select(w => w.File).Distinct().Count());
        Assert.Equal("Unknown weights 'resnet5'. Did you mean 'resnet50'? PublishedWeights.All lists all.", Assert.Throws<MekikiException>(() => PublishedWeights.Named("resnet5")).Message);
    }

    [Fact]
    public async Task FileThatArrives_IsARecognizerOfAThousandClasses()
    {
        using var server = new LoopbackServer(squeezeNet.Value.File);
        var file = await Made.Download(server.Url, folder.Path).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((Made.PathIn(folder.Path), squeezeNet.Value.Sha256), (file.Path, file.Sha256));
        var recognizer = Made.Load(folder.Path);
        Assert.Equal((1000, "999"), (recognizer.Classes.Count, recognizer.Classes[^1]));
        Assert.Equal(new Preprocessing(3, 224, 224, Mean: [0.485f, 0.456f, 0.406f], Deviation: [0.229f, 0.224f, 0.225f], Fit: ImageFit.Crop) { Margin = 16, Resampling = Resampling.Bicubic }, recognizer.Preprocessing);
        // Names may be told twice, as ImageNet's are.
        File.WriteAllLines(PublishedWeights.NamesPathIn(folder.Path), Enumerable.Range(0, 1000).Select(i => i is 4 or 7 ? "crane" : $"class {i}"));
        Assert.Equal(["crane", "class 5", "class 6", "crane (2)"], Made.Load(folder.Path).Classes.Skip(4).Take(4));
        File.WriteAllLines(PublishedWeights.NamesPathIn(folder.Path), ["one"]);
        Assert.Equal($"{PublishedWeights.NamesPathIn(folder.Path)}: expected 1,000 class names, one a line, got 1. Delete it, or write the names anew.", Assert.Throws<MekikiException>(() => Made.Load(folder.Path)).Message);
    }

    [Fact]
    public async Task OtherFile_IsRefused_AndDoesNotGetItsName()
    {
        byte[] other = [.. squeezeNet.Value.File];
        other[^1000] ^= 1;
        using var server = new LoopbackServer(other);
        string message = (await Assert.ThrowsAsync<MekikiException>(() => Made.Download(server.Url, folder.Path).RunAsync(TestContext.Current.CancellationToken))).Message;
        Assert.Contains($"a file whose sha256 begins with {Made.Sha256Start}", message);
        Assert.False(File.Exists(Made.PathIn(folder.Path)));
    }

    [Fact]
    public void FileFromElsewhere_IsCopied_IfItIsTheRightOne()
    {
        File.WriteAllBytes(folder["stick/w.bin"], squeezeNet.Value.File);
        var file = Made.CopyFrom(folder["stick/w.bin"], folder.Path);
        Assert.Equal((Made.PathIn(folder.Path), squeezeNet.Value.Sha256, squeezeNet.Value.File.Length), (file.Path, file.Sha256, file.Length));
        Assert.Equal(squeezeNet.Value.File, File.ReadAllBytes(file.Path));
        Assert.True(File.Exists(file.Path + ".sha256"));
        File.WriteAllBytes(folder["stick/w.bin"], [1, 2, 3]);
        Assert.StartsWith($"{folder["stick/w.bin"]}: expected the weights own, whose sha256 begins with {Made.Sha256Start}, got ", Assert.Throws<MekikiException>(() => Made.CopyFrom(folder["stick/w.bin"], folder["other"])).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["other/weights"]));
        Assert.Equal($"{folder["stick/x.bin"]}: expected the weights own, got no such file. Check the path.", Assert.Throws<MekikiException>(() => Made.CopyFrom(folder["stick/x.bin"], folder.Path)).Message);
    }

    [Fact]
    public void Here_AreTheMostAccurateOfThoseThatAreQuick()
    {
        Assert.Null(PublishedWeights.Here(folder.Path));
        Put("squeezenet1_1");
        Assert.Null(PublishedWeights.Here(folder.Path));   // it has no features
        Put("vgg16");
        Assert.Equal("vgg16", PublishedWeights.Here(folder.Path)?.Name);
        Put("resnet50-v2");
        Assert.Equal("resnet50-v2", PublishedWeights.Here(folder.Path)?.Name);
        Put("mobilenet_v2");
        Put("resnet18");
        Assert.Equal("mobilenet_v2", PublishedWeights.Here(folder.Path)?.Name);

        void Put(string name) => File.WriteAllText(Prepared(PublishedWeights.Named(name).PathIn(folder.Path)), "");

        static string Prepared(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }
    }

    [Fact]
    public void WeightsThatAreNotHere_AreToldWithTheCommand()
    {
        string message = Assert.Throws<MekikiException>(() => PublishedWeights.Named("resnet18").Load(folder.Path)).Message;
        Assert.Equal($"resnet18: expected the downloaded weights at {Path.Combine(folder.Path, "weights", "resnet18-f37072fd.pth")}, got no file. Run PublishedWeights.Named(\"resnet18\").Download().RunAsync() first, or give the path of a model file.", message);
        Assert.True(Recognizer.IsNamed("ResNet18"));
        Assert.False(Recognizer.IsNamed("no such"));
    }

    [Fact]
    public void NamesOfOldTimes_AreUnderstood()
    {
        // PyTorch 0.4: norm.1 for norm1, and no counters of batches.
        var network = Catalogue.Find("densenet121").Create(new(3, 32, 32), 5, seed: 2);
        WeightsFile.Write(folder["old.pth"], [.. network.StateDict().Where(t => !t.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Select(t => (
            t.Name.Contains(".denselayer", StringComparison.Ordinal) ? t.Name.Replace(".norm1.", ".norm.1.").Replace(".norm2.", ".norm.2.").Replace(".conv1.", ".conv.1.").Replace(".conv2.", ".conv.2.") : t.Name, t.Tensor))]);
        var (recognizer, _) = WeightsImport.Run(WeightsFile.Read(folder["old.pth"]), new ImportOptions { Model = "densenet121", Size = 32 });
        Assert.Equal(Weights.Sha256(network.StateDict()), recognizer.WeightsSha256);
    }
}
