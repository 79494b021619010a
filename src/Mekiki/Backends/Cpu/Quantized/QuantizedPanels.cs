using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Weights in the order in which <see cref="SumTile{V,L,P,K}"/> reads them.</summary>
/// <remarks>Of each panel of features: runs, four bytes of a run, registers, lanes, four weights. Without dilation and groups, the taps of one row of the kernel are one run.</remarks>
internal static unsafe class QuantizedPanels
{
    /// <summary>How many runs a window has, and how many bytes each.</summary>
    public static (int Runs, int Bytes) Runs(in QuantizedConvolution s) =>
        s is { Dilation: 1, Groups: 1 } ? (s.KernelHeight, s.KernelWidth * s.Channels) : (s.Taps, s.GroupChannels);

    /// <summary>The bytes of one panel.</summary>
    public static long PanelBytes(in QuantizedConvolution s, int columns, bool isPairs)
    {
        var (runs, bytes) = Runs(s);
        return (long)runs * ((bytes + 3) / 4) * columns * (isPairs ? 8 : 4);
    }

    /// <summary>Packs weights.</summary>
    /// <param name="weight">(O, C/groups, kh, kw), row-major.</param>
    /// <param name="isWide">Whether they are int32, else int8.</param>
    /// <param name="s">The sizes.</param>
    /// <param name="lanes">Of a register of sums.</param>
    /// <param name="isPairs">Whether products are of 16-bit pairs, else of bytes.</param>
    public static CpuStorage Pack(void* weight, bool isWide, in QuantizedConvolution s, int lanes, bool isPairs)
    {
        var (runs, bytes) = Runs(s);
        int quads = (bytes + 3) / 4, columns = 2 * lanes, panels = s.Groups * ((s.GroupFeatures + columns - 1) / columns);
        var packed = CpuStorage.Bytes(panels * PanelBytes(s, columns, isPairs));
        byte* to = (byte*)packed.Pointer;
        for (int g = 0; g < s.Groups; g++)
            for (int first = 0; first < s.GroupFeatures; first += columns)
                for (int run = 0; run < runs; run++)
                    for (int quad = 0; quad < quads; quad++)
                        for (int register = 0; register < 2; register++)
                            for (int part = 0; part < (isPairs ? 2 : 1); part++)
                                for (int lane = 0; lane < lanes; lane++)
                                {
                                    int feature = first + register * lanes + lane;
                                    bool isThere = feature < s.GroupFeatures;
                                    feature += g * s.GroupFeatures;
                                    for (int i = part; i < 4; i += isPairs ? 2 : 1)
                                    {
                                        int value = isThere && quad * 4 + i < bytes ? At(weight, isWide, Place(s, run, quad * 4 + i, feature)) : 0;
                                        if (isPairs)
                                        {
                                            *(short*)to = (short)value;
                                            to += 2;
                                        }
                                        else
                                            *to++ = (byte)value;
                                    }
                                }

        return packed;
    }

    // Of the weight that is multiplied with a byte of a run.
    private static long Place(in QuantizedConvolution s, int run, int at, int feature)
    {
        if (s is not { Dilation: 1, Groups: 1 })
            return ((long)feature * s.GroupChannels + at) * s.Taps + run;
        int channel = at % s.Channels, tap = run * s.KernelWidth + at / s.Channels;
        return ((long)feature * s.Channels + channel) * s.Taps + tap;
    }

    /// <summary>A weight, of int8 or int32.</summary>
    public static int At(void* weight, bool isWide, long place) => isWide ? ((int*)weight)[place] : ((sbyte*)weight)[place];
}
