namespace Mekiki.Serving.Models;

/// <summary>What tells whether a file was written again.</summary>
/// <param name="Written">When it was last written.</param>
/// <param name="Length">Its bytes; -1: it is not there.</param>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>Of a file as it is now.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            // A link is followed: containers swap what their files point to.
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            return file.Exists ? new(file.LastWriteTimeUtc, file.Length) : new(default, -1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(default, -1);
        }
    }
}
