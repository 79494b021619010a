using System.Text.Json;
using Mekiki.Autograd;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

/// <summary>The networks against torchvision's: keys, shapes, numbers of parameters, and logits for weights that a formula gives.</summary>
public class ZooTests
{
    public static TheoryData<string, string> References()
    {
        var data = new TheoryData<string, string>();
        foreach (string file in Goldens.Folders.Select(folder => Path.Combine(folder, "zoo.json")).Where(File.Exists))
            foreach (var network in Read(file).EnumerateObject())
                data.Add(file, network.Name);
        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(References))]
    public void Network_WithGivenWeights_IsTorchvisions(string file, string name)
    {
        Assert.SkipUnless(Catalogue.All.Any(model => model.Name == name), $"The catalogue has no {name}.");
        var reference = Read(file).GetProperty(name);
        var keys = reference.GetProperty("keys").EnumerateObject().ToDictionary(k => k.Name, k => Integers(k.Value));
        int[] input = Integers(reference.GetProperty("input"));
        float[][] logits = [.. reference.GetProperty("logits").EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetSingle()).ToArray())];

        var network = Catalogue.Find(name).Build(new ImageShape(input[1], input[2], input[3]), logits[0].Length);
        Assert.Equal(reference.GetProperty("parameters").GetInt64(), network.ParameterCount());
        int gain = name.StartsWith("resnet", StringComparison.Ordinal) || name.StartsWith("efficientnet_v2", StringComparison.Ordinal) ? 2 : 6;
        network.LoadStateDict(keys.ToDictionary(k => k.Key, k => WeightFormula.Of(k.Key, k.Value, gain)));
        Assert.Equal(keys.Keys, network.StateDict().Select(s => s.Name));

        network.Eval();
        Tensor y;
        using (Gradients.Off())
            y = network[Tensor.From(WeightFormula.Fill("input", input.Aggregate(1, (a, b) => a * b), 0, 1), input)];
        double most = 1e-3 * reference.GetProperty("std").GetDouble(), worst = 0;
        float[] expected = [.. logits.SelectMany(row => row)], got = y.ToArray();
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < got.Length; i++)
            worst = Math.Max(worst, Math.Abs(got[i] - expected[i]));
        Assert.True(worst <= most, $"{name}: a logit is {worst:g3} off, at most {most:g3} is allowed");
        GC.Collect();   // the weights of one network may be half a gigabyte, which the collector does not see
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("zoo");

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
