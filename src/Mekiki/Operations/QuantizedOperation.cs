using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Operations on numbers of 8 bits; they have no gradients.</summary>
internal static class QuantizedOperation
{
    public static Tensor Quantize(Tensor x, Quantization to)
    {
        Operand.Check("Quantize", x);
        var y = new Tensor(x.Shape, x.Backend.Quantize(x.Data, Checked(to)), x.Layout);
        OperationTrace.Show("Quantize", y, [x], ("scale", to.Scale), ("zero", to.Zero));
        return y;
    }

    public static Tensor Dequantize(Tensor x, Quantization from)
    {
        Check("Dequantize", x);
        var y = new Tensor(x.Shape, x.Backend.Dequantize(x.Data, Checked(from)), x.Layout);
        OperationTrace.Show("Dequantize", y, [x], ("scale", from.Scale), ("zero", from.Zero));
        return y;
    }

    public static Tensor Lookup(Tensor x, ReadOnlySpan<byte> table)
    {
        Check("Lookup", x);
        if (table.Length != 256)
            throw new MekikiException($"Lookup: expected 256 values, got {table.Length}.");
        var y = new Tensor(x.Shape, x.Backend.Lookup(x.Data, table), x.Layout);
        OperationTrace.Show("Lookup", y, [x]);
        return y;
    }

    public static Tensor Convolve(Tensor x, Tensor weights, Tensor terms, Tensor factors, Quantization from, Quantization? to, bool floor, (int Down, int Across) stride, (int Top, int Left, int Bottom, int Right) margin, int dilation, int groups)
    {
        Check("QuantizedConv2d", x);
        if (stride.Down < 1 || stride.Across < 1 || dilation < 1 || groups < 1 || margin.Top < 0 || margin.Left < 0 || margin.Bottom < 0 || margin.Right < 0)
            throw new ArgumentOutOfRangeException(null, $"QuantizedConv2d: expected strides, dilation and groups of 1 or more and margins of 0 or more, got strides {stride}, margins {margin}, dilation {dilation}, groups {groups}.");
        var w = weights.Shape;
        if (x.Shape.Rank != 4 || w.Rank != 4 || x.Shape[1] != (long)w[1] * groups || w[0] % groups != 0 || x.Count == 0)
            throw new MekikiException($"QuantizedConv2d: expected images (N, C, H, W) and weights (O, C/groups, kh, kw) with {groups} groups, got {x.Shape} and {w}.");
        long height = (long)x.Shape[2] + margin.Top + margin.Bottom, width = (long)x.Shape[3] + margin.Left + margin.Right;
        if (height < (long)dilation * (w[2] - 1) + 1 || width < (long)dilation * (w[3] - 1) + 1)
            throw new MekikiException($"QuantizedConv2d: expected images at least as large as the kernel ({w[2]}x{w[3]}, dilation {dilation}), got {x.Shape} with margins {margin}. Use larger images or a smaller network.");
        if ((double)x.Shape[0] * x.Shape[1] * height * width > int.MaxValue)
            throw new MekikiException($"QuantizedConv2d: expected at most {int.MaxValue:N0} elements with the margins, got {x.Shape} with margins {margin}. Use smaller margins or smaller batches.");
        x = LayoutOperation.Images(x);
        var s = new QuantizedConvolution(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], w[0], w[2], w[3], stride.Down, stride.Across, margin.Top, margin.Left, margin.Bottom, margin.Right, dilation, groups);
        var y = new Tensor([s.Images, s.Features, s.OutHeight, s.OutWidth], Convolve(x, s, weights, terms, factors, from, to, floor), x.Layout);
        OperationTrace.Show("QuantizedConv2d", y, [x, weights], ("stride", stride.Down), ("padding", margin.Top), ("dilation", dilation), ("groups", groups));
        return y;
    }

    public static Tensor Linear(Tensor x, Tensor weights, Tensor terms, Tensor factors, Quantization from, Quantization? to, bool floor)
    {
        Check("QuantizedLinear", x);
        var w = weights.Shape;
        if (x.Shape.Rank != 2 || w.Rank != 2 || x.Shape[1] != w[1] || x.Count == 0)
            throw new MekikiException($"QuantizedLinear: expected rows (N, D) and weights (O, D), got {x.Shape} and {w}.");
        var s = new QuantizedConvolution(x.Shape[0], w[1], 1, 1, w[0], 1, 1, 1, 1, 0, 0, 0, 0, 1, 1);
        var y = new Tensor([x.Shape[0], w[0]], Convolve(x, s, weights, terms, factors, from, to, floor));
        OperationTrace.Show("QuantizedLinear", y, [x, weights]);
        return y;
    }

    public static Tensor Add(Tensor a, Quantization aFrom, Tensor b, Quantization bFrom, Quantization to, bool floor)
    {
        Check("QuantizedAdd", a);
        Check("QuantizedAdd", b);
        if (a.Shape != b.Shape)
            throw new MekikiException($"QuantizedAdd: expected tensors of one shape, got {a.Shape} and {b.Shape}.");
        b = LayoutOperation.Like(b, a);
        var y = new Tensor(a.Shape, a.Backend.AddQuantized(a.Data, Checked(aFrom), b.Data, Checked(bFrom), Checked(to), floor ? to.Zero : 0), a.Layout);
        OperationTrace.Show("QuantizedAdd", y, [a, b]);
        return y;
    }

    public static Tensor MaxPool(Tensor x, int kernelSize, int stride, int padding, bool ceilMode)
    {
        Check("QuantizedMaxPool", x);
        PoolOperation.CheckWindow("QuantizedMaxPool", kernelSize, stride, padding);
        if (x.Shape.Rank != 4 || x.Count == 0 || x.Shape[2] + 2L * padding < kernelSize || x.Shape[3] + 2L * padding < kernelSize)
            throw new MekikiException($"QuantizedMaxPool: expected images (N, C, H, W) at least as large as the window ({kernelSize}), got {x.Shape} with padding {padding}.");
        x = LayoutOperation.Images(x);
        var sizes = new PoolSizes(x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[1], Axis(2), Axis(3), IsMaximum: true, IsHalving: kernelSize == 2 && stride == 2 && padding == 0 && !ceilMode);
        var y = new Tensor([x.Shape[0], x.Shape[1], sizes.Rows.Count, sizes.Columns.Count], x.Backend.MaxPoolQuantized(sizes, x.Data), x.Layout);
        OperationTrace.Show("QuantizedMaxPool", y, [x], ("kernel", kernelSize), ("stride", stride), ("padding", padding));
        return y;

        PoolAxis Axis(int dimension) => PoolAxis.Regular(x.Shape[dimension], kernelSize, stride, padding, ceilMode, countPadding: false);
    }

    public static Tensor Mean(Tensor x, Quantization from, Quantization to)
    {
        Check("QuantizedMeanOverPixels", x);
        if (x.Shape.Rank != 4 || x.Count == 0 || (long)x.Shape[2] * x.Shape[3] > int.MaxValue / 255)
            throw new MekikiException($"QuantizedMeanOverPixels: expected images (N, C, H, W) of 1 to {int.MaxValue / 255:N0} pixels, got {x.Shape}.");
        x = LayoutOperation.Images(x);
        var y = new Tensor([x.Shape[0], x.Shape[1], 1, 1], x.Backend.MeanQuantized(x.Data, x.Shape, Checked(from), Checked(to)), x.Layout);
        OperationTrace.Show("QuantizedMeanOverPixels", y, [x]);
        return y;
    }

    public static Tensor Join(IReadOnlyList<Tensor> parts, IReadOnlyList<Quantization> from, Quantization to)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(from);
        if (parts.Count == 0 || from.Count != parts.Count)
            throw new MekikiException($"QuantizedConcatenate: expected one part or more and what each stands for, got {parts.Count} and {from.Count}.");
        foreach (var part in parts)
        {
            Check("QuantizedConcatenate", part);
            var (first, own) = (parts[0].Shape, part.Shape);
            if (own.Rank != 4 || own[0] != first[0] || own[2] != first[2] || own[3] != first[3])
                throw new MekikiException($"QuantizedConcatenate: expected images (N, C, H, W) of one size, got {first} and {own}.");
        }

        Tensor[] laidOut = [.. parts.Select(LayoutOperation.Images)];
        byte[][] tables = [.. from.Select(f => Table(Checked(f), x => Checked(to).Nearest(x)))];
        var shape = laidOut[0].Shape;
        var storage = laidOut[0].Backend.JoinQuantized(shape[0], shape[2] * shape[3], [.. laidOut.Select(p => p.Data)], [.. laidOut.Select(p => p.Shape[1])], tables);
        var y = new Tensor([shape[0], laidOut.Sum(p => p.Shape[1]), shape[2], shape[3]], storage, laidOut[0].Layout);
        OperationTrace.Show("QuantizedConcatenate", y, laidOut);
        return y;
    }

    private static byte[] Table(Quantization from, Func<float, byte> function)
    {
        var table = new byte[256];
        for (int q = 0; q < 256; q++)
            table[q] = function(from.Real(q));
        return table;
    }

    private static Storage Convolve(Tensor x, in QuantizedConvolution s, Tensor weights, Tensor terms, Tensor factors, Quantization from, Quantization? to, bool floor)
    {
        if (x.Backend != weights.Backend)
            throw new MekikiException($"QuantizedWeights: expected weights on {x.Device}, got some on {weights.Device}.");
        int zero = to?.Zero ?? 0;
        var y = x.Backend.ConvolveQuantized(s, x.Data, weights.Data, from.Zero, new(terms.Data, factors.Data, zero, floor ? zero : 0, 255, IsReal: to is null));
        terms.Release();
        factors.Release();
        return y;
    }

    // One that was never given has a scale of 0.
    private static Quantization Checked(Quantization q) => q.Scale > 0 ? q : throw new MekikiException("Quantization: expected a scale above 0, got none. Make it by new Quantization(scale, zero).");

    private static void Check(string operation, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType != DType.UInt8)
            throw new MekikiException($"{operation}: expected a uint8 tensor, got {x.DType} {x.Shape}. Use Quantize.");
    }
}
