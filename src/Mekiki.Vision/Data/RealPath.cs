namespace Mekiki.Vision.Data;

/// <summary>Where a path leads when all links in it are followed.</summary>
internal static class RealPath
{
    private const int MostLinks = 64;

    /// <exception cref="IOException">Links lead nowhere or in a circle.</exception>
    public static string Of(string path)
    {
        path = Path.GetFullPath(path);
        for (int links = 0; links < MostLinks; links++)
        {
            if (FirstLink(path) is not { } link)
                return Path.TrimEndingDirectorySeparator(path);
            string target = Path.Combine(Path.GetDirectoryName(link.Path)!, link.Target);
            path = Path.GetFullPath(target + path[link.Path.Length..]);
        }

        throw new IOException($"Too many links: {path}");
    }

    private static (string Path, string Target)? FirstLink(string path)
    {
        for (int end = Path.GetPathRoot(path)!.Length; end < path.Length;)
        {
            end = path.IndexOf(Path.DirectorySeparatorChar, end);
            end = end < 0 ? path.Length : end;
            if (new DirectoryInfo(path[..end]).LinkTarget is { } target)
                return (path[..end], target);
            end++;
        }

        return null;
    }
}
