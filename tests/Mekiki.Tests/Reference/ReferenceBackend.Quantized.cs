using System.Runtime.InteropServices;
using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Numbers of 8 bits.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Quantize(Storage x, Quantization to)
    {
        var y = new byte[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = (byte)(Nearest((float)Of(x)[i] / to.Scale, -to.Zero, 255 - to.Zero) + to.Zero);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage Dequantize(Storage x, Quantization from)
    {
        var y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = (float)((Bytes(x)[i] - from.Zero) * from.Scale);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage Lookup(Storage x, ReadOnlySpan<byte> table)
    {
        var y = new byte[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = table[Bytes(x)[i]];
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage ConvolveQuantized(in QuantizedConvolution s, Storage x, Storage weight, int margin, in Requantization to)
    {
        var sums = new long[s.OutputPixels * s.Features];
        var bytes = Bytes(x);
        var terms = MemoryMarshal.Cast<byte, int>(Bytes(to.Terms));
        int at = 0;
        for (int n = 0; n < s.Images; n++)
            for (int o = 0; o < s.Features; o++)
                for (int down = 0; down < s.OutHeight; down++)
                    for (int across = 0; across < s.OutWidth; across++, at++)
                    {
                        sums[at] = terms[o];
                        for (int c = 0; c < s.GroupChannels; c++)
                            for (int tap = 0; tap < s.Taps; tap++)
                            {
                                int row = down * s.StrideDown + tap / s.KernelWidth * s.Dilation - s.Top, column = across * s.StrideAcross + tap % s.KernelWidth * s.Dilation - s.Left;
                                bool isInside = row >= 0 && row < s.Height && column >= 0 && column < s.Width;
                                int channel = o / s.GroupFeatures * s.GroupChannels + c, place = (o * s.GroupChannels + c) * s.Taps + tap;
                                long w = weight.Type == DType.Int8 ? (sbyte)Bytes(weight)[place] : MemoryMarshal.Cast<byte, int>(Bytes(weight))[place];
                                sums[at] += w * (isInside ? bytes[((n * s.Channels + channel) * s.Height + row) * s.Width + column] : margin);
                            }
                    }

        var (real, whole) = (new double[sums.Length], new byte[sums.Length]);
        for (int i = 0; i < sums.Length; i++)
        {
            float value = checked((int)sums[i]) * (float)Of(to.Factors)[i / (s.OutHeight * s.OutWidth) % s.Features];
            real[i] = value;
            if (!to.IsReal)
                whole[i] = (byte)(Nearest(value, to.Least - to.Zero, to.Most - to.Zero) + to.Zero);
        }

        return to.IsReal ? Store(real) : Store(whole);
    }

    /// <inheritdoc/>
    public override Storage AddQuantized(Storage a, Quantization aFrom, Storage b, Quantization bFrom, Quantization to, int least)
    {
        var y = new byte[a.Length];
        for (int i = 0; i < y.Length; i++)
        {
            float first = (Bytes(a)[i] - aFrom.Zero) * (aFrom.Scale / to.Scale), second = (Bytes(b)[i] - bFrom.Zero) * (bFrom.Scale / to.Scale);
            y[i] = (byte)(Nearest(first + second, least - to.Zero, 255 - to.Zero) + to.Zero);
        }

        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage MaxPoolQuantized(in PoolSizes s, Storage x)
    {
        var y = new byte[s.OutputLength];
        int at = 0;
        for (int plane = 0; plane < s.Images * s.Channels; plane++)
            for (int down = 0; down < s.Rows.Count; down++)
                for (int across = 0; across < s.Columns.Count; across++, at++)
                    for (int r = s.Rows.Starts[down]; r < s.Rows.Ends[down]; r++)
                        for (int c = s.Columns.Starts[across]; c < s.Columns.Ends[across]; c++)
                            y[at] = Math.Max(y[at], Bytes(x)[(plane * s.Height + r) * s.Width + c]);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage MeanQuantized(Storage x, Shape shape, Quantization from, Quantization to)
    {
        int pixels = shape[2] * shape[3];
        var y = new byte[shape[0] * shape[1]];
        float factor = (float)((double)from.Scale / ((double)pixels * to.Scale));
        for (int plane = 0; plane < y.Length; plane++)
        {
            int sum = 0;
            foreach (byte value in Bytes(x).Slice(plane * pixels, pixels))
                sum += value - from.Zero;
            y[plane] = (byte)(Nearest(sum * factor, -to.Zero, 255 - to.Zero) + to.Zero);
        }

        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage JoinQuantized(int images, int pixels, Storage[] parts, int[] channels, byte[][] tables)
    {
        var all = new List<byte>();
        for (int n = 0; n < images; n++)
            for (int i = 0; i < parts.Length; i++)
                foreach (byte value in Bytes(parts[i]).Slice(n * channels[i] * pixels, channels[i] * pixels))
                    all.Add(tables[i][value]);
        return Store([.. all]);
    }

    private static int Nearest(float steps, float least, float most) => (int)Math.Round(Math.Min(steps > least ? steps : least, most), MidpointRounding.ToEven);

    private static Span<byte> Bytes(Storage storage) => Bytes(storage, 0, (int)storage.Length);

    private ReferenceStorage Store(byte[] bytes)
    {
        var storage = new ReferenceStorage(this, DType.UInt8, bytes.Length);
        bytes.CopyTo(Bytes(storage));
        return storage;
    }
}
