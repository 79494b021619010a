using System.Globalization;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Benchmarks;

/// <summary>Depthwise convolutions of MobileNetV2's and EfficientNet's sizes against what memory and multipliers allow: a row of CSV for each.</summary>
internal static unsafe class DepthwiseFigures
{
    private static readonly (int Side, int Channels)[] layers = [(112, 32), (56, 144), (28, 192), (14, 576)];

    public static void Print(int[] threads, int[] batches)
    {
        Console.WriteLine("pass,batch,side,channels,kernel,stride,threads,bits,ns,bound_ns,bound,percent");
        foreach (int count in threads)
        {
            Workers.Count = count;
            double peak = Bounds.MultiplyAddsPerNanosecond();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# {count} threads, {VectorWidth.Bits} bits: {peak:f1} multiply-adds per ns"));
            foreach (int batch in batches)
                foreach (var (side, channels) in layers)
                    foreach (int kernel in (int[])[3, 5])
                        foreach (int stride in (int[])[1, 2])
                            Print(new ConvolutionShape(batch, channels, side, side, channels, kernel, kernel, stride, kernel / 2, 1, channels), peak);
        }
    }

    private static void Print(ConvolutionShape s, double peak)
    {
        int reads = s.InputPixels * s.Channels, writes = s.OutputPixels * s.Channels;
        CpuStorage x = Subject.Filled(reads), y = Subject.Filled(writes), weight = Subject.Filled(s.Taps * s.Channels), packed = Depthwise.Pack(weight.Pointer, s);
        double products = Products(s) / peak;
        Row("forward", s, Bounds.Moving(reads, writes), products, () => Depthwise.Forward(x.Pointer, packed.Pointer, y.Pointer, s, new Epilogue(weight.Pointer, null, new(FunctionKind.Relu))));
        Row("input gradient", s, Bounds.Moving(writes, reads), products, () => Depthwise.InputGradient(y.Pointer, weight.Pointer, x.Pointer, s));
        Row("weight gradient", s, Bounds.Moving(reads + writes, 0), products, () => DepthwiseWeightProduct.Run(x.Pointer, y.Pointer, weight.Pointer, s));
        foreach (var storage in (CpuStorage[])[x, y, weight, packed])
            storage.Release();
    }

    private static void Row(string pass, ConvolutionShape s, double moving, double products, Action work)
    {
        double time = Bounds.Nanoseconds(work), bound = Math.Max(moving, products);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pass},{s.Images},{s.Height},{s.Channels},{s.KernelHeight},{s.Stride},{Workers.Count},{VectorWidth.Bits},{time:f0},{bound:f0},{(moving > products ? "memory" : "products")},{100 * bound / time:f0}"));
    }

    /// <summary>Multiply-adds without those of padding.</summary>
    private static double Products(in ConvolutionShape s)
    {
        double rows = 0, columns = 0;
        for (int k = 0; k < s.KernelHeight; k++)
            for (int i = 0; i < s.OutHeight; i++)
                rows += (uint)(i * s.Stride + k - s.Padding) < (uint)s.Height ? 1 : 0;
        for (int k = 0; k < s.KernelWidth; k++)
            for (int i = 0; i < s.OutWidth; i++)
                columns += (uint)(i * s.Stride + k - s.Padding) < (uint)s.Width ? 1 : 0;
        return rows * columns * s.Images * s.Channels;
    }
}
