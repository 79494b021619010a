namespace Mekiki.Vision.Data;

/// <summary>What a file's name says of it.</summary>
internal enum FileVerdict
{
    /// <summary>An image's ending.</summary>
    Image,

    /// <summary>No ending: its first bytes must tell.</summary>
    Unknown,

    /// <summary>Another ending.</summary>
    Other,

    /// <summary>It begins with a dot.</summary>
    Hidden,
}
