using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

/// <summary>Sizes that the papers state, or that follow from their tables by hand.</summary>
public class SizesTests
{
    private static readonly ImageShape large = new(3, 224, 224);

    [Fact]
    public void AlexNet2012_HasTheLayersOfFigure2_And61MillionParameters()
    {
        var network = Catalogue.Find("alexnet2012").Build(large, 1000);
        // Inputs of each unit and units, section 3.5; the towers' halves where they do not meet.
        Assert.Equal(
            ["conv1 (96, 3, 11, 11)", "conv2 (256, 48, 5, 5)", "conv3 (384, 256, 3, 3)", "conv4 (384, 192, 3, 3)", "conv5 (256, 192, 3, 3)", "fc6 (4096, 9216)", "fc7 (4096, 4096)", "fc8 (1000, 4096)"],
            Weights(network));
        Assert.Equal(34_944 + 307_456 + 885_120 + 663_936 + 442_624 + 37_752_832 + 16_781_312 + 4_097_000, network.ParameterCount());
        Assert.Equal(60_965_224, network.ParameterCount());
    }

    [Fact]
    public void AlexNet2012_BeginsWithTheBiasesOfSection5()
    {
        var biases = Catalogue.Find("alexnet2012").Create(large, 10).NamedParameters().Where(p => p.Name.EndsWith(".bias")).ToDictionary(p => p.Name[..^5], p => p.Tensor.ToArray().Distinct().Single());
        Assert.Equal(["conv1 0", "conv2 1", "conv3 0", "conv4 1", "conv5 1", "fc6 1", "fc7 1", "fc8 0"], biases.Select(b => $"{b.Key} {b.Value}"));
    }

    [Fact]
    public void GoogLeNet_WithoutAuxiliaryHeads_Has6Point6MillionParameters()
    {
        var parameters = Catalogue.Find("googlenet").Build(large, 1000).NamedParameters();
        Assert.Equal(6_624_904, parameters.Where(p => !p.Name.StartsWith("aux")).Sum(p => p.Tensor.Count));
        // Of the paper's table 1, the columns of inception (3a) and (5b): outputs and 1x1, 3x3 reduced, 3x3, 5x5 reduced, 5x5, pooled.
        foreach (var (stage, widths) in new[] { ("inception3a", new[] { 64, 96, 128, 16, 32, 32 }), ("inception5b", [384, 192, 384, 48, 128, 128]) })
            Assert.Equal(widths, parameters.Where(p => p.Name.StartsWith($"{stage}.") && p.Name.EndsWith("conv.weight")).Select(p => p.Tensor.Shape[0]));
    }

    [Theory]
    [InlineData(20, 269_722)]
    [InlineData(32, 464_154)]
    [InlineData(44, 658_586)]
    [InlineData(56, 853_018)]
    public void ThinResNets_AndTheirPlainTwins_HaveThePapersNumberOfParameters(int layers, long count)
    {
        // Table 6 of the paper: 0.27, 0.46, 0.66 and 0.85 million.
        Assert.Equal(count, Catalogue.Find($"resnet{layers}").Build(new(3, 32, 32), 10).ParameterCount());
        var plain = Catalogue.Find($"plain{layers}").Build(new(3, 32, 32), 10);
        Assert.Equal(count, plain.ParameterCount());
        Assert.Equal(layers, Weights(plain).Length);
    }

    [Fact]
    public void ThinResNet_TakesEverySecondPixel_AndPadsWithZeros()
    {
        // With all weights 0 the blocks hand their shortcuts on: 16 channels arrive in 64, the others are 0.
        var network = Catalogue.Find("resnet20").Build(new(1, 8, 8), 64);
        network.LoadStateDict(network.StateDict().ToDictionary(s => s.Name, s => s.Name switch
        {
            "fc.weight" => Identity(64),
            "conv1.weight" => Tensor.From([.. Enumerable.Range(0, 16 * 9).Select(i => i % 9 == 4 ? 1f : 0)], [16, 1, 3, 3]),
            var n when n.EndsWith("running_var") || n == "bn1.weight" => Tensor.Ones(s.Tensor.Shape),
            var n when n.EndsWith("num_batches_tracked") => Tensor.From([0L], []),
            _ => Tensor.Zeros(s.Tensor.Shape),
        }));
        network.Eval();
        var image = Enumerable.Range(0, 64).Select(i => (float)i).ToArray();
        var y = network[Tensor.From(image, [1, 1, 8, 8])].ToArray();
        // Rows and columns 0 and 4 are left of 8: (0 + 4 + 32 + 36) / 4.
        Assert.All(y[..16], v => Assert.Equal(18, v, 0.01f));
        Assert.All(y[16..], v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData("three-layer", 608_841)]
    [InlineData("alexnet_small", 3_272_969)]
    [InlineData("vgg11_bn_small", 9_787_593)]
    [InlineData("resnet18_small", 11_205_129)]
    public void SmallForms_AtGrey48x48And73Classes_HaveTheStatedParameters(string name, long count) =>
        Assert.Equal(count, Catalogue.Find(name).Build(new(1, 48, 48), 73).ParameterCount());

    [Theory]
    [InlineData("alexnet_small", "alexnet")]
    [InlineData("vgg11_bn_small", "vgg11_bn")]
    [InlineData("vgg11_small", "vgg11")]
    [InlineData("vgg13_bn_small", "vgg13_bn")]
    [InlineData("vgg16_small", "vgg16")]
    [InlineData("vgg19_bn_small", "vgg19_bn")]
    [InlineData("googlenet_small", "googlenet")]
    [InlineData("resnet18_small", "resnet18")]
    [InlineData("resnet50_small", "resnet50")]
    public void SmallForms_KeepTheOriginalsNames_AndTakeSmallPicturesAsTheyAre(string small, string original)
    {
        var entry = Catalogue.Find(small);
        Assert.Equal(new ImageShape(1, 48, 48), entry.InputFor(new(1, 48, 48)));
        Assert.Equal(Catalogue.Find(original).Build(large, 5).NamedParameters().Select(p => p.Name), entry.Build(large, 5).NamedParameters().Select(p => p.Name));
    }

    private static string[] Weights(Module network) =>
        [.. network.NamedParameters().Where(p => p.Name.EndsWith(".weight") && p.Tensor.Shape.Rank > 1).Select(p => $"{p.Name[..^7]} {p.Tensor.Shape}")];

    private static Tensor Identity(int size) => Tensor.From([.. Enumerable.Range(0, size * size).Select(i => i % (size + 1) == 0 ? 1f : 0)], [size, size]);
}
