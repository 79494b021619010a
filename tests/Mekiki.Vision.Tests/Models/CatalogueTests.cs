using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class CatalogueTests
{
    public static TheoryData<string> Names => [.. Catalogue.All.Select(m => m.Name)];

    /// <summary>Those that follow a gradient; <see cref="FittedTests"/> has the others.</summary>
    public static TheoryData<string> Trained => [.. Catalogue.All.Where(m => !m.IsFitted).Select(m => m.Name)];

    private static Tensor Images(ImageShape shape, int count, ulong seed = 1)
    {
        var generator = new Generator(seed);
        return Tensor.Uniform([count, shape.Channels, shape.Height, shape.Width], ref generator);
    }

    [Fact]
    public void Find_UnknownName_Suggests() =>
        Refused.Says("Unknown model 'cmn'. Did you mean 'cnn'? Catalogue.All lists all.", "Unknown model 'cmn'. Did you mean 'cnn'? `mekiki models` lists all.", () => Catalogue.Find("cmn"));

    [Fact]
    public void InputFor_TooSmallImages_SaysHowLarge() =>
        Assert.Equal("cnn: expected images of 4x4 pixels or more, got 3x9. Give a larger size, or another model.",
            Assert.Throws<MekikiException>(() => Catalogue.Find("cnn").InputFor(new(1, 9, 3))).Message);

    [Fact]
    public void ChapterNetworks_HaveItsNamesAndSizes()
    {
        Assert.Equal(
            ["fc1.weight (64, 2304)", "fc1.bias (64)", "bn1.weight (64)", "bn1.bias (64)", "fc2.weight (32, 64)", "fc2.bias (32)", "bn2.weight (32)", "bn2.bias (32)", "fc3.weight (73, 32)", "fc3.bias (73)"],
            Catalogue.Find("mlp").Create(new(1, 48, 48), 73).NamedParameters().Select(p => $"{p.Name} {p.Tensor.Shape}"));
        Assert.Equal(
            ["conv1.weight (64, 1, 3, 3)", "conv1.bias (64)", "bn1.weight (64)", "bn1.bias (64)", "conv2.weight (32, 64, 3, 3)", "conv2.bias (32)", "bn2.weight (32)", "bn2.bias (32)", "fc3.weight (73, 4608)", "fc3.bias (73)"],
            Catalogue.Find("cnn").Create(new(1, 48, 48), 73).NamedParameters().Select(p => $"{p.Name} {p.Tensor.Shape}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Output_IsAScoreForEachClass(string name)
    {
        var entry = Catalogue.Find(name);
        foreach (int channels in new[] { 1, 3 })
        {
            var input = entry.InputFor(new(channels, 32, 36));
            Assert.Equal(new Shape(2, 7), entry.Build(input, 7)[Images(input, 2)].Shape);
        }
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void EveryParameter_GetsAGradient(string name)
    {
        var entry = Catalogue.Find(name);
        var network = entry.Create(entry.DefaultInput, 5);
        // A norm that begins at 0 hides what comes before it until its first step is done.
        foreach (var (parameter, tensor) in network.NamedParameters())
            if (parameter.EndsWith("weight") && !tensor.Values.ContainsAnyExcept(0f))
                tensor.CopyFrom(Enumerable.Repeat(1f, tensor.Count).ToArray());
        network.LossOf(network[Images(entry.DefaultInput, 4)], [0, 1, 2, 3]).Backward();
        foreach (var (parameter, tensor) in network.NamedParameters())
        {
            Assert.True(tensor.Grad is not null, $"{name}: {parameter} has no gradient");
            // A bias before batch norm has a gradient of 0 but for rounding, so only its presence is asked.
            if (parameter.EndsWith("weight"))
                Assert.True(tensor.Grad.Values.ContainsAnyExcept(0f), $"{name}: the gradient of {parameter} is 0");
            Assert.True(IsFinite(tensor.Grad.Values), $"{name}: the gradient of {parameter} is not finite");
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            if (!float.IsFinite(value))
                return false;
        return true;
    }

    /// <summary>Goyal et al. 2017, section 5.1.</summary>
    [Fact]
    public void LastNormsOfBottlenecks_AloneBeginAtZero()
    {
        foreach (string name in new[] { "resnet18", "resnet50", "resnet101" })
            foreach (var (parameter, tensor) in Catalogue.Find(name).Create(new(1, 32, 32), 5).NamedParameters())
                if (parameter.EndsWith("weight") && tensor.Shape.Rank == 1)
                    Assert.True(!tensor.Values.ContainsAnyExcept(parameter.EndsWith("bn3.weight") ? 0f : 1f), $"{name}: {parameter}");
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void SameSeed_SameWeights(string name)
    {
        var entry = Catalogue.Find(name);
        var one = entry.Create(entry.DefaultInput, 5, seed: 7).StateDict();
        var two = entry.Create(entry.DefaultInput, 5, seed: 7).StateDict();
        var other = entry.Create(entry.DefaultInput, 5, seed: 8).StateDict();
        Assert.All(one.Zip(two).Where(p => p.First.Tensor.DType == DType.Float32), p => Assert.True(p.First.Tensor.Values.SequenceEqual(p.Second.Tensor.Values), $"{name}: {p.First.Name} differs"));
        Assert.NotEqual(one[0].Tensor.ToArray(), other[0].Tensor.ToArray());
    }
}
