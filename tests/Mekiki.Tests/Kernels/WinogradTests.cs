using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Winograd;

namespace Mekiki.Tests.Kernels;

/// <summary>Winograd's transforms against the reference.</summary>
[Collection(nameof(VectorWidth))]
public unsafe class WinogradTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int, int, int, int> Sizes => new()
    {
        // images, channels, height, width, features, padding
        { 1, 16, 24, 24, 16, 1 },
        { 4, 64, 12, 12, 32, 1 },
        { 40, 32, 4, 6, 48, 1 },
        { 25, 16, 9, 7, 80, 0 },
        { 12, 144, 8, 6, 96, 2 },
        { 4, 16, 11, 13, 16, 1 },
        { 1, 16, 28, 28, 16, 1 },
        { 1, 16, 16, 16, 96, 1 },
        { 2, 80, 20, 20, 16, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_AnySize_EqualsItsDefinition(int images, int channels, int height, int width, int features, int padding)
    {
        var s = new ConvolutionShape(images, channels, height, width, features, 3, 3, 1, padding, 1, 1);
        Assert.True(WinogradTiles.Fit(s, prepared: true));
        var generator = new Generator(7);
        var (x, w, b) = (Naive.Random(ref generator, s.InputPixels * channels), Naive.Random(ref generator, features * s.Depth), Naive.Random(ref generator, features));
        float[] expected = Naive.Reference(x, w, b, new float[s.OutputPixels * features], s).Y;
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            float[] y = new float[expected.Length];
            var (blocks, pixelsPerBlock) = Forward(x, w, b, y, s, out var moments);
            Assert.InRange(Goldens.Distance(expected, y), 0, Bound);

            // Blocks whose pixels do not lie side by side have no moments, and then batch norm measures by itself.
            Assert.Equal(new WinogradTiles(s).PixelsPerBlock == 0, moments is null);
            if (moments is not null)
                Check(y, moments, blocks, pixelsPerBlock, s);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gradients_AnySize_EqualTheirDefinition(int images, int channels, int height, int width, int features, int padding)
    {
        var s = new ConvolutionShape(images, channels, height, width, features, 3, 3, 1, padding, 1, 1);
        var generator = new Generator(8);
        var (x, w, dy) = (Naive.Random(ref generator, s.InputPixels * channels), Naive.Random(ref generator, features * s.Depth), Naive.Random(ref generator, s.OutputPixels * features));
        var (_, dx, dw) = Naive.Reference(x, w, new float[features], dy, s);
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            float[] gotX = new float[x.Length], gotW = new float[w.Length];
            fixed (float* px = x, pw = w, pdy = dy, pdx = gotX, pdw = gotW)
            {
                Convolution.InputGradient(pdy, pw, pdx, s);
                WinogradWeightProduct.Run(px, pdy, pdw, s);
            }

            Assert.InRange(Goldens.Distance(dx, gotX), 0, Bound);
            Assert.InRange(Goldens.Distance(dw, gotW), 0, Bound);
        }
    }

    [Fact]
    public void Fit_WhereTransformsDoNotPay_IsFalse()
    {
        var s = new ConvolutionShape(32, 64, 24, 24, 32, 3, 3, 1, 1, 1, 1);
        Assert.True(WinogradTiles.Fit(s));
        Assert.False(WinogradTiles.Fit(s with { Stride = 2 }));
        Assert.False(WinogradTiles.Fit(s with { Channels = 1 }));
        Assert.False(WinogradTiles.Fit(s with { KernelWidth = 1 }));
        Assert.False(WinogradTiles.Fit(s with { Images = 1, Height = 2, Width = 2 }));
    }

    private static void Check(float[] y, CpuStorage moments, int blocks, int pixelsPerBlock, ConvolutionShape s)
    {
        float[] mean = new float[s.Features], variance = new float[s.Features];
        fixed (float* m = mean, v = variance)
            ChannelKernels.Join(moments.Pointer, blocks, pixelsPerBlock, s.OutputPixels, s.Features, m, v);
        for (int o = 0; o < s.Features; o++)
        {
            var column = Enumerable.Range(0, s.OutputPixels).Select(p => (double)y[p * s.Features + o]).ToArray();
            double average = column.Average();
            Assert.Equal(average, mean[o], 1e-5);
            Assert.Equal(column.Average(value => (value - average) * (value - average)), variance[o], 1e-4);
        }
    }

    private static (int, int) Forward(float[] x, float[] w, float[] b, float[] y, in ConvolutionShape s, out CpuStorage? moments)
    {
        fixed (float* px = x, pw = w, pb = b, py = y)
        {
            return WinogradConvolution.Run(px, WinogradWeights.Transform(pw, flipped: false, s.Channels, s.Features), py, s, new Epilogue(pb, null), wantMoments: true, out moments);
        }
    }
}
