using Mekiki.Files;
using Mekiki.Onnx.Tests.Export;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Networks of other programs in Mekiki's model files.</summary>
public sealed class GraphFormTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public GraphFormTests() => OnnxImport.Register();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cnn")]
    [InlineData("resnet20")]
    [InlineData("googlenet_small")]
    public void SavedAsModelFile_GivesTheSameBits(string model)
    {
        var read = Read(model);
        read.Save(folder["model.safetensors"]);
        var loaded = Recognizer.Load(folder["model.safetensors"]);
        Assert.Equal(read.WeightsSha256, loaded.WeightsSha256);
        Assert.Equal(Scores(read), Scores(loaded));
    }

    [Fact]
    public void NewHead_KeepsTheFeatures_AndIsExported()
    {
        var read = Read("resnet20");
        var network = ((IHasForm)read.Network).WithHead(4, seed: 3);
        network.Eval();
        var other = new Recognizer(network, new ModelCard("onnx", ["a", "b", "c", "d"], read.Preprocessing));
        var x = Tensor.From([.. MadeRecognizer.Pixels(read.Preprocessing.Input, 2).Select(p => p / 255f)], [2, 1, 48, 48]);
        Assert.Equal(read.Features(x).ToArray(), other.Features(x).ToArray());
        other.Save(folder["model.safetensors"]);
        var loaded = Recognizer.Load(folder["model.safetensors"]);
        Assert.Equal(Scores(other), Scores(loaded));

        OnnxExport.Save(loaded, folder["model.onnx"]);
        byte[] pixels = MadeRecognizer.Pixels(loaded.Preprocessing.Input, 3);
        float[] ours = loaded.Probabilities(MadeRecognizer.Prepared(loaded, pixels)).ToArray(), theirs = Runtime.Run(folder["model.onnx"], pixels, [3, 1, 48, 48]);
        Assert.All(ours.Zip(theirs), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
        // A head of a head.
        Assert.Equal((2, 5), (((IHasForm)loaded.Network).WithHead(5, 1).Call(x, ((IHasForm)loaded.Network).WithHead(5, 1).Forward).Shape[0], ((IHasForm)loaded.Network).WithHead(5, 1)[x].Shape[1]));
    }

    [Fact]
    public void Pretrained_LearnsItsHead_ThenAllOfIt_AndGoesOnToTheBit()
    {
        OnnxExport.Save(MadeRecognizer.Of("resnet20", side: 32), folder["net.onnx"]);
        var set = ImageSet.FromDrawing("blocks", new ImageShape(1, 32, 32), [.. Enumerable.Range(0, 60).Select(i => i % 2)], ["left", "right"], (i, image) =>
        {
            var generator = new Generator(3, (ulong)i);
            for (int p = 0; p < image.Length; p++)
                image[p] = (byte)(generator.NextInt32(100) + (p % 32 / 16 == i % 2 ? 120 : 0));
        });
        var split = Split.Stratified(set, 0, 48, 12).WithValidation(set, 0, 8);
        var head = LinearHead.Fit(OnnxImport.Load(folder["net.onnx"]), set, split, new() { CacheFolder = folder["features"] }, cancellation: Token);
        head.Recognizer.Save(folder["start.safetensors"]);
        var options = new TrainOptions { Model = "pretrained", From = folder["start.safetensors"], Epochs = 2, BatchSize = 8, LearningRate = 1e-3, Augmentation = "none" };
        var result = new Trainer(set, split, options).Run(Token);
        Assert.NotEqual(head.Recognizer.WeightsSha256, new Trainer(set, split with { Validation = [] }, options).Run(Token).Recognizer.WeightsSha256);
        Assert.InRange(result.Best!.TestAccuracy!.Value, 0.9, 1);
        result.Recognizer.Save(folder["end.safetensors"]);
        Assert.Equal(result.Recognizer.WeightsSha256, Recognizer.Load(folder["end.safetensors"]).WeightsSha256);

        var trainer = new Trainer(set, split, options);
        using var source = new CancellationTokenSource();
        trainer.Run(source.Token, new Stop(source, 5));
        trainer.SaveCheckpoint(folder["checkpoint.safetensors"]);
        var again = new Trainer(set, split, options);
        again.LoadCheckpoint(folder["checkpoint.safetensors"]);
        Assert.Equal(result.Recognizer.WeightsSha256, again.Run(Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void ModelOfLabels_GivesSigmoids_InTheFileToo()
    {
        var made = MadeRecognizer.Of("resnet20", side: 32, classes: 4);
        var scales = made.Classes.Select((_, k) => new LabelScale(0.5 + k, 0.25 - k, 0.5));
        var recognizer = new Recognizer(made.Network, made.Card with { IsMultiLabel = true, LabelCalibration = new([.. scales], 9) });
        OnnxExport.Save(recognizer, folder["labels.onnx"]);
        byte[] pixels = MadeRecognizer.Pixels(recognizer.Preprocessing.Input, 3);
        float[] ours = recognizer.Probabilities(MadeRecognizer.Prepared(recognizer, pixels)).ToArray(), theirs = Runtime.Run(folder["labels.onnx"], pixels, [3, 1, 32, 32]);
        Assert.All(ours.Zip(theirs), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
        Assert.DoesNotContain(theirs.Chunk(4), row => Math.Abs(row.Sum() - 1) < 1e-3);
        var again = OnnxImport.Load(folder["labels.onnx"]);
        Assert.True(again.Card.IsMultiLabel);
        Assert.All(theirs.Zip(again.Probabilities(MadeRecognizer.Prepared(again, pixels)).ToArray()), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
    }

    [Fact]
    public void Neighbours_OfAGraph_AreKeptWithIt_AndNotExported()
    {
        OnnxExport.Save(MadeRecognizer.Of("resnet20", side: 32), folder["net.onnx"]);
        var set = ImageSet.FromDrawing("sides", new ImageShape(1, 32, 32), [.. Enumerable.Range(0, 40).Select(i => i % 2)], ["left", "right"], (i, image) =>
        {
            var generator = new Generator(3, (ulong)i);
            for (int p = 0; p < image.Length; p++)
                image[p] = (byte)(generator.NextInt32(100) + (p % 32 / 16 == i % 2 ? 120 : 0));
        });
        var split = Split.Stratified(set, 0, 30, 10);
        var head = LinearHead.Fit(OnnxImport.Load(folder["net.onnx"]), set, split, new() { CacheFolder = folder["features"], Kind = HeadKind.Neighbours }, cancellation: Token).Recognizer;
        head.Save(folder["neighbours.safetensors"]);
        var again = Recognizer.Load(folder["neighbours.safetensors"]);
        Assert.Equal((head.WeightsSha256, 1.0), (again.WeightsSha256, again.Evaluate(set, split.Test, cancellation: Token).Accuracy));
        Assert.Equal("NeighbourNetwork: expected a network of operations that ONNX files hold, got one that computes with others. Export another network, or write it with convolutions, linear layers, norms, pooling and functions of one number.",
            Assert.Throws<MekikiException>(() => OnnxExport.Save(again, folder["out.onnx"])).Message);
        Assert.False(File.Exists(folder["out.onnx"]));
    }

    [Fact]
    public void DamagedForms_AreRefused()
    {
        var read = Read("cnn");
        var state = read.Network.StateDict();
        string form = ((IHasForm)read.Network).Form;
        Says("expected the bytes of a graph as base64, got others", "onnx", "?");
        Says("expected an ONNX file", "onnx", Convert.ToBase64String([8, 8, 58, 3]));
        Says("expected a program that makes networks of the form 'other'", "other", form);
        // A weight is missing.
        var writer = new SafetensorsWriter().AddText("mekiki", read.Card.ToJson()).AddText("mekiki.form.onnx", form).Add([.. state.Skip(1)]);
        writer.Save(folder["model.safetensors"]);
        Assert.Contains("expected a node, a constant or an input for the value", Assert.Throws<MekikiException>(() => Recognizer.Load(folder["model.safetensors"])).Message, StringComparison.Ordinal);

        void Says(string expected, string kind, string text)
        {
            new SafetensorsWriter().AddText("mekiki", read.Card.ToJson()).AddText("mekiki.form." + kind, text).Add(state).Save(folder["model.safetensors"]);
            string message = Assert.Throws<MekikiException>(() => Recognizer.Load(folder["model.safetensors"])).Message;
            Assert.StartsWith(folder["model.safetensors"] + ": ", message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }
    }

    private Recognizer Read(string model)
    {
        OnnxExport.Save(MadeRecognizer.Of(model), folder[$"{model}.onnx"]);
        return OnnxImport.Load(folder[$"{model}.onnx"]);
    }

    private static float[] Scores(Recognizer recognizer)
    {
        var input = recognizer.Preprocessing.Input;
        return recognizer.Scores(Tensor.From([.. MadeRecognizer.Pixels(input, 2).Select(p => p / 255f)], [2, input.Channels, input.Height, input.Width])).ToArray();
    }

    private sealed class Stop(CancellationTokenSource source, int steps) : ITrainingObserver
    {
        private int left = steps;

        public void OnStep(Trainer trainer, in TrainingStep step)
        {
            if (--left == 0)
                source.Cancel();
        }
    }
}
