using System.Globalization;
using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;
using Mekiki.Layers;

namespace Mekiki.Benchmarks;

/// <summary>The products of ViT-B/16 at 224x224 against the multipliers' peak: a row of CSV for each.</summary>
internal static unsafe class ProductFigures
{
    private const int Tokens = 197, Heads = 12, HeadChannels = 64, Channels = 768;

    public static void Print(int[] threads, int[] batches)
    {
        Console.WriteLine("product,batch,rows,inputs,outputs,threads,bits,ns,percent_of_peak");
        foreach (int count in threads)
        {
            Workers.Count = count;
            double peak = Bounds.MultiplyAddsPerNanosecond();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# {count} threads, {VectorWidth.Bits} bits: {peak:f1} multiply-adds per ns"));
            foreach (int batch in batches)
            {
                Whole(batch, peak);
                Attention("queries keys", batch, Tokens, HeadChannels, Tokens, turned: true, peak);
                Attention("attention values", batch, Tokens, Tokens, HeadChannels, turned: false, peak);
                foreach (var (inputs, outputs) in ((int, int)[])[(Channels, 3 * Channels), (Channels, Channels), (Channels, 4 * Channels), (4 * Channels, Channels)])
                    Linear(batch, inputs, outputs, peak);
            }
        }
    }

    /// <summary>The layer as a network calls it: projections, scores, softmax, mixture, projection.</summary>
    private static void Whole(int batch, double peak)
    {
        using var pause = Gradients.Off();
        var layer = new MultiheadAttention(Channels, Heads);
        layer.Eval();
        var generator = new Generator(0, 1);
        var x = Tensor.Uniform([batch, Tokens, Channels], ref generator);
        double products = (double)batch * Tokens * Channels * (4 * Channels + 2 * Tokens);
        Row("multi-head attention", batch, Tokens, Channels, Channels, products / peak, () => layer[x].Release());
    }

    private static void Attention(string name, int batch, int rows, int inputs, int outputs, bool turned, double peak)
    {
        int matrices = batch * Heads;
        CpuStorage a = Subject.Filled(matrices * rows * inputs), b = Subject.Filled(matrices * inputs * outputs), c = Subject.Filled(matrices * rows * outputs);
        StridedMatrices left = StridedMatrices.Packed(a.Pointer, rows, inputs), result = StridedMatrices.Packed(c.Pointer, rows, outputs);
        var right = turned ? StridedMatrices.Packed(b.Pointer, outputs, inputs).Transposed : StridedMatrices.Packed(b.Pointer, inputs, outputs);
        Row(name, batch, rows, inputs, outputs, (double)matrices * rows * inputs * outputs / peak, () => BatchedProduct.Run(left, right, result, 1, matrices, rows, outputs, inputs));
        foreach (var storage in (CpuStorage[])[a, b, c])
            storage.Release();
    }

    private static void Linear(int batch, int inputs, int outputs, double peak)
    {
        using var pause = Gradients.Off();
        int rows = batch * Tokens;
        CpuStorage values = Subject.Filled(rows * inputs), weights = Subject.Filled(outputs * inputs), y = CpuStorage.Floats((long)rows * outputs);
        var x = Tensor.From(new ReadOnlySpan<float>(values.Pointer, rows * inputs).ToArray(), [rows, inputs]);
        var weight = Tensor.From(new ReadOnlySpan<float>(weights.Pointer, outputs * inputs).ToArray(), [outputs, inputs]);
        var s = new ConvolutionShape(rows, inputs, 1, 1, outputs, 1, 1, 1, 0, 1, 1);
        var panels = WeightPanels.Forward(weights.Pointer, s);
        double least = (double)rows * inputs * outputs / peak;
        Row("linear layer", batch, rows, inputs, outputs, least, () => x.Linear(weight).Release());
        Row("linear layer with weights packed before", batch, rows, inputs, outputs, least, () => Convolution.Forward(values.Pointer, panels, y.Pointer, s, default, biasLast: false, wantMoments: false, out _));
        Row("linear layer with weights packed each time", batch, rows, inputs, outputs, least, () =>
        {
            var packed = WeightPanels.Forward(weights.Pointer, s);
            Convolution.Forward(values.Pointer, packed, y.Pointer, s, default, biasLast: false, wantMoments: false, out _);
            packed.Release();
        });
        foreach (var storage in (CpuStorage[])[values, weights, panels, y])
            storage.Release();
    }

    private static void Row(string name, int batch, int rows, int inputs, int outputs, double least, Action work)
    {
        double time = Bounds.Nanoseconds(work);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name},{batch},{rows},{inputs},{outputs},{Workers.Count},{VectorWidth.Bits},{time:f0},{100 * least / time:f0}"));
    }
}
