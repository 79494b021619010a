namespace Mekiki.Vision.Data;

/// <summary>How a tar is packed.</summary>
internal enum TarPacking
{
    /// <summary>Not at all: its files can be read where they lie.</summary>
    None,

    /// <summary>By gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>By Zstandard (RFC 8878).</summary>
    Zstandard,
}
