namespace Mekiki.Files;

/// <summary>Writes files that appear under their name only when they are whole and on the disk.</summary>
internal static class AtomicFile
{
    private static readonly TimeSpan justNow = TimeSpan.FromMinutes(1);

    /// <summary>Writes to a temporary file in the same folder, flushes it to the disk, renames it, and flushes its name.</summary>
    /// <exception cref="IOException">The disk is full, or the like; no part of the file is left.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileStep.Before("create", temporary);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                FileStep.Before("write", temporary);
                write(stream);
                FileStep.Before("flush", temporary);
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
        FileStep.Before("rename", to);
        File.Move(from, to, overwrite: true);
        FileStep.Before("flush folder", to);
        FolderEntries.Flush(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Deletes the temporary files that a process left in a folder when it was killed.</summary>
    /// <param name="folder">The folder; it need not be there.</param>
    /// <param name="isShared">Whether other processes may write there now: then what is held open, or younger than a minute, stays.</param>
    public static void DeleteStray(string folder, bool isShared = false)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string path in Directory.EnumerateFiles(folder, "*.tmp"))
            if (IsStray(path) && !(isShared && IsInUse(path, justNow)))
                TryDelete(path);
    }

    /// <summary>Deletes files to which nobody has written for some time, and which nobody holds open.</summary>
    /// <param name="folder">The folder; it need not be there.</param>
    /// <param name="pattern">Their names, such as <c>*.part</c>.</param>
    /// <param name="age">The time.</param>
    public static void DeleteOld(string folder, string pattern, TimeSpan age)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string path in Directory.EnumerateFiles(folder, pattern))
            if (!IsInUse(path, age))
                TryDelete(path);
    }

    // Who writes one holds it alone; between writing and renaming it nobody does, for a moment.
    private static bool IsInUse(string path, TimeSpan age)
    {
        try
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < age)
                return true;
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, 0).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Whether a file has the name of a temporary one: NAME.GUID.tmp.</summary>
    public static bool IsStray(string path) => Path.GetFileName(path).Split('.') is [_, .., var guid, "tmp"] && Guid.TryParseExact(guid, "N", out _);

    /// <summary>Deletes a file if that is possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            FileStep.Before("delete", path);
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
