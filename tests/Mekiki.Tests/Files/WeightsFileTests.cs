using System.Text.Json;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Weights that PyTorch, NumPy and Chainer's layout have, against the values that PyTorch told.</summary>
public class WeightsFileTests
{
    private static readonly Lazy<JsonElement> expected = new(() => JsonDocument.Parse(File.ReadAllBytes(Stored("expected.json"))).RootElement);

    [Theory]
    [InlineData("net.pt", WeightsFormat.PyTorch, 1e-6)]
    [InlineData("net.safetensors", WeightsFormat.Safetensors, 1e-6)]
    [InlineData("old.pt", WeightsFormat.PyTorch, 1e-6)]
    [InlineData("checkpoint.pt", WeightsFormat.PyTorch, 1e-6)]
    [InlineData("chainer.npz", WeightsFormat.Npz, 1e-6)]
    [InlineData("numpy.npz", WeightsFormat.Npz, 1e-6)]
    [InlineData("half.pt", WeightsFormat.PyTorch, 1e-6, "half_logits")]
    public void StateDict_GivesPyTorchsLogits(string name, WeightsFormat format, double tolerance, string logits = "logits")
    {
        var weights = WeightsFile.Read(Stored(name));
        Assert.Equal(format, weights.Format);
        var net = new SmallNet();
        net.LoadStateDict(weights.State, weights.Name);
        Assert.Equal(3, weights.State["bn.num_batches_tracked"].Integers[0]);
        var y = net[Tensor.From(Floats(expected.Value.GetProperty("x")), [2, 3, 6, 6])];
        Assert.InRange(Goldens.Distance(Floats(expected.Value.GetProperty(logits)), y.Values), 0, tolerance);
    }

    [Theory]
    [InlineData("net.safetensors", true)]
    [InlineData("net.pt", false)]
    [InlineData("old.pt", false)]
    [InlineData("numpy.npz", false)]
    public void IsSafetensors_LooksIntoTheFile(string name, bool expected) => Assert.Equal(expected, WeightsFile.IsSafetensors(Stored(name)));

    [Theory]
    [InlineData("views.pt", "views")]
    [InlineData("types.pt", "types")]
    public void ViewsAndTypes_HaveTheirValues(string name, string key)
    {
        var weights = WeightsFile.Read(Stored(name));
        var all = expected.Value.GetProperty(key);
        Assert.Equal(all.EnumerateObject().Select(p => p.Name), weights.Tensors.Select(t => t.Name));
        foreach (var p in all.EnumerateObject())
        {
            var tensor = weights.State[p.Name];
            Assert.Equal(p.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()), tensor.Shape.ToArray());
            if (tensor.DType == DType.Float32)
                Assert.Equal(Floats(p.Value.GetProperty("values")), tensor.ToArray());
            else
                Assert.Equal(p.Value.GetProperty("values").EnumerateArray().Select(v => v.GetInt64()), tensor.Integers.ToArray());
        }
    }

    [Fact]
    public void WhatIsLeftOutOrChanged_IsSaid()
    {
        Assert.Equal(
            ["FILE is a checkpoint: its 'state_dict' is read, and epoch, optimizer, best left out.", "FILE has 'module.' before every name, which is left out."],
            Notes("checkpoint.pt"));
        Assert.Equal(
            ["FILE has Chainer's names, which became PyTorch's: predictor/conv/W is predictor.conv.weight.", "FILE has 'predictor.' before every name, which is left out."],
            Notes("chainer.npz"));
        Assert.Equal(["FILE holds 64-bit floats, which are rounded to 32 bits."], Notes("numpy.npz"));
        Assert.Equal(["FILE holds 64-bit floats, which are rounded to 32 bits."], Notes("types.pt"));
        Assert.Empty(Notes("net.pt"));
        Assert.Empty(Notes("net.safetensors"));
    }

    [Theory]
    [InlineData("module.pt", "expected tensors, numbers, texts and containers alone, got 'torch.nn.modules.linear.Linear' at byte 2 of the pickle. Nothing was run; if you trust the file, load it where it was made and save its state_dict() alone.")]
    [InlineData("script.pt", "expected a state dict, got a program that torch.jit.save wrote. Nothing was run; load it in PyTorch and save its state_dict() with torch.save.")]
    [InlineData("none.pt", "expected a file of weights, got no such file. Check the path.")]
    [InlineData("make_weights.py", "expected weights (safetensors, .pt of torch.save, or .npz), got something else. Give a file of weights.")]
    public void OtherFiles_AreRefused_WithWhatTheyAre(string name, string message) =>
        Assert.Equal($"{Stored(name)}: {message}", Assert.Throws<MekikiException>(() => WeightsFile.Read(Stored(name))).Message);

    private static IEnumerable<string> Notes(string name) => WeightsFile.Read(Stored(name)).Notes.Select(note => note.Replace(Stored(name), "FILE"));

    private static float[] Floats(JsonElement values) => [.. values.EnumerateArray().Select(v => (float)v.GetDouble())];

    private static string Stored(string name)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository is not around the tests.");
        return Path.Combine(Shared.Repository!, "tests", "weights", name);
    }
}
