using System.Runtime.Intrinsics.X86;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Quantized;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Kernels;

/// <summary>Operations on numbers of 8 bits: every register width and every kind of instruction gives the bits of the plain loops.</summary>
[Collection(nameof(VectorWidth))]
public class QuantizedTests
{
    private static readonly Quantization from = new(0.05f, 13), to = new(0.11f, 101);

    /// <summary>Kernel, stride, margin, dilation, groups, channels, features, side.</summary>
    public static TheoryData<int, int, int, int, int, int, int, int> Convolutions => new()
    {
        { 1, 1, 0, 1, 1, 64, 64, 9 },
        { 1, 2, 0, 1, 1, 5, 7, 11 },
        { 3, 1, 1, 1, 1, 1, 64, 12 },
        { 3, 1, 1, 1, 1, 3, 33, 13 },
        { 3, 1, 1, 1, 1, 64, 32, 14 },
        { 3, 1, 1, 1, 1, 24, 40, 7 },
        { 3, 1, 1, 1, 1, 33, 35, 11 },
        { 3, 1, 0, 1, 1, 16, 17, 16 },
        { 3, 1, 2, 1, 1, 50, 16, 9 },
        { 3, 1, 0, 1, 1, 16, 16, 6 },
        { 3, 2, 1, 1, 1, 17, 19, 15 },
        { 7, 2, 3, 1, 1, 3, 64, 31 },
        { 5, 1, 2, 2, 1, 4, 6, 14 },
        { 3, 1, 1, 1, 4, 32, 24, 10 },
        { 3, 1, 1, 2, 2, 6, 70, 9 },
        { 3, 1, 1, 1, 32, 32, 32, 9 },
        { 3, 2, 1, 1, 29, 29, 29, 12 },
        { 5, 1, 2, 1, 72, 72, 72, 8 },
        { 3, 1, 1, 1, 8, 8, 16, 8 },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Convolution_OnEveryWidth_GivesTheBitsOfPlainLoops(int kernel, int stride, int margin, int dilation, int groups, int channels, int features, int side) =>
        Check(() => Convolved(kernel, stride, margin, dilation, groups, channels, features, side, 127));

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Convolution_WithWeightsOf9Bits_GivesTheBitsOfPlainLoops(int kernel, int stride, int margin, int dilation, int groups, int channels, int features, int side) =>
        Check(() => Convolved(kernel, stride, margin, dilation, groups, channels, features, side, 255));

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void MaximaOfConvolution_ThatWaits_GiveTheBitsOfPlainLoops(int kernel, int stride, int margin, int dilation, int groups, int channels, int features, int side)
    {
        bool isDepthwise = groups == channels && groups == features;
        Check(() =>
        {
            var generator = new Generator(9);
            var x = Tensor.From(Bytes(2 * channels * side * side, ref generator), [2, channels, side, side]);
            var weights = new QuantizedWeights(Weights(features * (channels / groups) * kernel * kernel, 127, ref generator), [features, channels / groups, kernel, kernel], Scales(features, ref generator), Biases(features, ref generator));
            Deferral.Enter();
            try
            {
                Tensor Wait(bool floor) => x.QuantizedConv2d(weights, from, to, floor, (stride, stride), (margin, margin, margin, margin), dilation, groups);
                var (plain, floored, other) = (Wait(false), Wait(true), Wait(false));
                Tensor[] maxima = [plain.QuantizedMaxPool(2, 2), floored.QuantizedMaxPool(2, 2), other.QuantizedMaxPool(3, 2)];
                // The convolution itself is never written.
                if (floored.Data is CpuStorage data)
                    Assert.Equal(!isDepthwise, data.IsPending);
                return maxima;
            }
            finally
            {
                Deferral.Leave();
            }
        });
    }

    [Theory]
    [InlineData(255, 127, 32)]
    [InlineData(255, -128, 32)]
    [InlineData(255, -255, 32)]
    // The most and the least beyond what Winograd's F(4x4, 3x3) holds: 255 · 252 · 9 · 58 < 2^25 < 255 · 253 · 9 · 58.
    [InlineData(255, 252, 58)]
    [InlineData(255, -253, 58)]
    public void Convolution_OfTheLargestNumbers_DoesNotSaturate(int pixel, short weight, int channels)
    {
        // vpmaddubsw would stop at 32,767 where 255 · 127 · 2 = 64,770 is meant.
        var (x, values) = (new byte[4 * channels * 12 * 12], new short[16 * channels * 9]);
        Array.Fill(x, (byte)pixel);
        Array.Fill(values, weight);
        foreach (int zero in (int[])[0, 255])
            Check(() =>
            {
                var weights = new QuantizedWeights(values, [16, channels, 3, 3], Ones(16), Enumerable.Range(0, 16).Select(i => i * 1_000_000).ToArray());
                var images = Tensor.From(x, [4, channels, 12, 12]);
                return [images.QuantizedConv2d(weights, new(1, zero), null), images.QuantizedConv2d(weights, new(1, zero), null, margin: (1, 1, 1, 1))];
            });
        var exact = new QuantizedWeights(values, [16, channels, 3, 3], Ones(16));
        Assert.All(Tensor.From(x, [4, channels, 12, 12]).QuantizedConv2d(exact, new(1, 0), null).ToArray(), y => Assert.Equal((float)channels * 9 * pixel * weight, y));
    }

    [Fact]
    public void Convolution_OfTilesThatTransformToTheLargestNumbers_GivesTheBitsOfPlainLoops()
    {
        // Bᵀ of Winograd's F(4x4, 3x3): of each of the 36 positions, the pixels that make it largest, and those that make it least.
        int[][] rows = [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]];
        const int side = 14, channels = 16, images = 72;
        var x = new byte[images * channels * side * side];
        for (int i = 0; i < x.Length; i++)
        {
            int image = i / (channels * side * side), position = image / 2, down = i / side % side % 6, across = i % side % 6;
            x[i] = rows[position / 6][down] * rows[position % 6][across] * (image % 2 == 0 ? 1 : -1) > 0 ? (byte)255 : (byte)0;
        }

        var values = new short[channels * channels * 9];
        for (int i = 0; i < values.Length; i++)
        {
            int feature = i / (channels * 9), sign = ((feature & 1) != 0 && i / 3 % 3 == 1 ? -1 : 1) * ((feature & 2) != 0 && i % 3 == 1 ? -1 : 1) * ((feature & 4) != 0 ? -1 : 1);
            values[i] = (short)(255 * sign);
        }

        Check(() =>
        {
            var weights = new QuantizedWeights(values, [channels, channels, 3, 3], Ones(channels));
            return [Tensor.From(x, [images, channels, side, side]).QuantizedConv2d(weights, from, null)];
        });
    }

    [Theory]
    [InlineData(1, 4608, 73)]
    [InlineData(7, 33, 5)]
    [InlineData(64, 100, 256)]
    public void Linear_OnEveryWidth_GivesTheBitsOfPlainLoops(int rows, int inputs, int outputs) => Check(() =>
    {
        var generator = new Generator(5);
        var x = Tensor.From(Bytes(rows * inputs, ref generator), [rows, inputs]);
        var weights = new QuantizedWeights(Weights(outputs * inputs, 128, ref generator), [outputs, inputs], Scales(outputs, ref generator), Biases(outputs, ref generator));
        return [x.QuantizedLinear(weights, from, to), x.QuantizedLinear(weights, from, to, floor: true), x.QuantizedLinear(weights, from, null)];
    });

    [Fact]
    public void Margins_OfEachSideAndSteps_GiveTheBitsOfPlainLoops() => Check(() =>
    {
        var generator = new Generator(6);
        var x = Tensor.From(Bytes(2 * 12 * 9 * 11, ref generator), [2, 12, 9, 11]);
        var weights = new QuantizedWeights(Weights(20 * 12 * 6, 127, ref generator), [20, 12, 2, 3], Scales(20, ref generator));
        return [x.QuantizedConv2d(weights, from, to, stride: (2, 1), margin: (0, 2, 1, 0)), x.QuantizedConv2d(weights, from, null, stride: (1, 3), margin: (3, 0, 0, 1))];
    });

    [Fact]
    public void Elements_OnEveryWidth_GiveTheBitsOfPlainLoops() => Check(() =>
    {
        var generator = new Generator(7);
        const int length = 2 * 37 * 5 * 7;
        var (a, b) = (Tensor.From(Bytes(length, ref generator), [2, 37, 5, 7]), Tensor.From(Bytes(length, ref generator), [2, 37, 5, 7]));
        var real = Tensor.Normal([length], ref generator) * 9f;
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, 0.165f, 0.055f, -0.055f, 1e30f, -1e30f];
        byte[] table = [.. Enumerable.Range(0, 256).Select(q => (byte)(255 - q))];
        return
        [
            real.Quantize(to), Tensor.From(special, [special.Length]).Quantize(to), a.Dequantize(from), a.Lookup(table),
            a.QuantizedAdd(from, b, to, new(0.2f, 77)), a.QuantizedAdd(from, b, from, new(0.02f, 77), floor: true),
            a.QuantizedMaxPool(2, 2), a.QuantizedMaxPool(3, 2, 1), a.QuantizedMaxPool(3, 2, ceilMode: true),
            a.QuantizedMeanOverPixels(from, to), Tensor.QuantizedConcatenate([a, b, a], [from, to, to], to),
        ];
    });

    [Fact]
    public void Range_HoldsZeroExactly()
    {
        foreach (var (least, most) in (ReadOnlySpan<(float, float)>)[(-1, 2), (0.5f, 3), (-3, -1), (0, 0), (-1e-8f, 5)])
        {
            var q = Quantization.OfRange(least, most);
            Assert.Equal(0, q.Real(q.Nearest(0)));
            Assert.Equal(Math.Max(most, 0), q.Real(255), 0.02);
        }
    }

    [Fact]
    public void Operations_OfWrongTensors_SayWhatTheyExpect()
    {
        var weights = new QuantizedWeights(new short[4 * 3], [4, 3], Ones(4));
        var bytes = Tensor.From(new byte[6], [2, 3]);
        Assert.Equal("QuantizedLinear: expected a uint8 tensor, got Float32 (2, 3). Use Quantize.", Assert.Throws<MekikiException>(() => Tensor.Zeros([2, 3]).QuantizedLinear(weights, from, to)).Message);
        Assert.Equal("QuantizedConv2d: expected images (N, C, H, W) and weights (O, C/groups, kh, kw) with 1 groups, got (2, 3) and (4, 3).", Assert.Throws<MekikiException>(() => bytes.QuantizedConv2d(weights, from, to)).Message);
        Assert.Equal("QuantizedAdd: expected tensors of one shape, got (2, 3) and (6).", Assert.Throws<MekikiException>(() => bytes.QuantizedAdd(from, bytes.Reshape(6), from, to)).Message);
        Assert.Throws<MekikiException>(() => bytes.QuantizedLinear(weights, default, to));
        Assert.Throws<MekikiException>(() => bytes.Lookup(new byte[255]));
        Assert.Throws<MekikiException>(() => new QuantizedWeights([256], [1, 1], Ones(1)));
        // 70,000 · 128 · 255 is more than 2^31.
        short[] many = new short[70_000];
        Array.Fill(many, (short)-128);
        Assert.Throws<MekikiException>(() => new QuantizedWeights(many, [1, 70_000], Ones(1)));
    }

    private static Tensor[] Convolved(int kernel, int stride, int margin, int dilation, int groups, int channels, int features, int side, int most)
    {
        var generator = new Generator(3);
        var x = Tensor.From(Bytes(2 * channels * side * side, ref generator), [2, channels, side, side]);
        var weights = new QuantizedWeights(Weights(features * (channels / groups) * kernel * kernel, most, ref generator), [features, channels / groups, kernel, kernel], Scales(features, ref generator), Biases(features, ref generator));
        var (steps, sides) = ((stride, stride), (margin, margin, margin, margin));
        return
        [
            x.QuantizedConv2d(weights, from, to, false, steps, sides, dilation, groups),
            x.QuantizedConv2d(weights, from, to, true, steps, sides, dilation, groups),
            x.QuantizedConv2d(weights, from, null, false, steps, sides, dilation, groups),
        ];
    }

    private static void Check(Func<Tensor[]> compute)
    {
        byte[][] expected;
        using (Switches.UseBackend(ReferenceBackend.Instance))
            expected = [.. compute().Select(Bits)];
        foreach (bool vnni in (bool[])[true, false])
            foreach (int bits in VectorWidths.All)
                foreach (int threads in (int[])[1, 3])
                {
                    using var width = VectorWidths.Use(bits);
                    using var workers = Switches.UseThreads(threads);
                    ByteInstructions.IsVnniEnabled = vnni;
                    try
                    {
                        byte[][] got = [.. compute().Select(Bits)];
                        for (int i = 0; i < expected.Length; i++)
                            Assert.True(expected[i].AsSpan().SequenceEqual(got[i]), $"result {i}, {bits} bits, {(vnni && AvxVnni.IsSupported ? "with" : "without")} VNNI, {threads} threads: {Enumerable.Range(0, got[i].Length).Count(j => got[i][j] != expected[i][j])} of {got[i].Length} bytes differ");
                    }
                    finally
                    {
                        ByteInstructions.IsVnniEnabled = true;
                    }
                }
    }

    private static byte[] Bits(Tensor x) => x.DType == DType.UInt8 ? x.ToArray<byte>() : [.. x.ToArray().SelectMany(BitConverter.GetBytes)];

    private static byte[] Bytes(int count, ref Generator generator)
    {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++)
            bytes[i] = (byte)(generator.NextSingle() * 256);
        return bytes;
    }

    private static short[] Weights(int count, int most, ref Generator generator)
    {
        var weights = new short[count];
        for (int i = 0; i < count; i++)
            weights[i] = (short)((generator.NextSingle() * 2 - 1) * most);
        return weights;
    }

    private static float[] Scales(int count, ref Generator generator)
    {
        var scales = new float[count];
        for (int i = 0; i < count; i++)
            scales[i] = 0.001f + generator.NextSingle() * 0.01f;
        return scales;
    }

    private static int[] Biases(int count, ref Generator generator)
    {
        var biases = new int[count];
        for (int i = 0; i < count; i++)
            biases[i] = (int)((generator.NextSingle() - 0.5f) * 20_000);
        return biases;
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
