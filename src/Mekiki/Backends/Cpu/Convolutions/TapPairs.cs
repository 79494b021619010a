namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Which input pixel meets which output pixel under which tap of a convolution: those inside the image alone, grouped by one of the three.</summary>
/// <remarks>For small images: the fewer pixels, the larger the share of taps that fall outside.</remarks>
internal readonly unsafe struct TapPairs
{
    /// <summary>The most that a caller must make room for.</summary>
    public const int MostPixels = 36, MostPairs = 1024;

    private readonly int* starts;
    private readonly (int Input, int Output, int Tap)* pairs;

    /// <param name="s">The sizes, for which <see cref="Fit"/> holds.</param>
    /// <param name="group">By what pairs are grouped.</param>
    /// <param name="starts">Room for <see cref="MostPairs"/> + 1 entries.</param>
    /// <param name="pairs">Room for <see cref="MostPairs"/> entries.</param>
    public TapPairs(in ConvolutionShape s, TapGroup group, int* starts, (int, int, int)* pairs)
    {
        this.starts = starts;
        this.pairs = pairs;
        Count = group switch { TapGroup.Output => s.OutHeight * s.OutWidth, TapGroup.Input => s.Height * s.Width, _ => s.Taps };
        int found = 0;
        for (int key = 0; key < Count; key++)
        {
            starts[key] = found;
            if (group == TapGroup.Tap)
                for (int output = 0; output < s.OutHeight * s.OutWidth; output++)
                    found += Add(s, Input(s, output, key), output, key, pairs + found);
            else
                for (int tap = 0; tap < s.Taps; tap++)
                    found += group == TapGroup.Output
                        ? Add(s, Input(s, key, tap), key, tap, pairs + found)
                        : Add(s, key, Output(s, key, tap), tap, pairs + found);
        }

        starts[Count] = found;
    }

    /// <summary>How many groups there are.</summary>
    public int Count { get; }

    public ReadOnlySpan<(int Input, int Output, int Tap)> this[int group] => new(pairs + starts[group], starts[group + 1] - starts[group]);

    /// <summary>Whether a convolution is small enough.</summary>
    public static bool Fit(in ConvolutionShape s) =>
        s.OutHeight * s.OutWidth <= MostPixels && s.Height * s.Width <= 4 * MostPixels && s.OutHeight * s.OutWidth * s.Taps <= MostPairs;

    private static int Add(in ConvolutionShape s, int input, int output, int tap, (int, int, int)* to)
    {
        if (input < 0 || output < 0)
            return 0;
        *to = (input, output, tap);
        return 1;
    }

    private static int Input(in ConvolutionShape s, int output, int tap)
    {
        int y = output / s.OutWidth * s.Stride + tap / s.KernelWidth * s.Dilation - s.Padding;
        int x = output % s.OutWidth * s.Stride + tap % s.KernelWidth * s.Dilation - s.Padding;
        return (uint)y < (uint)s.Height && (uint)x < (uint)s.Width ? y * s.Width + x : -1;
    }

    private static int Output(in ConvolutionShape s, int input, int tap)
    {
        int y = input / s.Width + s.Padding - tap / s.KernelWidth * s.Dilation, x = input % s.Width + s.Padding - tap % s.KernelWidth * s.Dilation;
        return y >= 0 && x >= 0 && y % s.Stride == 0 && x % s.Stride == 0 && y / s.Stride < s.OutHeight && x / s.Stride < s.OutWidth
            ? y / s.Stride * s.OutWidth + x / s.Stride
            : -1;
    }
}

/// <summary>What <see cref="TapPairs"/> are grouped by.</summary>
internal enum TapGroup
{
    /// <summary>The output pixel: the way there.</summary>
    Output,

    /// <summary>The input pixel: the gradient of the input.</summary>
    Input,

    /// <summary>The tap: the gradient of the weights.</summary>
    Tap,
}
