using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Tests;

public sealed class ConvertCommandTests : IClassFixture<EvaluateCommandTests.Trained>, IDisposable
{
    private readonly EvaluateCommandTests.Trained trained;
    private readonly TemporaryFolder folder = new();

    public ConvertCommandTests(EvaluateCommandTests.Trained trained) => this.trained = trained;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pt", "pytorch")]
    [InlineData("npz", "npz")]
    [InlineData("safetensors", "safetensors")]
    public void Run_ToWeightsAndBack_IsTheSameModel(string extension, string format)
    {
        var before = Recognizer.Load(trained.Run);
        string weights = folder[$"weights.{extension}"], model = folder["model.safetensors"];
        var there = TestHost.Run("convert", trained.Run, "--out", weights);
        Assert.Equal((0, ""), (there.Code, there.Error));
        Assert.Equal($"source     {trained.Run}, a model file of mlp\nweights    16 tensors, 11,845 numbers, sha256 {before.WeightsSha256}\nwritten    {weights}, weights alone\n", there.Out);

        File.WriteAllLines(folder["names.txt"], before.Classes);
        string mean = before.Preprocessing.Mean.ToString(), deviation = before.Preprocessing.Deviation.ToString();
        var back = TestHost.Run("convert", weights, "--model", "mlp", "--size", "12", "--classes", folder["names.txt"], "--mean", mean, "--deviation", deviation, "--out", model, "--json");
        Assert.Equal((0, ""), (back.Code, back.Error));
        var json = JsonDocument.Parse(back.Out).RootElement;
        Assert.Equal(["command", "source", "format", "model", "classes", "tensors", "numbers", "weights_sha256", "out"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("convert", weights, format, "mlp", 3, 16, before.WeightsSha256, model),
            (json.GetProperty("command").GetString(), json.GetProperty("source").GetString(), json.GetProperty("format").GetString(), json.GetProperty("model").GetString(),
                json.GetProperty("classes").GetArrayLength(), json.GetProperty("tensors").GetInt32(), json.GetProperty("weights_sha256").GetString(), json.GetProperty("out").GetString()));
        var after = Recognizer.Load(model);
        Assert.Equal(before.Preprocessing, after.Preprocessing);
        Assert.Equal(before.Classes, after.Classes);
        Assert.Equal(Accuracy(Path.Combine(trained.Run, "model.safetensors")), Accuracy(model));
    }

    private double Accuracy(string model) =>
        JsonDocument.Parse(TestHost.Run("test", model, "--data", trained.Folder["pictures"], "--json").Out).RootElement.GetProperty("accuracy").GetDouble();

    [Theory]
    [InlineData("--half")]
    [InlineData("--bfloat16")]
    [InlineData("--int8")]
    public void RoundedWeights_MakeASmallerModelFile(string option)
    {
        string half = folder["half.safetensors"], alone = folder["alone.safetensors"];
        var run = TestHost.Run("convert", trained.Run, option, "--out", half, "--json");
        Assert.Equal(0, run.Code);
        var small = Recognizer.Load(half);
        Assert.Equal(small.WeightsSha256, JsonDocument.Parse(run.Out).RootElement.GetProperty("weights_sha256").GetString());
        Assert.InRange(new FileInfo(half).Length, 1, new FileInfo(Path.Combine(trained.Run, "model.safetensors")).Length * 0.6);
        Assert.Equal(0, TestHost.Run("test", half, "--data", Pictures.Folder(folder)).Code);
        string full = folder["full.safetensors"];
        Assert.Equal(0, TestHost.Run("convert", trained.Run, "--out", full).Code);
        Assert.Equal(0, TestHost.Run("convert", full, option, "--out", alone).Code);
        Assert.InRange(new FileInfo(alone).Length, 1, new FileInfo(full).Length * 0.6);
        Assert.StartsWith("--out: expected a name that ends in .safetensors for rounded weights, got 'x.npz'.", TestHost.Run("convert", trained.Run, option, "--out", "x.npz").Mistake());
        Assert.StartsWith("--half, --bfloat16 and --int8: expected one of them, got more.", TestHost.Run("convert", trained.Run, "--half", "--bfloat16", "--out", half).Mistake());
    }

    [Fact]
    public void WhatIsAssumed_AndWeightsAlone_AreSaid()
    {
        WeightsFile.Write(folder["weights.pt"], [.. Recognizer.Load(trained.Run).Network.StateDict().Select(t => ($"module.{t.Name}", t.Tensor))]);
        var plain = TestHost.Run("convert", folder["weights.pt"], "--out", folder["plain.npz"], "--json");
        Assert.Equal((0, $"{folder["weights.pt"]} has 'module.' before every name, which is left out.\n"), (plain.Code, plain.Error));
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(plain.Out).RootElement.GetProperty("model").ValueKind);
        Assert.Equal("fc1.weight", WeightsFile.Read(folder["plain.npz"]).Tensors[0].Name);
        var model = TestHost.Run("convert", folder["weights.pt"], "--model", "mlp", "--size", "12", "--out", folder["model.safetensors"]);
        Assert.Equal(
            $"{folder["weights.pt"]} has 'module.' before every name, which is left out.\nNo class names were given: they are 0 to 2.\nNo mean and deviation were given: pixels stay in [0, 1]. Give those that the weights were trained with.\n",
            model.Error);
        Assert.Matches("^source     .*weights.pt, pytorch\nmodel      mlp, 3 classes, images of 1x12x12, mean 0, deviation 1\nweights    16 tensors, 11,845 numbers, sha256 [0-9a-f]{64}\nwritten    .*model.safetensors\n$", model.Out);
    }

    [Fact]
    public void MeanAndDeviation_MayBeOneForEachChannel()
    {
        WeightsFile.Write(folder["weights.pt"], Catalogue.Find("mlp").Create(new(3, 4, 4), 2).StateDict());
        File.WriteAllText(folder["names.txt"], "a\nb\n");
        string[] line = ["convert", folder["weights.pt"], "--model", "mlp", "--size", "4", "--channels", "3", "--classes", folder["names.txt"], "--out", folder["model.safetensors"]];
        var several = TestHost.Run([.. line, "--mean", "0.485,0.456,0.406", "--deviation", "0.229, 0.224, 0.225"]);
        Assert.Equal((0, ""), (several.Code, several.Error));
        Assert.Contains("\nmodel      mlp, 2 classes, images of 3x4x4, mean [0.485, 0.456, 0.406], deviation [0.229, 0.224, 0.225]\n", several.Out);
        Assert.Equal(new Preprocessing(3, 4, 4, Mean: [0.485f, 0.456f, 0.406f], Deviation: [0.229f, 0.224f, 0.225f], Fit: ImageFit.Pad), Recognizer.Load(folder["model.safetensors"]).Preprocessing);
        Assert.Contains("mean [-1, 0, 1], deviation 0.5\n", TestHost.Run([.. line, "--mean", "-1,0,1", "--deviation", "0.5"]).Out);
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        string here = folder.Path;
        File.WriteAllText(folder["two.txt"], "a\nb\n");
        WeightsFile.Write(folder["weights.pt"], Recognizer.Load(trained.Run).Network.StateDict());
        File.Copy(Path.Combine(trained.Run, "model.safetensors"), folder["model.safetensors"]);
        var all = new Transcript().Replace(here, "HERE").Replace(Path.GetFileName(here), "NAME");
        all.Run($"convert {here}/weights.pt");
        all.Run($"convert {here}/weights.pt --out {here}/weights.bin");
        all.Run($"convert {here}/weights.pt --model mlp --out {here}/weights.npz");
        all.Run($"convert {here}/weights.pt --classes {here}/two.txt --size 12 --out {here}/weights.npz");
        all.Run($"convert {here}/weights.pt --out {here}/../{Path.GetFileName(here)}/weights.pt");
        all.Run($"convert {here}/weights.pt --model mlp --channels 2 --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model mlp --mean 0.4,0.5 --deviation 1,x,0 --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model mlp --size 12 --mean 0.4,0.5,0.6 --out {here}/new.safetensors");
        all.Run($"convert {here}/none.pt --out {here}/new.npz");
        all.Run($"convert {here}/two.txt --out {here}/new.npz");
        all.Run($"convert {here}/weights.pt --model mpl --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model mlp --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model mlp --size 12 --classes {here}/two.txt --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model mlp --size 12 --channels 3 --out {here}/new.safetensors");
        all.Run($"convert {here}/weights.pt --model cnn --size 12 --out {here}/new.safetensors");
        all.Run($"convert {here}/model.safetensors --model mlp --out {here}/new.safetensors");
        all.Run($"predict {here}/weights.pt {here}/none.png");
        all.IsStored("messages/convert");
        Assert.False(File.Exists(folder["new.safetensors"]));
    }
}
