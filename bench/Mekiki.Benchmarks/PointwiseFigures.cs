using System.Globalization;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Benchmarks;

/// <summary>1x1 convolutions of MobileNetV2's sizes, with bias and what follows them, against the multipliers' peak: a row of CSV for each.</summary>
internal static unsafe class PointwiseFigures
{
    // Side, channels in and out, how often the network has it, whether ReLU6 follows, whether the block's input is added.
    private static readonly (int Side, int Channels, int Features, int Times, bool HasRelu6, bool HasResidual)[] layers =
    [
        (112, 32, 16, 1, false, false), (112, 16, 96, 1, true, false), (56, 96, 24, 1, false, false), (56, 24, 144, 2, true, false),
        (56, 144, 24, 1, false, true), (28, 144, 32, 1, false, false), (28, 32, 192, 3, true, false), (28, 192, 32, 2, false, true),
        (14, 192, 64, 1, false, false), (14, 64, 384, 4, true, false), (14, 384, 64, 3, false, true), (14, 384, 96, 1, false, false),
        (14, 96, 576, 3, true, false), (14, 576, 96, 2, false, true), (7, 576, 160, 1, false, false), (7, 160, 960, 3, true, false),
        (7, 960, 160, 2, false, true), (7, 960, 320, 1, false, false), (7, 320, 1280, 1, true, false),
    ];

    public static void Print(int[] threads, int[] batches)
    {
        Console.WriteLine("batch,side,channels,features,relu6,residual,times,threads,bits,ns,percent_of_peak");
        foreach (int count in threads)
        {
            Workers.Count = count;
            double peak = Bounds.MultiplyAddsPerNanosecond();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# {count} threads, {VectorWidth.Bits} bits: {peak:f1} multiply-adds per ns"));
            foreach (int batch in batches)
            {
                double whole = 0, least = 0;
                foreach (var (side, channels, features, times, hasRelu6, hasResidual) in layers)
                {
                    var s = new ConvolutionShape(batch, channels, side, side, features, 1, 1, 1, 0, 1, 1);
                    CpuStorage x = Subject.Filled(s.InputPixels * channels), y = Subject.Filled(s.OutputPixels * features), added = Subject.Filled(s.OutputPixels * features);
                    CpuStorage weight = Subject.Filled(channels * features), bias = Subject.Filled(features + TileKernels.MostColumns), panels = WeightPanels.Forward(weight.Pointer, s);
                    Function? then = hasRelu6 ? new(FunctionKind.Relu6) : null;
                    var epilogue = new Epilogue(bias.Pointer, hasResidual ? added.Pointer : null, then);
                    double time = Bounds.Nanoseconds(() => Convolution.Forward(x.Pointer, panels, y.Pointer, s, epilogue, biasLast: false, wantMoments: false, out _));
                    double bound = (double)s.OutputPixels * channels * features / peak;
                    (whole, least) = (whole + times * time, least + times * bound);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{batch},{side},{channels},{features},{(hasRelu6 ? 1 : 0)},{(hasResidual ? 1 : 0)},{times},{count},{VectorWidth.Bits},{time:f0},{100 * bound / time:f0}"));
                    foreach (var storage in (CpuStorage[])[x, y, added, weight, bias, panels])
                        storage.Release();
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# all together: {whole / 1e6:f2} ms, at least {least / 1e6:f2}"));
            }
        }
    }
}
