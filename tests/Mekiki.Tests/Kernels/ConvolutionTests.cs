using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests.Kernels;

/// <summary>Convolutions of every way to carry them out against the reference.</summary>
[Collection(nameof(VectorWidth))]
public class ConvolutionTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int, int, int, int, int, int> Sizes => new()
    {
        // images, channels, height = width, features, kernel, stride, padding, groups
        { 32, 16, 2, 48, 3, 1, 1, 1 },
        { 9, 40, 3, 24, 3, 2, 1, 1 },
        { 7, 16, 6, 16, 3, 2, 1, 1 },
        { 13, 32, 3, 20, 1, 2, 0, 1 },
        { 6, 17, 5, 33, 5, 1, 2, 1 },
        { 2, 24, 9, 56, 3, 1, 1, 1 },
        { 3, 8, 10, 12, 7, 2, 3, 1 },
        { 4, 12, 8, 20, 1, 1, 0, 2 },
        { 8, 64, 12, 64, 3, 1, 1, 1 },
        // Panels of each width that whole tiles have.
        { 3, 19, 7, 8, 1, 1, 0, 1 },
        { 3, 19, 7, 16, 1, 1, 0, 1 },
        { 3, 19, 7, 24, 1, 1, 0, 1 },
        { 3, 24, 7, 88, 1, 1, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Convolution_AnySize_EqualsItsDefinition(int images, int channels, int side, int features, int kernel, int stride, int padding, int groups)
    {
        var s = new ConvolutionShape(images, channels, side, side, features, kernel, kernel, stride, padding, 1, groups);
        var generator = new Generator(9);
        float[] x = Naive.Random(ref generator, s.InputPixels * channels), w = Naive.Random(ref generator, features * s.Depth), b = Naive.Random(ref generator, features), dy = Naive.Random(ref generator, s.OutputPixels * features);
        var expected = Naive.Reference(x, w, b, dy, s);
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            var got = Naive.Convolve(x, w, b, dy, s);
            Assert.InRange(Goldens.Distance(expected.Y, got.Y), 0, Bound);
            Assert.InRange(Goldens.Distance(expected.Dx, got.Dx), 0, Bound);
            Assert.InRange(Goldens.Distance(expected.Dw, got.Dw), 0, Bound);
        }
    }

    [Theory]
    [InlineData(32, 16, 8)]
    [InlineData(8, 16, 2)]
    [InlineData(1, 3, 9)]
    public void Convolution_AfterItsWeightsChanged_ForgetsWhatItKeptOfThem(int images, int channels, int side)
    {
        var generator = new Generator(4);
        var layer = new Mekiki.Layers.Conv2d(channels, 16, 3, padding: 1);
        var x = Tensor.Uniform([images, channels, side, side], ref generator);
        float[] Now()
        {
            using (Gradients.Off())
                return layer[x].ToArray();
        }

        float[] first = Now();
        Assert.Equal(first, Now());
        var weight = layer.NamedParameters().First(p => p.Name == "weight").Tensor;
        weight.CopyFrom(Array.ConvertAll(weight.ToArray(), value => 2 * value));
        float[] second = Now();
        Assert.True(Naive.Distance(Array.ConvertAll(first, value => 2.0 * value), second) < 0.5);
        Assert.False(first.AsSpan().SequenceEqual(second));

        var optimizer = new Mekiki.Optimizers.Adam(layer);
        layer[x].Sum().Backward();
        float[] before = Now();
        optimizer.Step();
        Assert.False(before.AsSpan().SequenceEqual(Now()));
        // The way of computing may differ with gradients, so the results agree to rounding.
        Assert.InRange(Naive.Distance(Array.ConvertAll(layer[x].ToArray(), value => (double)value), Now()), 0, Bound);
    }

    [Fact]
    public void Rule_OfEachKindOfShape_ChoosesItsMethod()
    {
        var s = new ConvolutionShape(32, 64, 24, 24, 32, 3, 3, 1, 1, 1, 1);
        Assert.Equal(ConvolutionMethod.Winograd, ConvolutionRule.Of(s));
        Assert.Equal(ConvolutionMethod.Pixels, ConvolutionRule.Of(s with { Stride = 2 }));
        Assert.Equal(ConvolutionMethod.Pixels, ConvolutionRule.Of(s with { Channels = 1 }));
        Assert.Equal(ConvolutionMethod.Positions, ConvolutionRule.Of(s with { Height = 2, Width = 2 }));
        Assert.Equal(ConvolutionMethod.Pixels, ConvolutionRule.Of(s with { Height = 2, Width = 2, Images = 1 }));
    }
}
