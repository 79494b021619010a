using Mekiki.Operations;

namespace Mekiki;

/// <summary>Numbers of 8 bits.</summary>
public sealed partial class Tensor
{
    /// <summary>The nearest 8-bit numbers: round(x / scale) + zero, from 0 to 255; of two nearest the even one. What is no number counts as the least. Gradients end here.</summary>
    /// <param name="to">What they stand for.</param>
    /// <returns>uint8, of the same shape.</returns>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor Quantize(Quantization to) => QuantizedOperation.Quantize(this, to);

    /// <summary>What 8-bit numbers stand for: scale · (q - zero).</summary>
    /// <param name="from">What they stand for.</param>
    /// <returns>float32, of the same shape.</returns>
    /// <exception cref="MekikiException">The elements are no uint8.</exception>
    public Tensor Dequantize(Quantization from) => QuantizedOperation.Dequantize(this, from);

    /// <summary>table[x]: any function of 8-bit numbers.</summary>
    /// <param name="table">256 values.</param>
    /// <returns>uint8, of the same shape.</returns>
    /// <exception cref="MekikiException">The elements are no uint8, or there are not 256 values.</exception>
    public Tensor Lookup(ReadOnlySpan<byte> table) => QuantizedOperation.Lookup(this, table);

    /// <summary>2-D convolution of 8-bit numbers: (N, C, H, W) -> (N, O, H', W'). Sums are exact; the result is the same bits on every processor.</summary>
    /// <param name="weights">(O, C/groups, kh, kw).</param>
    /// <param name="from">What this tensor's numbers stand for.</param>
    /// <param name="to">What the result's shall stand for; null: the result is float32.</param>
    /// <param name="floor">Whether negative results become 0 (ReLU); of 8-bit results alone.</param>
    /// <param name="stride">Rows and columns from window to window, 1 or more; null: 1.</param>
    /// <param name="margin">Zeros above, left, below and right of the images; null: none.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <param name="groups">Parts into which channels are divided.</param>
    /// <exception cref="MekikiException">The elements are no uint8, or the shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor QuantizedConv2d(QuantizedWeights weights, Quantization from, Quantization? to, bool floor = false, (int Down, int Across)? stride = null, (int Top, int Left, int Bottom, int Right)? margin = null, int dilation = 1, int groups = 1)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return QuantizedOperation.Convolve(this, weights.Values, weights.Terms(from), weights.Factors(from, to), from, to, floor, stride ?? (1, 1), margin ?? default, dilation, groups);
    }

    /// <summary>Linear layer of 8-bit numbers: (N, D) -> (N, O).</summary>
    /// <param name="weights">(O, D).</param>
    /// <param name="from">What this tensor's numbers stand for.</param>
    /// <param name="to">What the result's shall stand for; null: the result is float32.</param>
    /// <param name="floor">Whether negative results become 0 (ReLU); of 8-bit results alone.</param>
    /// <exception cref="MekikiException">The elements are no uint8, or the shapes do not fit.</exception>
    public Tensor QuantizedLinear(QuantizedWeights weights, Quantization from, Quantization? to, bool floor = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return QuantizedOperation.Linear(this, weights.Values, weights.Terms(from), weights.Factors(from, to), from, to, floor);
    }

    /// <summary>The sum of two tensors of 8-bit numbers.</summary>
    /// <param name="from">What this tensor's numbers stand for.</param>
    /// <param name="other">Of the same shape.</param>
    /// <param name="otherFrom">What its numbers stand for.</param>
    /// <param name="to">What the result's shall stand for.</param>
    /// <param name="floor">Whether negative results become 0 (ReLU).</param>
    /// <exception cref="MekikiException">The elements are no uint8, or the shapes differ.</exception>
    public Tensor QuantizedAdd(Quantization from, Tensor other, Quantization otherFrom, Quantization to, bool floor = false)
    {
        ArgumentNullException.ThrowIfNull(other);
        return QuantizedOperation.Add(this, from, other, otherFrom, to, floor);
    }

    /// <summary>The largest 8-bit number of each window, (N, C, H, W).</summary>
    /// <param name="kernelSize">Side of the windows in pixels, 1 or more.</param>
    /// <param name="stride">Pixels from window to window, 1 or more.</param>
    /// <param name="padding">A margin that counts nothing, 0 to half the window.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <exception cref="MekikiException">The elements are no uint8, or the shape is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Tensor QuantizedMaxPool(int kernelSize, int stride, int padding = 0, bool ceilMode = false) => QuantizedOperation.MaxPool(this, kernelSize, stride, padding, ceilMode);

    /// <summary>The mean over all pixels of each channel, (N, C, H, W) -> (N, C, 1, 1), of 8-bit numbers.</summary>
    /// <param name="from">What this tensor's numbers stand for.</param>
    /// <param name="to">What the result's shall stand for.</param>
    /// <exception cref="MekikiException">The elements are no uint8, or the shape is another.</exception>
    public Tensor QuantizedMeanOverPixels(Quantization from, Quantization to) => QuantizedOperation.Mean(this, from, to);

    /// <summary>Images of 8-bit numbers side by side along the channels.</summary>
    /// <param name="parts">Each (N, C, H, W), alike but for C.</param>
    /// <param name="from">What the numbers of each stand for.</param>
    /// <param name="to">What the result's shall stand for.</param>
    /// <exception cref="MekikiException">The elements are no uint8, the shapes do not fit, or there are no parts, or more or fewer than what they stand for.</exception>
    public static Tensor QuantizedConcatenate(IReadOnlyList<Tensor> parts, IReadOnlyList<Quantization> from, Quantization to) => QuantizedOperation.Join(parts, from, to);
}
