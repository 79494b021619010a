using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>A convolution of bytes that waits to be read, so that 2x2 maxima can be had in the same pass: those of sums, since what becomes of sums never falls where they rise.</summary>
internal sealed unsafe class QuantizedConvolutionWork : Work
{
    private readonly QuantizedConvolution sizes;
    private readonly byte margin;
    private readonly Requantization to;
    private readonly CpuStorage x, weight, terms, factors;

    /// <summary>Puts a convolution off.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="x">(N, H, W, C); shared.</param>
    /// <param name="weight">The weights; shared.</param>
    /// <param name="margin">What stands around the images.</param>
    /// <param name="to">What becomes of the sums; its storages are shared.</param>
    public QuantizedConvolutionWork(in QuantizedConvolution sizes, CpuStorage x, CpuStorage weight, byte margin, in Requantization to)
    {
        (this.sizes, this.margin, this.to) = (sizes, margin, to);
        (this.x, this.weight) = ((CpuStorage)x.Share(), (CpuStorage)weight.Share());
        (terms, factors) = ((CpuStorage)to.Terms.Share(), (CpuStorage)to.Factors.Share());
    }

    public override bool IsRecorded => false;

    /// <summary>What the result's elements are.</summary>
    public DType Type => to.IsReal ? DType.Float32 : DType.UInt8;

    /// <summary>Whether 2x2 maxima of its result can be computed with it.</summary>
    public bool CanHalve => !to.IsReal && sizes is { OutHeight: > 1, OutWidth: > 1 } && !QuantizedDepthwise.Fits(sizes);

    public override CpuStorage Compute() => Compute(sizes);

    /// <summary>The 2x2 maxima of the result alone.</summary>
    public CpuStorage ComputeHalved() => Compute(sizes with { IsHalved = true });

    protected override void Free()
    {
        x.Release();
        weight.Release();
        terms.Release();
        factors.Release();
    }

    private CpuStorage Compute(in QuantizedConvolution s)
    {
        var y = CpuStorage.Of(Type, s.WrittenLength);
        var writer = SumWriter.Of(to, factors.Pointer, y.Pointer);
        int* start = (int*)terms.Pointer;
        if (QuantizedWinograd.TryRun((byte*)x.Pointer, weight, s, margin, start, writer))
            return y;
        var padded = s.HasMargin ? BytePadding.Copy((byte*)x.Pointer, s, margin) : (CpuStorage)x.Share();
        if (QuantizedDepthwise.Fits(s))
            QuantizedDepthwise.Run((byte*)padded.Pointer, weight, s, start, writer);
        else
            QuantizedProduct.Run((byte*)padded.Pointer, weight, s, start, writer);
        padded.Release();
        return y;
    }
}
