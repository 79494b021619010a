using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests;

/// <summary>Recognizers of weights alone.</summary>
public sealed class WeightsImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("cnn", 1, 20, ".pt")]
    [InlineData("mlp", 3, 8, ".npz")]
    [InlineData("mlp", 1, 8, ".safetensors")]
    [InlineData("resnet18", 3, 32, ".pth")]
    public void Weights_AloneAndBack_GiveTheSameScores(string model, int channels, int side, string extension)
    {
        var network = Catalogue.Find(model).Create(new(channels, side, side), 4, seed: 5);
        string path = folder[$"weights{extension}"];
        WeightsFile.Write(path, network.StateDict());
        var (recognizer, notes) = WeightsImport.Run(WeightsFile.Read(path), new ImportOptions { Model = model, Size = side, Mean = 0.5f, Deviation = 0.25f, Classes = ["a", "b", "c", "d"] });
        Assert.Equal(new Preprocessing(channels, side, side, Mean: 0.5f, Deviation: 0.25f, Fit: ImageFit.Pad), recognizer.Preprocessing);
        Assert.Equal(channels == 3 ? ["The first layer takes colours (3 channels), so images are read in colours."] : [], notes);
        var generator = new Generator(2);
        var x = Tensor.Uniform([2, channels, side, side], ref generator);
        Assert.Equal(new Recognizer(network, recognizer.Card).Scores(x).ToArray(), recognizer.Scores(x).ToArray());
        recognizer.Save(folder["model.safetensors"]);
        Assert.Equal(Weights.Sha256(network.StateDict()), Recognizer.Load(folder["model.safetensors"]).WeightsSha256);
        Assert.True(Recognizer.IsModelFile(folder["model.safetensors"]));
        Assert.False(Recognizer.IsModelFile(path));
    }

    [Fact]
    public void WhatIsNotGiven_IsAssumedAndSaid()
    {
        var (recognizer, notes) = WeightsImport.Run(Of("cnn", new(1, 48, 48), 3), new ImportOptions { Model = "CNN" });
        Assert.Equal(["0", "1", "2"], recognizer.Classes);
        Assert.Equal(new Preprocessing(1, 48, 48, Fit: ImageFit.Pad), recognizer.Preprocessing);
        Assert.Equal("cnn", recognizer.Card.Model);
        Assert.Equal(
            [
                "No size was given: images are scaled to 48x48. Give the size that the weights were trained on.",
                "No class names were given: they are 0 to 2.",
                "No mean and deviation were given: pixels stay in [0, 1]. Give those that the weights were trained with.",
            ],
            notes);
    }

    [Fact]
    public void MeanAndDeviation_MayBeOneForEachChannel()
    {
        ChannelValues mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
        var colours = Of("mlp", new(3, 8, 8), 2);
        var (recognizer, notes) = WeightsImport.Run(colours, new ImportOptions { Model = "mlp", Size = 8, Channels = 3, Classes = ["a", "b"], Mean = mean, Deviation = deviation });
        Assert.Empty(notes);
        Assert.Equal((mean, deviation), (recognizer.Preprocessing.Mean, recognizer.Preprocessing.Deviation));
        Assert.Equal("Preprocessing: expected 1 mean or 3 (RGB), got 2.", Message(colours, new ImportOptions { Model = "mlp", Size = 8, Channels = 3, Mean = [0.1f, 0.2f] }));
        Assert.Equal("Preprocessing: expected 1 deviation for grey images, got 3.", Message(Of("mlp", new(1, 8, 8), 2), new ImportOptions { Model = "mlp", Size = 8, Deviation = deviation }));
    }

    [Fact]
    public void OtherOptionsThanWeights_AreNamed()
    {
        var colours = Of("resnet18", new(3, 32, 32), 3);
        Assert.Equal($"{colours.Name}: expected a first layer for grey images (1 channel), got one for colours (3 channels). Give 3 channels; images of the other kind are turned into these when they are read.",
            Message(colours, new ImportOptions { Model = "resnet18", Channels = 1 }));
        Assert.Equal($"{colours.Name}: expected 3 class names, as many as its last layer has scores, got 2. Give the names that it was trained on, in that order.",
            Message(colours, new ImportOptions { Model = "resnet18", Classes = ["a", "b"] }));
        Assert.Equal("Classes: expected different names, got 'a' twice. Name every class once.", Message(colours, new ImportOptions { Model = "resnet18", Classes = ["a", "b", "a"] }));
        Assert.Equal("resnet18: expected images of 32x32 pixels or more, got 16x16. Give the size that the weights were trained on.", Message(colours, new ImportOptions { Model = "resnet18", Size = 16 }));
        Assert.StartsWith("Unknown model 'resnet-18'. Did you mean 'resnet18'?", Message(colours, new ImportOptions { Model = "resnet-18" }));
        Assert.StartsWith($"{colours.Name}: conv1.bias (64) is missing; ", Message(colours, new ImportOptions { Model = "cnn" }).Replace("conv1.weight has shape (64, 1, 3, 3) in the model, (64, 3, 7, 7) in the file; ", ""));
        var small = Of("mlp", new(1, 8, 8), 2);
        Assert.Equal($"{small.Name}: fc1.weight has shape (64, 144) in the model, (64, 64) in the file. Use weights of the same network with the same sizes. If they are of another network, give its class to Recognizer.Load(path, makeNetwork).", Message(small, new ImportOptions { Model = "mlp", Size = 12 }));
    }

    [Fact]
    public void PartsThatOnlyTrain_MayBeMissing_AllOrNone()
    {
        var entry = Catalogue.Find("googlenet");
        var input = new ImageShape(3, 32, 32);
        var network = entry.Create(input, 3, seed: 5);
        string[] parts = ["aux1", "aux2"];
        var state = network.StateDict();
        var options = new ImportOptions { Model = entry.Name, Size = 32, Classes = ["a", "b", "c"], Mean = 0.5f, Channels = 3 };

        var (recognizer, notes) = WeightsImport.Run(Without(parts), options);
        Assert.Equal(["The file is without aux1 and aux2, which help in training alone: they keep their first weights, and no score depends on them."], notes);
        var generator = new Generator(2);
        var x = Tensor.Uniform([2, 3, 32, 32], ref generator);
        Assert.Equal(new Recognizer(network, recognizer.Card).Scores(x).ToArray(), recognizer.Scores(x).ToArray());
        var first = entry.Create(input, 3, seed: 0).Parameters();
        foreach (var ((name, tensor), fresh) in recognizer.Network.NamedParameters().Zip(first))
            Assert.True(tensor.Values.SequenceEqual(fresh.Values) || !parts.Any(part => name.StartsWith($"{part}.")), name);

        var partly = Without("aux1");
        string missing = string.Join("; ", state.Where(t => t.Name.StartsWith("aux1.")).Select(t => $"{t.Name} {t.Tensor.Shape} is missing"));
        Assert.Equal($"{partly.Name}: {missing}. Use weights of the same network with the same sizes. If they are of another network, give its class to Recognizer.Load(path, makeNetwork).", Message(partly, options));

        WeightsFile Without(params string[] parts)
        {
            string path = folder[$"without {string.Join(' ', parts)}.safetensors"];
            WeightsFile.Write(path, [.. state.Where(t => !parts.Any(part => t.Name.StartsWith($"{part}.")))]);
            return WeightsFile.Read(path);
        }
    }

    private static string Message(WeightsFile weights, ImportOptions options) => Assert.Throws<MekikiException>(() => WeightsImport.Run(weights, options)).Message;

    private WeightsFile Of(string model, ImageShape input, int classes)
    {
        WeightsFile.Write(folder["weights.pt"], Catalogue.Find(model).Create(input, classes).StateDict());
        return WeightsFile.Read(folder["weights.pt"]);
    }

    [Fact]
    public void ClassesThatOnlyAShapeClaims_AreRefused_BeforeNamesAreMade()
    {
        var state = Catalogue.Find("mlp").Create(new(1, 8, 8), 2).StateDict();
        string last = state[^1].Name;
        WeightsFile.Write(folder["w.safetensors"], [(last, Tensor.From(Array.Empty<float>(), [100_000_000, 0]))]);
        string message = "";
        Allocated.AtMost(64 << 20, () => message = Assert.Throws<MekikiException>(() => WeightsImport.Run(WeightsFile.Read(folder["w.safetensors"]), new ImportOptions { Model = "mlp", Size = 8 })).Message);
        Assert.StartsWith($"{folder["w.safetensors"]}: expected ", message);
        Assert.EndsWith($" numbers for each of the 100,000,000 classes that '{last}' tells, got 0 for all. The file is damaged, or of another network.", message);
    }
}
