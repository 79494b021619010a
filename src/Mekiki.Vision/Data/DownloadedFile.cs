using System.Text;
using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>A file that has arrived whole.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Sha256">Its sha256 in hexadecimal, also stored beside it as <c>NAME.sha256</c>.</param>
public sealed record DownloadedFile(string Path, long Length, string Sha256)
{
    /// <summary>Stores the sha256 beside it, unless that was done, and takes away what identified the server's file.</summary>
    internal void TidyAround()
    {
        string sum = Path + ".sha256", part = Path + ".part";
        // A part may be of another download of the same name that was broken off.
        if (!File.Exists(part))
            foreach (string left in new[] { part + ".tag", part + ".lock" }.Where(File.Exists))
                AtomicFile.TryDelete(left);
        DeleteStray(Path);
        if (!File.Exists(sum))
            AtomicFile.Write(sum, stream => stream.Write(Encoding.UTF8.GetBytes($"{Sha256}  {System.IO.Path.GetFileName(Path)}\n")));
    }

    /// <summary>Takes away temporary files that are called by a file's name.</summary>
    internal static void DeleteStray(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        foreach (string stray in Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(path) + ".*.tmp").Where(AtomicFile.IsStray))
            AtomicFile.TryDelete(stray);
    }
}
