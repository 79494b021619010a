using System.Globalization;
using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Quantized;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Benchmarks;

/// <summary>Convolutions of ResNet-18, MobileNetV2 and the chapter's CNN with 8 bits against 32: a row of CSV for each.</summary>
internal static class QuantizedFigures
{
    public static void Print(int[] threads, int[] batches)
    {
        using var pause = Gradients.Off();
        Console.WriteLine("layer,batch,threads,bits,vnni,float_ns,int8_ns,ratio,products_per_ns");
        foreach (int count in threads)
            foreach (int batch in batches)
            {
                Workers.Count = count;
                Row("cnn conv1", batch, 1, 64, 48, 3, 1, 1, 1);
                Row("cnn conv2", batch, 64, 32, 24, 3, 1, 1, 1);
                Row("resnet conv1", batch, 3, 64, 224, 7, 2, 3, 1);
                Row("resnet layer1", batch, 64, 64, 56, 3, 1, 1, 1);
                Row("resnet layer2", batch, 128, 128, 28, 3, 1, 1, 1);
                Row("resnet layer2 stride 2", batch, 64, 128, 56, 3, 2, 1, 1);
                Row("resnet layer3", batch, 256, 256, 14, 3, 1, 1, 1);
                Row("resnet layer4", batch, 512, 512, 7, 3, 1, 1, 1);
                Row("mobilenet expand", batch, 24, 144, 56, 1, 1, 0, 1);
                Row("mobilenet depthwise", batch, 144, 144, 56, 3, 1, 1, 144);
                Row("mobilenet project", batch, 144, 24, 56, 1, 1, 0, 1);
                Row("mobilenet last", batch, 320, 1280, 7, 1, 1, 0, 1);
            }
    }

    private static void Row(string name, int batch, int channels, int features, int side, int kernel, int stride, int padding, int groups)
    {
        var generator = new Generator(1);
        int depth = channels / groups * kernel * kernel;
        Tensor x = Tensor.Uniform([batch, channels, side, side], ref generator, 0, 1), weight = Tensor.Uniform([features, channels / groups, kernel, kernel], ref generator, -1, 1), bias = Tensor.Zeros([features]);
        var from = new Quantization(1f / 255, 0);
        var bytes = x.Quantize(from);
        short[] whole = [.. weight.ToArray().Select(w => (short)MathF.Round(w * 127))];
        float[] scales = new float[features];
        Array.Fill(scales, 1f / 127);
        var weights = new QuantizedWeights(whole, weight.Shape, scales, new int[features]);
        var to = new Quantization(depth / 255f, 128);
        var margin = (padding, padding, padding, padding);
        // Images as networks hand them on: channels last.
        x = x.Conv2d(Tensor.From(Identity(channels), [channels, 1, 1, 1]), null, groups: channels);
        bytes = bytes.QuantizedMaxPool(1, 1);
        double real = Bounds.Nanoseconds(() => x.Conv2d(weight, bias, stride, padding, 1, groups).Release());
        double quantized = Bounds.Nanoseconds(() => bytes.QuantizedConv2d(weights, from, to, floor: true, (stride, stride), margin, 1, groups).Release());
        int places = (side + 2 * padding - kernel) / stride + 1;
        double products = (double)batch * places * places * features * depth;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name},{batch},{Workers.Count},{VectorWidth.Bits},{(ByteInstructions.HasVnni ? 1 : 0)},{real:f0},{quantized:f0},{real / quantized:f2},{products / quantized:f1}"));
    }

    private static float[] Identity(int channels)
    {
        var ones = new float[channels];
        Array.Fill(ones, 1);
        return ones;
    }
}
