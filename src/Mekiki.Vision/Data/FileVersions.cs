using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Texts that change when the contents of files do, also where length and time stay: a file that is swapped with another, or written over and given its old time.</summary>
/// <remarks>
/// Linux tells a file's number and when anything about it changed last, which no program can set. Elsewhere files of one length and
/// one time, which could be swapped, are told apart by their contents.
/// </remarks>
internal static partial class FileVersions
{
    private const int CurrentFolder = -100, Number = 0x100, Changed = 0x80;

    /// <summary>Adds to the versions of files (their lengths and times) what these do not tell.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="versions">Their versions, which are changed.</param>
    /// <param name="byContents">Whether contents tell, as where the system does not.</param>
    public static void Refine(string[] paths, string[] versions, bool byContents = false)
    {
        if (!byContents && OperatingSystem.IsLinux())
            Parallel.For(0, paths.Length, i => versions[i] += OnLinux(paths[i]));
        else
            foreach (var alike in Enumerable.Range(0, paths.Length).GroupBy(i => versions[i]).Where(g => g.Skip(1).Any()).Select(g => g.ToArray()).ToArray())
                Parallel.ForEach(alike, i => versions[i] += OfContents(paths[i]));
    }

    /// <summary>A version of a length and a time alone.</summary>
    public static string Of(long length, long ticks) => string.Create(CultureInfo.InvariantCulture, $"{length}/{ticks}");

    /// <summary>The version of one file: its length, its time, and what Linux tells beside.</summary>
    public static string Of(string path)
    {
        var info = new FileInfo(path);
        return Of(info.Length, info.LastWriteTimeUtc.Ticks) + OnLinux(path);
    }

    private static string OfContents(string path)
    {
        try
        {
            byte[] contents = [];
            int length = RegularFile.Read(path, ref contents);
            return "/" + Convert.ToHexStringLower(Sha256Hash.Of(contents.AsSpan(0, length)));
        }
        catch (UnreadableImageException)
        {
            // Told where it is read.
            return "/unreadable";
        }
    }

    // Nothing elsewhere.
    private static string OnLinux(string path)
    {
        if (!OperatingSystem.IsLinux())
            return "";
        try
        {
            return Statx(CurrentFolder, path, 0, Number | Changed, out var status) == 0
                ? string.Create(CultureInfo.InvariantCulture, $"/{status.Number}/{status.ChangedSeconds}.{status.ChangedNanoseconds}")
                : "";
        }
        catch (EntryPointNotFoundException)
        {
            return "";
        }
    }

    // Of a file, and for a link of what it leads to (statx(2)).
    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(32)] public ulong Number;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
    }
}
