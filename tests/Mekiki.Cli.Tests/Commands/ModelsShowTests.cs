using System.Text.Json;
using Mekiki.Onnx;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Tests.Commands;

public class ModelsShowTests
{
    [Fact]
    public void NetworkByName_IsListedWithItsCosts()
    {
        var run = TestHost.Run("models", "show", "cnn");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("""
            layer  operation              output    parameters  multiply-adds
            conv1  Conv2d 3x3
            """.ReplaceLineEndings("\n"), run.Out);
        Assert.Contains("\nmodel      cnn, 73 classes, images of 1x48x48\nweights    355,753 parameters, 1.42 MB with buffers\nwork       12,280,320 multiply-adds an image\n", run.Out);
    }

    [Fact]
    public void Json_HasALineForEachOperation_WhoseSumsAreTheLastLines()
    {
        string[] lines = TestHost.Run("models", "show", "resnet18", "--json").Out.TrimEnd('\n').Split('\n');
        var rows = lines[..^1].Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        var whole = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(["layer", "operation", "output", "parameters", "multiply_adds"], rows[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["command", "model", "classes", "input", "parameters", "multiply_adds", "weight_bytes", "peak_bytes", "activation_bytes"], whole.EnumerateObject().Select(p => p.Name));
        Assert.Equal(whole.GetProperty("parameters").GetInt64(), rows.Sum(r => r.GetProperty("parameters").GetInt64()));
        Assert.Equal(whole.GetProperty("multiply_adds").GetInt64(), rows.Sum(r => r.GetProperty("multiply_adds").GetInt64()));
        Assert.Equal(20, rows.Count(r => r.GetProperty("operation").GetString()!.StartsWith("Conv2d", StringComparison.Ordinal)));
    }

    [Fact]
    public void NetworkOf8Bits_HasTheWorkOfItsFloats_AndWeightsOfAByteEach()
    {
        using var folder = new TemporaryFolder();
        var entry = Catalogue.Find("cnn");
        string[] classes = ["a", "b", "c"];
        var recognizer = new Recognizer(entry.Build(entry.DefaultInput, classes.Length), new ModelCard("cnn", classes, Preprocessing.For(entry.DefaultInput)));
        var noise = new byte[4 * entry.DefaultInput.Length];
        new Random(1).NextBytes(noise);
        recognizer.Save(folder["float.safetensors"]);
        Quantizer.Quantize(recognizer, ImageSet.FromPixels("noise", entry.DefaultInput, noise, new int[4], classes), cancellation: TestContext.Current.CancellationToken).Recognizer.Save(folder["bytes.safetensors"]);
        JsonElement[] Lines(string file) => [.. TestHost.Run("models", "show", folder[file], "--json").Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        var (real, whole) = (Lines("float.safetensors"), Lines("bytes.safetensors"));
        long Of(JsonElement[] lines, string name) => lines[^1].GetProperty(name).GetInt64();

        Assert.Equal(Of(real, "multiply_adds"), Of(whole, "multiply_adds"));
        Assert.Equal(["QuantizedConv2d 3x3", "QuantizedConv2d 3x3", "QuantizedLinear"], whole[..^1].Where(r => r.GetProperty("parameters").GetInt64() > 0).Select(r => r.GetProperty("operation").GetString()));
        // Norms went into the weights; biases have 32 bits, as scales, and count with the bytes alone.
        long biases = 64 + 32 + 3, norms = 2 * (64 + 32);
        Assert.Equal(Of(real, "parameters") - biases - norms, Of(whole, "parameters"));
        Assert.InRange(Of(whole, "weight_bytes"), Of(whole, "parameters"), Of(whole, "parameters") + 20 * biases);
        Assert.True(4 * Of(whole, "peak_bytes") < 2 * Of(real, "peak_bytes"));
    }

    [Fact]
    public void RecognizersWithoutLayers_AndMistakes_AreNamed()
    {
        Assert.Contains("its operations cannot be listed", TestHost.Run("models", "show", "neocognitron2003").Error);
        Assert.StartsWith("nosuch: expected a safetensors file, got no such file.", TestHost.Run("models", "show", "nosuch").Mistake());
        Assert.StartsWith("Unknown command 'sho'. Did you mean 'show'?", TestHost.Run("models", "sho", "cnn").Mistake());
        Assert.Equal(0, TestHost.Run("models").Code);
    }
}
