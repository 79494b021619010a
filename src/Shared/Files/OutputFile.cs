using System.Text;

namespace Mekiki.Files;

/// <summary>Files that a user asked for, or that a run keeps: they appear only when whole, and what hinders that is said.</summary>
internal static class OutputFile
{
    /// <summary>Writes a text.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes what <paramref name="write"/> puts into a stream.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new MekikiException($"'{path.Replace("\0", "\\0")}': expected a file's name to write to, got none. Give one.");
        Guard(path, () => AtomicFile.Write(path, write));
    }

    /// <summary>Makes a folder, and those above it.</summary>
    /// <exception cref="MekikiException">It cannot be made.</exception>
    public static void MakeFolder(string path) => Guard(path, isFolder: true, () =>
    {
        if (Directory.Exists(path))
            return;
        FileStep.Before("make folder", path);
        Directory.CreateDirectory(path);
    });

    /// <summary>Refuses a folder that holds something already.</summary>
    /// <exception cref="MekikiException">It does.</exception>
    public static void RequireEmptyFolder(string path)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new MekikiException($"{path}: expected a new or an empty folder, got one that holds files. Choose another.");
    }

    /// <summary>Turns what the system says about a full disk or a forbidden folder into a message.</summary>
    /// <exception cref="MekikiException"><paramref name="write"/> failed.</exception>
    public static void Guard(string path, Action write) => Guard(path, isFolder: false, write);

    private static void Guard(string path, bool isFolder, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MekikiException($"{path}: expected to write it, got: {e.Message} {WriteFailure.Remedy(e, path, isFolder)}", e);
        }
    }
}
