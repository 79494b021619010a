using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Backends.Cpu.Fusion;

/// <summary>A depthwise convolution, and with it, some rows at a time, the 1x1 convolution before it: what lies between them, the largest tensor of a MobileNet's block, stays in a core's cache.</summary>
/// <remarks>
/// The 1x1 convolution goes along where nothing is recorded. Each number is computed as it is by one convolution after the other, to the
/// same bits. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, arXiv:1801.04381, section 5.1, splits the
/// channels for that; rows need no sums of parts.
/// </remarks>
internal static unsafe class DepthwiseChain
{
    // Smaller tensors stay in the caches anyway.
    private const long LeastFloats = 128 << 10;

    /// <summary>Computes a depthwise convolution, with the 1x1 convolution before it, and before its margin if it has one, where that waits.</summary>
    /// <param name="work">The depthwise convolution.</param>
    /// <param name="scale">Of each of its channels, (C), or null.</param>
    /// <param name="epilogue">What is done to its result at once.</param>
    public static CpuStorage Compute(ConvolutionWork work, float* scale, in Epilogue epilogue)
    {
        var s = work.Inputs.Sizes;
        var margin = work.Inputs.X is { IsPending: true, Work: PadWork pad } ? pad : null;
        var x = margin?.X ?? work.Inputs.X;
        using var before = work.IsRecorded ? null : Expansion.Of(x);
        // Before memory is taken: an input that waited is computed here, and what it read is free again, and warm.
        float* source = before is null ? x.Pointer : before.X;
        var weights = work.Packed(ConvolutionMethod.Depthwise, scale);
        var panels = before?.Pack();
        var y = CpuStorage.Floats((long)s.OutputPixels * s.Features);
        var product = before is null ? default : new RowProduct(panels!.Pointer, before.Sizes, before.Epilogue);
        var rows = before is null ? null : &product;
        var (height, width, top, left) = margin is null ? (s.Height, s.Width, 0, 0) : (margin.Height, margin.Width, margin.Top, margin.Left);
        Depthwise.Forward(source, rows, height, width, s.Padding + top, s.Padding + left, weights.Pointer, y.Pointer, s, epilogue);
        weights.Release();
        panels?.Release();
        return y;
    }

    /// <summary>A 1x1 convolution that waits, with no more than a fixed norm and a function behind it.</summary>
    private sealed class Expansion : IDisposable
    {
        private readonly ConvolutionWork work;
        private readonly NormWork? norm;
        private readonly CpuStorage? bias;

        private Expansion(ConvolutionWork work, NormWork? norm)
        {
            (this.work, this.norm) = (work, norm);
            if (norm is null)
                return;
            bias = CpuStorage.Floats(Sizes.Features + TileKernels.MostColumns);
            work.ScaleBias(norm.Inputs.Scale, norm.Inputs.Shift, bias.Pointer);
        }

        public ConvolutionShape Sizes => work.Inputs.Sizes;

        public float* X => work.Inputs.X.Pointer;

        public Epilogue Epilogue => bias is null ? new(work.Inputs.BiasPointer, null, work.Then) : new(bias.Pointer, null, norm!.Then);

        public static Expansion? Of(CpuStorage x) => x is not { IsPending: true } ? null : x.Work switch
        {
            ConvolutionWork { IsRecorded: false, Pool: false, Residual: null } work when Fits(work) => new(work, null),
            NormWork { IsFrozen: true, Pool: false, Residual: null } norm when norm.Inputs.PendingConvolution is { IsRecorded: false } work && Fits(work) => new(work, norm),
            _ => null,
        };

        public CpuStorage Pack() => work.Packed(ConvolutionMethod.Pixels, norm is null ? null : norm.Inputs.Scale);

        public void Dispose() => bias?.Release();

        // The result must be large, and larger than the weights, which every image reads anew.
        private static bool Fits(ConvolutionWork work) =>
            work.Inputs.Sizes is { KernelHeight: 1, KernelWidth: 1, Stride: 1, Padding: 0, Groups: 1 } s && (long)s.OutputPixels * s.Features >= LeastFloats && s.Height * s.Width > s.Channels;
    }
}
