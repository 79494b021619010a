namespace Mekiki.Vision.Data;

/// <summary>How far a download is.</summary>
/// <param name="Received">Bytes on the disk.</param>
/// <param name="Total">Bytes of the whole file, or null when the server does not say.</param>
/// <param name="Message">What happened just now, such as a broken connection, or null.</param>
public readonly record struct DownloadProgress(long Received, long? Total, string? Message = null);
