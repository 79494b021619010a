namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>How channels are cut into parts, each of whole vectors of every width but the last.</summary>
internal readonly struct ChannelCut
{
    /// <summary>Channels of a unit: no cut is narrower, unless all channels are fewer.</summary>
    public const int Unit = 16;

    /// <summary>What the first cache holds beside other things.</summary>
    public const int CacheFloats = 12 << 10;

    private readonly int channels, units;

    private ChannelCut(int channels, long parts)
    {
        this.channels = channels;
        units = Math.Max(1, channels / Unit);
        Count = (int)Math.Clamp(parts, 1, units);
    }

    public int Count { get; }

    /// <summary>The most channels of a part.</summary>
    public int Most => (units + Count - 1) / Count * Unit + Unit;

    /// <summary>Into so many parts, or fewer where these would be narrower than a unit.</summary>
    public static ChannelCut Into(long parts, int channels) => new(channels, parts);

    /// <summary>So that what a block of pixels reads of a part stays in the first cache.</summary>
    /// <param name="channels">All channels.</param>
    /// <param name="floatsPerChannel">What a block of pixels reads of each channel.</param>
    public static ChannelCut ForCache(int channels, int floatsPerChannel)
    {
        int most = Math.Max(4, CacheFloats / Math.Max(1, floatsPerChannel) / Unit);
        return new(channels, (Math.Max(1, channels / Unit) + most - 1) / most);
    }

    /// <summary>The channels of a part: from, to.</summary>
    public (int From, int To) this[int part] =>
        (units * part / Count * Unit, part == Count - 1 ? channels : units * (part + 1) / Count * Unit);
}
