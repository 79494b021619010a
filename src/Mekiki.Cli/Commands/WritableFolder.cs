namespace Mekiki.Cli.Commands;

/// <summary>A folder that Mekiki writes to, and whether it can.</summary>
/// <param name="Name">What it is for: <c>cache</c>, <c>data</c>.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="FreeBytes">Room on its disk; 0 when that cannot be found out.</param>
/// <param name="Problem">Why nothing can be written there and what to do, or null when all is well.</param>
internal sealed record WritableFolder(string Name, string Path, long FreeBytes, string? Problem)
{
    /// <summary>Tries to write a small file there; the folder is made if needed.</summary>
    public static WritableFolder Look(string name, string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            string probe = System.IO.Path.Combine(path, $".{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, new byte[4096]);
            File.Delete(probe);
            return new WritableFolder(name, path, new DriveInfo(path).AvailableFreeSpace, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new WritableFolder(name, path, 0, $"{path}: expected a folder that can be written, got: {e.Message} Set MEKIKI_{name.ToUpperInvariant()} to another folder.");
        }
    }
}
