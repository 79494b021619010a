using System.Text.Json;
using Mekiki.Layers;
using Mekiki.Vision;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx.Tests.Export;

public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> Small => new(Networks(m => m < 15_000_000).SelectMany(m => new[] { (m, 18), (m, 13) }));

    public static TheoryData<string, int> Large => new(Networks(m => m >= 15_000_000).SelectMany(m => new[] { (m, 18), (m, 13) }));

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Networks(Func<long, bool> hasSize) =>
        Catalogue.All.Where(m => !m.IsFitted && hasSize(m.Build(m.DefaultInput, 10).ParameterCount())).Select(m => m.Name);

    [Theory]
    [MemberData(nameof(Small))]
    public void Save_Network_GivesOnnxRuntimeTheSameProbabilities(string model, int operators) => Compare(MadeRecognizer.Of(model), new() { Operators = operators });

    [Theory(Explicit = true)]
    [MemberData(nameof(Large))]
    public void Save_LargeNetwork_GivesOnnxRuntimeTheSameProbabilities(string model, int operators) => Compare(MadeRecognizer.Of(model), new() { Operators = operators });

    [Theory]
    [InlineData("cnn", 18)]
    [InlineData("cnn", 13)]
    [InlineData("kana-net", 18)]
    public void Save_ShiftedViewsColoursAndInversion_GivesTheSameProbabilities(string model, int operators) =>
        Compare(MadeRecognizer.Of(model, channels: 3, side: 20, shift: 2, invert: true), new() { Operators = operators, WithLogits = true });

    [Fact]
    public void Save_CalibratedModel_GivesTheProbabilitiesOfItsTemperature()
    {
        var plain = MadeRecognizer.Of("cnn", side: 12);
        var calibrated = new Recognizer(plain.Network, plain.Card with { Calibration = new Calibration(0.25, images: 10) });
        Compare(calibrated, new() { WithLogits = true });
        var prepared = MadeRecognizer.Prepared(plain, MadeRecognizer.Pixels(plain.Preprocessing.Input, images: 1));
        Assert.NotEqual(plain.Probabilities(prepared).ToArray(), calibrated.Probabilities(prepared).ToArray());
    }

    [Theory]
    [InlineData(18)]
    [InlineData(13)]
    public void Save_AttentionNormsAndTokens_GiveTheSameProbabilities(int operators)
    {
        var made = new Recognizer(new Attentive(), new ModelCard("own", ["a", "b", "c"], new Preprocessing(1, 8, 6)));
        Compare(made, new() { Operators = operators, WithLogits = true });
        // Shifted views are five times as many images.
        Compare(new Recognizer(made.Network, made.Card with { Shift = 1 }), new() { Operators = operators });
    }

    [Theory]
    [InlineData("vgg11_bn_small", 40)]
    [InlineData("googlenet_small", 30)]
    [InlineData("kana-net", 29)]
    [InlineData("resnet20", 21)]
    public void Save_UnusualSize_GivesTheSameProbabilities(string model, int side) => Compare(MadeRecognizer.Of(model, side: side), new());

    [Theory]
    [InlineData(Resampling.Bilinear, 0)]
    [InlineData(Resampling.Bicubic, 0)]
    [InlineData(Resampling.Bilinear, 3)]
    [InlineData(Resampling.Bicubic, 2)]
    public void Save_WithResize_ScalesAsMekikiDoes(Resampling resampling, int margin)
    {
        // Scores are the pixels themselves, so that each grey level is seen.
        const int Side = 16;
        var card = new ModelCard("pixels", [.. Enumerable.Range(0, Side * Side).Select(c => $"{c}")], new Preprocessing(1, Side, Side, Deviation: 1 / 255f) { Resampling = resampling, Margin = margin });
        var recognizer = new Recognizer(new Flatten(), card);
        OnnxExport.Save(recognizer, folder["model.onnx"], new() { WithResize = true, WithLogits = true });
        for (int i = 0; i < 20; i++)
        {
            int height = 3 + 7 * i, width = 150 - 6 * i;
            byte[] pixels = MadeRecognizer.Pixels(new ImageShape(1, height, width), images: 1, seed: i);
            float[] theirs = Runtime.Run(folder["model.onnx"], pixels, [1, 1, height, width], "logits");
            float[] ours = recognizer.Scores(recognizer.Prepare(ImageInput.FromPixels(pixels, width, height, PixelFormat.Gray8))).ToArray();
            Assert.All(ours.Zip(theirs), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1.001f));
        }
    }

    [Fact]
    public void Save_Metadata_HoldClassesCardAndPreprocessing()
    {
        var recognizer = MadeRecognizer.Of("mlp", classes: 2);
        OnnxExport.Save(recognizer, folder["model.onnx"]);
        var metadata = Runtime.Metadata(folder["model.onnx"]);
        Assert.Equal(@"{0: 'class \'0\'', 1: 'class \'1\''}", metadata["names"]);
        Assert.Equal(("classify", "[48, 48]", "1", "grey"), (metadata["task"], metadata["imgsz"], metadata["channels"], metadata["colours"]));
        var card = JsonDocument.Parse(metadata["mekiki"]).RootElement;
        Assert.Equal(("mlp", 0.74f), (card.GetProperty("model").GetString(), card.GetProperty("preprocessing").GetProperty("mean").GetSingle()));
    }

    [Fact]
    public void Write_Stream_GivesTheBytesOfSave()
    {
        var recognizer = MadeRecognizer.Of("three-layer", side: 8);
        OnnxExport.Save(recognizer, folder["model.onnx"]);
        using var stream = new MemoryStream();
        OnnxExport.Write(recognizer, stream);
        Assert.Equal(File.ReadAllBytes(folder["model.onnx"]), stream.ToArray());
    }

    [Theory]
    [InlineData("neocognitron")]
    [InlineData("neocognitron2003")]
    [InlineData("sift-fisher-svm")]
    public void Save_WhatLearnsWithoutGradients_IsRefusedByName(string model)
    {
        var recognizer = new Recognizer(Catalogue.Find(model).Build(new ImageShape(1, 48, 48), 2), new ModelCard(model, ["a", "b"], new Preprocessing(1, 48, 48)));
        var e = Assert.Throws<MekikiException>(() => OnnxExport.Save(recognizer, folder["model.onnx"]));
        Assert.Equal($"{model}: expected a network, got a recognizer that ONNX files do not hold. Train another model, such as kana-net or resnet18, to export it.", e.Message);
        Assert.False(File.Exists(folder["model.onnx"]));
    }

    [Fact]
    public void Save_AdaptiveMaxima_GiveTheSameScores()
    {
        Compare(Of(x => x.AdaptiveMaxPool(2, 3).Flatten(), 6), new() { WithLogits = true });
        Compare(Of(x => x.AdaptiveMaxPool(1, 1).Flatten(), 1), new() { WithLogits = true });
        var uneven = Of(x => x.AdaptiveMaxPool(4, 3).Flatten(), 12);
        Assert.StartsWith("AdaptiveMaxPool: expected windows that are all alike, got images of (2, 1, 6, 6) that become (2, 1, 4, 3).", Assert.Throws<MekikiException>(() => OnnxExport.Save(uneven, folder["model.onnx"])).Message);

        static Recognizer Of(Func<Tensor, Tensor> forward, int classes) => new(new Rooted(forward), new ModelCard("own", [.. Enumerable.Range(0, classes).Select(c => $"{c}")], new Preprocessing(1, 6, 6)));
    }

    [Fact]
    public void Save_OtherOperations_AreRefused()
    {
        Assert.Equal(
            "Rooted: expected operations that ONNX files hold, got Rsqrt. Export another network, or write it with convolutions, linear layers, norms, pooling and functions of one number.",
            Refused(new Rooted(x => x.Flatten().Rsqrt())));
        Assert.Equal(
            "Rooted: expected a network of operations that ONNX files hold, got one that computes with others. Export another network, or write it with convolutions, linear layers, norms, pooling and functions of one number.",
            Refused(new Rooted(x => x.CumSum(2).Flatten())));
    }

    [Fact]
    public void Save_ResizeWithoutAntialiasOrStretching_IsRefused()
    {
        var recognizer = MadeRecognizer.Of("mlp", side: 8);
        var old = Assert.Throws<MekikiException>(() => OnnxExport.Save(recognizer, folder["model.onnx"], new() { Operators = 13, WithResize = true }));
        Assert.Equal("WithResize: expected operators of version 18, which scale with antialias, got 13. Write version 18, or scale images before.", old.Message);
        var padded = new Recognizer(recognizer.Network, recognizer.Card with { Preprocessing = new Preprocessing(1, 8, 8, Fit: ImageFit.Pad) });
        var fit = Assert.Throws<MekikiException>(() => OnnxExport.Save(padded, folder["model.onnx"], new() { WithResize = true }));
        Assert.Equal("WithResize: expected a model whose images are stretched to its size, got one whose images are fitted by Pad. Scale images before, and write the file without it.", fit.Message);
        Assert.Equal("Operators: expected 13 or 18, got 17.", Assert.Throws<MekikiException>(() => new OnnxExportOptions { Operators = 17 }).Message);
    }

    private string Refused(Module network) => Assert.Throws<MekikiException>(() =>
        OnnxExport.Save(new Recognizer(network, new ModelCard("own", ["a", "b", "c", "d"], new Preprocessing(1, 2, 2))), folder["model.onnx"])).Message;

    private void Compare(Recognizer recognizer, OnnxExportOptions options)
    {
        const int Images = 3;
        OnnxExport.Save(recognizer, folder["model.onnx"], options);
        var input = recognizer.Preprocessing.Input;
        byte[] pixels = MadeRecognizer.Pixels(input, Images);
        var prepared = MadeRecognizer.Prepared(recognizer, pixels);
        float[] ours = recognizer.Probabilities(prepared).ToArray();
        long[] sizes = [Images, input.Channels, input.Height, input.Width];
        Assert.All(ours.Zip(Runtime.Run(folder["model.onnx"], pixels, sizes)), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
        if (options.WithLogits)
            Assert.All(recognizer.Scores(prepared).ToArray().Zip(Runtime.Run(folder["model.onnx"], pixels, sizes, "logits")), p => Assert.Equal(p.First, p.Second, 1e-3f));
    }

    private sealed class Rooted(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor x) => forward(x);
    }
}
