using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Quantized;

namespace Mekiki.Backends.Cpu;

/// <summary>Numbers of 8 bits.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override Storage Quantize(Storage x, Quantization to)
    {
        var y = CpuStorage.Of(DType.UInt8, x.Length);
        var kernel = new QuantizeKernel { X = P(x), Y = (byte*)y.Pointer, To = to };
        ByteElements.Run(ref kernel, (nint)x.Length);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Dequantize(Storage x, Quantization from)
    {
        var y = CpuStorage.Floats(x.Length);
        var kernel = new DequantizeKernel { X = (byte*)P(x), Y = y.Pointer, From = from };
        ByteElements.Run(ref kernel, (nint)x.Length);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Lookup(Storage x, ReadOnlySpan<byte> table)
    {
        var y = CpuStorage.Of(DType.UInt8, x.Length);
        Through(table, (byte*)P(x), (byte*)y.Pointer, (nint)x.Length);
        return y;
    }

    /// <inheritdoc/>
    public override Storage ConvolveQuantized(in QuantizedConvolution s, Storage x, Storage weight, int margin, in Requantization to)
    {
        // One at a time: what this one reads is there before it waits.
        C(x).Settle();
        var work = new QuantizedConvolutionWork(s, C(x), C(weight), (byte)margin, to);
        return CpuStorage.Of(work, s.WrittenLength, work.Type);
    }

    /// <inheritdoc/>
    public override Storage AddQuantized(Storage a, Quantization aFrom, Storage b, Quantization bFrom, Quantization to, int least)
    {
        var y = CpuStorage.Of(DType.UInt8, a.Length);
        var kernel = new AddKernel
        {
            A = (byte*)P(a),
            B = (byte*)P(b),
            Y = (byte*)y.Pointer,
            AZero = aFrom.Zero,
            BZero = bFrom.Zero,
            Zero = to.Zero,
            Floor = least,
            AFactor = aFrom.Scale / to.Scale,
            BFactor = bFrom.Scale / to.Scale,
        };
        ByteElements.Run(ref kernel, (nint)a.Length);
        return y;
    }

    /// <inheritdoc/>
    public override Storage MaxPoolQuantized(in PoolSizes s, Storage x)
    {
        if (s.IsHalving && C(x).Waiting is QuantizedConvolutionWork { CanHalve: true } convolution)
            return convolution.ComputeHalved();
        var y = CpuStorage.Of(DType.UInt8, s.OutputLength);
        BytePooling.Max(s, (byte*)P(x), (byte*)y.Pointer);
        return y;
    }

    /// <inheritdoc/>
    public override Storage MeanQuantized(Storage x, Shape shape, Quantization from, Quantization to)
    {
        int images = shape[0], channels = shape[1], pixels = shape[2] * shape[3];
        var y = CpuStorage.Of(DType.UInt8, (long)images * channels);
        using var scratch = new Scratch(2L * channels);
        int* sums = (int*)scratch.Pointer;
        float* factors = scratch.Pointer + channels;
        new Span<float>(factors, channels).Fill((float)((double)from.Scale / ((double)pixels * to.Scale)));
        var writer = new SumWriter { Factors = factors, Y = y.Pointer, Least = -to.Zero, Most = 255 - to.Zero, Zero = to.Zero };
        for (int n = 0; n < images; n++)
        {
            BytePooling.Sum((byte*)P(x) + (nint)n * pixels * channels, pixels, channels, sums);
            for (int c = 0; c < channels; c++)
                sums[c] -= pixels * from.Zero;
            writer.Write(sums, 0, 1, 0, (nint)n * channels, 0, channels);
        }

        return y;
    }

    /// <inheritdoc/>
    public override Storage JoinQuantized(int images, int pixels, Storage[] parts, int[] channels, byte[][] tables)
    {
        int all = channels.Sum(), first = 0;
        var y = CpuStorage.Of(DType.UInt8, (long)images * pixels * all);
        for (int i = 0; i < parts.Length; first += channels[i++])
        {
            byte* from = (byte*)P(parts[i]), to = (byte*)y.Pointer + first;
            for (int p = 0; p < images * pixels; p++)
                Through(tables[i], from + (nint)p * channels[i], to + (nint)p * all, channels[i]);
        }

        return y;
    }

    private static void Through(ReadOnlySpan<byte> table, byte* x, byte* y, nint count)
    {
        fixed (byte* values = table)
            for (nint i = 0; i < count; i++)
                y[i] = values[x[i]];
    }
}
