namespace Mekiki.Vision.Data;

/// <summary>One file in a tar.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Offset">Where its bytes begin, unpacked.</param>
/// <param name="Length">How many they are.</param>
/// <param name="IsFile">Whether it holds bytes; otherwise it is a link that leads to no file of the tar, a pipe or a device.</param>
/// <param name="BeginsAsImage">Whether its first bytes are those of an image, of files without an ending.</param>
/// <param name="Problem">Why it cannot be read, or null.</param>
internal readonly record struct TarFile(string Name, long Offset, long Length, bool IsFile, bool BeginsAsImage, string? Problem = null);
