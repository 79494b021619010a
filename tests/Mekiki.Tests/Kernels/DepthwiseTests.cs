using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests.Kernels;

/// <summary>Depthwise convolutions and their gradients against the sums that define them, in double precision.</summary>
[Collection(nameof(VectorWidth))]
public unsafe class DepthwiseTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int> Kernels
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (int kernel in (int[])[1, 2, 3, 4, 5, 7])
                foreach (int stride in (int[])[1, 2, 3])
                    for (int padding = 0; padding < 4; padding++)
                        data.Add(kernel, stride, padding);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Depthwise_AnyKernel_EqualsItsDefinition(int kernel, int stride, int padding)
    {
        foreach (int channels in (int[])[1, 3, 8, 16, 33, 100])
        {
            // Widths below a block of pixels, of some blocks, and with few or many pixels left over.
            var (images, height, width) = channels switch { 1 => (3, 7, 29), 3 => (1, 9, 16), 8 => (3, 8, 7), 16 => (1, 13, 11), 33 => (1, 7, 19), _ => (3, 7, 8) };
            Check(new ConvolutionShape(images, channels, height, width, channels, kernel, kernel, stride, padding, 1, channels));
        }
    }

    [Theory]
    [InlineData(1, 600, 14, 14, 3, 5, 1, 2)]
    [InlineData(2, 400, 5, 15, 5, 3, 2, 1)]
    [InlineData(1, 48, 40, 50, 3, 3, 1, 1)]
    [InlineData(2, 20, 1, 30, 1, 7, 2, 0)]
    [InlineData(2, 20, 30, 1, 7, 1, 1, 0)]
    [InlineData(1, 17, 2, 3, 1, 1, 5, 0)]
    [InlineData(1, 4128, 3, 8, 3, 3, 1, 1)]
    [InlineData(1, 33, 4, 61, 3, 3, 1, 0)]
    [InlineData(1, 33, 4, 61, 3, 3, 1, 1)]
    [InlineData(1, 33, 4, 61, 3, 3, 1, 2)]
    [InlineData(1, 40, 6, 70, 5, 5, 1, 4)]
    [InlineData(1, 40, 6, 70, 5, 5, 2, 2)]
    [InlineData(1, 40, 6, 70, 5, 5, 2, 3)]
    [InlineData(2, 16, 6, 71, 3, 3, 2, 1)]
    [InlineData(1, 16, 5, 17, 3, 3, 1, 3)]
    public void Depthwise_ManyChannelsOrUnequalSides_EqualsItsDefinition(int images, int channels, int height, int width, int kernelHeight, int kernelWidth, int stride, int padding) =>
        Check(new ConvolutionShape(images, channels, height, width, channels, kernelHeight, kernelWidth, stride, padding, 1, channels));

    [Theory]
    [InlineData(1, 100, 15, 3, 1)]
    [InlineData(3, 33, 29, 3, 2)]
    [InlineData(2, 576, 14, 5, 1)]
    [InlineData(2, 40, 28, 7, 2)]
    [InlineData(2, 64, 190, 3, 1)]
    [InlineData(3, 64, 190, 5, 2)]
    public void Depthwise_OnAnyNumberOfThreads_GivesTheSameBits(int images, int channels, int side, int kernel, int stride)
    {
        var s = new ConvolutionShape(images, channels, side, side, channels, kernel, kernel, stride, kernel / 2, 1, channels);
        var data = new Data(s);
        float[][] once;
        using (Switches.UseThreads(1))
            once = data.Run(relu: true);
        foreach (int threads in (int[])[2, 3])
        {
            using var scope = Switches.UseThreads(threads);
            var again = data.Run(relu: true);
            for (int i = 0; i < once.Length; i++)
                Assert.True(once[i].AsSpan().SequenceEqual(again[i]), $"{threads} threads, result {i}");
        }
    }

    [Theory]
    [InlineData(3, 1, 0)]
    [InlineData(3, 2, 0)]
    [InlineData(5, 1, 0)]
    [InlineData(5, 2, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 1)]
    public void Depthwise_BatchThatNoCacheHolds_EqualsItsImagesOneByOne(int kernel, int stride, int offset)
    {
        // Results of so many floats are written past the caches, where whole lines are: an offset of 1 float hinders it.
        const int channels = 48, side = 131, images = 8;
        var one = new ConvolutionShape(1, channels, side, side, channels, kernel, kernel, stride, kernel / 2, 1, channels);
        var all = new ConvolutionShape(images, channels, side, side, channels, kernel, kernel, stride, kernel / 2, 1, channels);
        var (source, target) = (one.InputPixels * channels, one.OutputPixels * channels);
        Assert.True(images * (long)(source + target) > 6 << 20);
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            var data = new Data(one);
            var alone = data.Run(relu: true);
            Tensor x = Repeated(data.X, images, 0), dy = Repeated(data.Dy, images, 0), weight = Tensor.From(data.Weight, [data.Weight.Length]), bias = Tensor.From(data.Bias, [channels]);
            Tensor y = Repeated(new float[target], images, offset), dx = Repeated(new float[source], images, offset);
            var packed = Depthwise.Pack(weight.Pointer, all);
            Depthwise.Forward(x.Pointer, packed.Pointer, y.Pointer + offset, all, new Epilogue(bias.Pointer, null, new(FunctionKind.Relu)));
            packed.Release();
            Depthwise.InputGradient(dy.Pointer, weight.Pointer, dx.Pointer + offset, all);
            GC.KeepAlive((x, dy, weight, bias));
            float[] results = y.ToArray(), gradients = dx.ToArray();
            for (int i = 0; i < images; i++)
            {
                Assert.True(alone[0].AsSpan().SequenceEqual(results.AsSpan(offset + i * target, target)), $"y of image {i}, {bits} bits");
                Assert.True(alone[1].AsSpan().SequenceEqual(gradients.AsSpan(offset + i * source, source)), $"dx of image {i}, {bits} bits");
            }
        }
    }

    private static Tensor Repeated(float[] values, int times, int offset)
    {
        var all = new float[offset + times * values.Length];
        for (int i = 0; i < times; i++)
            values.CopyTo(all, offset + i * values.Length);
        return Tensor.From(all, [all.Length]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Conv2d_WithAGroupForEachChannel_IsCarriedOutDepthwise(bool recorded)
    {
        var s = new ConvolutionShape(2, 24, 9, 9, 24, 3, 3, 2, 1, 1, 24);
        var data = new Data(s);
        Tensor x = Tensor.From(data.X, [2, 9, 9, 24]), weight = Tensor.From(data.Weight, [24, 1, 3, 3]), bias = Tensor.From(data.Bias, [24]);
        using var pause = recorded ? default : Gradients.Off();
        if (recorded)
            (x, weight, bias) = (x.WithGrad(), weight.WithGrad(), bias.WithGrad());
        // Twice, so that weights kept for the next call are tried.
        for (int i = 0; i < 2; i++)
        {
            var y = x.Permute(0, 3, 1, 2).Conv2d(weight, bias, 2, 1, 1, 24).Relu();
            Assert.Equal(data.Run(relu: true)[0], y.Permute(0, 2, 3, 1).ToArray());
        }
    }

    [Fact]
    public void Rule_WithGroups_ChoosesDepthwiseWhereEachChannelIsOne()
    {
        var s = new ConvolutionShape(2, 24, 9, 9, 24, 3, 3, 1, 1, 1, 24);
        Assert.Equal(ConvolutionMethod.Depthwise, ConvolutionRule.Of(s));
        Assert.Equal(ConvolutionMethod.Depthwise, ConvolutionRule.OfInputGradient(s));
        foreach (var other in (ConvolutionShape[])[s with { Groups = 12 }, s with { Features = 48 }, s with { Dilation = 2 }, s with { KernelHeight = 9, Padding = 4 }])
        {
            Assert.NotEqual(ConvolutionMethod.Depthwise, ConvolutionRule.Of(other));
            Assert.NotEqual(ConvolutionMethod.Depthwise, ConvolutionRule.OfInputGradient(other));
        }
    }

    private static void Check(ConvolutionShape s)
    {
        if (s.Height + 2 * s.Padding < s.KernelHeight || s.Width + 2 * s.Padding < s.KernelWidth)
            return;
        var data = new Data(s);
        float[] plain = Naive.Reference(data.X, data.Weight, new float[s.Features], data.Dy, s).Y;
        var (y, dx, dw) = Naive.Reference(data.X, data.Weight, data.Bias, data.Dy, s);
        var finished = new float[y.Length];
        for (int i = 0; i < y.Length; i++)
            finished[i] = Math.Max(0, y[i] + data.Residual[i]);
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var scope = VectorWidths.Use(bits);
            var found = data.Run(relu: true, residual: true);
            Same(finished, found[0], $"finished y, {bits} bits, {s}");
            Same(dx, found[1], $"dx, {bits} bits, {s}");
            Same(dw, found[2], $"dw, {bits} bits, {s}");
            Same(y, data.Run(relu: false)[0], $"y, {bits} bits, {s}");
            Same(plain, data.Run(relu: false, bias: false)[0], $"y without bias, {bits} bits, {s}");
        }
    }

    private static void Same(float[] expected, float[] got, string what)
    {
        // A gradient that is 0 everywhere, as of taps that only padding meets, has no size to compare with.
        double size = expected.Max(Math.Abs);
        Assert.True(size == 0 ? got.All(value => value == 0) : Goldens.Distance(expected, got) <= Bound, what);
    }

    private sealed class Data
    {
        private readonly ConvolutionShape s;

        public Data(ConvolutionShape s)
        {
            this.s = s;
            var generator = new Generator(5);
            (X, Weight) = (Naive.Random(ref generator, s.InputPixels * s.Channels), Naive.Random(ref generator, s.Taps * s.Channels));
            (Bias, Dy, Residual) = (Naive.Random(ref generator, s.Channels), Naive.Random(ref generator, s.OutputPixels * s.Channels), Naive.Random(ref generator, s.OutputPixels * s.Channels));
        }

        public float[] X { get; }

        public float[] Weight { get; }

        public float[] Bias { get; }

        public float[] Dy { get; }

        public float[] Residual { get; }

        /// <summary>y, dx and dw; what they are written to holds NaN before.</summary>
        public float[][] Run(bool relu, bool bias = true, bool residual = false)
        {
            Tensor x = Of(X), weight = Of(Weight), b = Of(Bias), dy = Of(Dy), r = Of(Residual), y = Nothing(Dy.Length), dx = Nothing(X.Length), dw = Nothing(Weight.Length);
            var packed = Depthwise.Pack(weight.Pointer, s);
            Depthwise.Forward(x.Pointer, packed.Pointer, y.Pointer, s, new Epilogue(bias ? b.Pointer : null, residual ? r.Pointer : null, relu ? new(FunctionKind.Relu) : null));
            packed.Release();
            Depthwise.InputGradient(dy.Pointer, weight.Pointer, dx.Pointer, s);
            DepthwiseWeightProduct.Run(x.Pointer, dy.Pointer, dw.Pointer, s);
            GC.KeepAlive((x, weight, b, dy, r));
            return [y.ToArray(), dx.ToArray(), dw.ToArray()];
        }

        private static Tensor Of(float[] values) => Tensor.From(values, [values.Length]);

        private static Tensor Nothing(int count)
        {
            var values = new float[count];
            values.AsSpan().Fill(float.NaN);
            return Of(values);
        }
    }
}
