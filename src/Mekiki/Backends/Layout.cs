namespace Mekiki.Backends;

/// <summary>The order of a tensor's elements in memory.</summary>
internal enum Layout
{
    /// <summary>The last dimension runs fastest, as in PyTorch: images as (N, C, H, W).</summary>
    RowMajor,

    /// <summary>Images as (N, H, W, C): the channels of a pixel lie side by side.</summary>
    ChannelsLast,
}
