namespace Mekiki.Vision.Data;

/// <summary>A file that has arrived whole.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Sha256">Its sha256 in hexadecimal, also stored beside it as <c>NAME.sha256</c>.</param>
public sealed record DownloadedFile(string Path, long Length, string Sha256);
