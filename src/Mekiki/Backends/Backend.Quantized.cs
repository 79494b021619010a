namespace Mekiki.Backends;

/// <summary>Numbers of 8 bits: q stands for scale · (q - zero).</summary>
/// <remarks>
/// Images lie in <see cref="ImageLayout"/>. Sums are whole numbers, and what becomes of them is computed with single float32 operations in the
/// order that is written here, so that all backends give the same bits.
/// </remarks>
internal abstract partial class Backend
{
    /// <summary>clamp(round(x / scale) + zero, 0, 255), of two nearest the even one; 0 where x is no number.</summary>
    /// <returns>uint8, lying as x does.</returns>
    public abstract Storage Quantize(Storage x, Quantization to);

    /// <summary>scale · (x - zero).</summary>
    /// <returns>float32, lying as x does.</returns>
    public abstract Storage Dequantize(Storage x, Quantization from);

    /// <summary>table[x], in each element.</summary>
    /// <param name="x">uint8.</param>
    /// <param name="table">256 values.</param>
    public abstract Storage Lookup(Storage x, ReadOnlySpan<byte> table);

    /// <summary>Convolution: sums of x · weight over all taps; <paramref name="margin"/> stands around the images.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">uint8, (N, C, H, W).</param>
    /// <param name="weight">int8 or, from -255 to 255, int32; (O, C/groups, kh, kw), row-major.</param>
    /// <param name="margin">What stands for 0 in x.</param>
    /// <param name="to">What becomes of the sums.</param>
    /// <returns>(N, O, H', W').</returns>
    public abstract Storage ConvolveQuantized(in QuantizedConvolution s, Storage x, Storage weight, int margin, in Requantization to);

    /// <summary>clamp(round(fa · (a - za) + fb · (b - zb)) + zero, least, most), f the input's scale by the result's.</summary>
    public abstract Storage AddQuantized(Storage a, Quantization aFrom, Storage b, Quantization bFrom, Quantization to, int least);

    /// <summary>Maxima of windows.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">uint8, (N, C, H, W).</param>
    public abstract Storage MaxPoolQuantized(in PoolSizes s, Storage x);

    /// <summary>Means over all pixels of each channel: clamp(round(factor · (sum - pixels · zero)) + zero of the result).</summary>
    /// <param name="x">uint8, (N, C, H, W).</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="from">What x stands for.</param>
    /// <param name="to">What the result stands for.</param>
    /// <returns>uint8, (N, C, 1, 1).</returns>
    public abstract Storage MeanQuantized(Storage x, Shape shape, Quantization from, Quantization to);

    /// <summary>Images side by side along the channels, each through a table.</summary>
    /// <param name="images">N.</param>
    /// <param name="pixels">H · W.</param>
    /// <param name="parts">uint8, each (N, C, H, W).</param>
    /// <param name="channels">The C of each.</param>
    /// <param name="tables">256 values for each.</param>
    public abstract Storage JoinQuantized(int images, int pixels, Storage[] parts, int[] channels, byte[][] tables);
}
