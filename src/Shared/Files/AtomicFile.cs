namespace Mekiki.Files;

/// <summary>Writes files that appear under their name only when they are whole and on the disk.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary file in the same folder, flushes it to the disk, renames it, and flushes its name.</summary>
    /// <exception cref="IOException">The disk is full, or the like; no part of the file is left.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Rename(temporary, path);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Gives a file another name in its folder, in the place of the file that had it, and flushes that and all renamings before it.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FolderEntries.Flush(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Deletes the temporary files that a process left in a folder when it was killed.</summary>
    public static void DeleteStray(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.tmp"))
            if (IsStray(path))
                TryDelete(path);
    }

    /// <summary>Whether a file has the name of a temporary one: NAME.GUID.tmp.</summary>
    public static bool IsStray(string path) => Path.GetFileName(path).Split('.') is [_, .., var guid, "tmp"] && Guid.TryParseExact(guid, "N", out _);

    /// <summary>Deletes a file if that is possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
