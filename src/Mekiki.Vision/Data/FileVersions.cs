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
    private const int CurrentFolder = -100, Written = 0x40, Changed = 0x80, Number = 0x100, Length = 0x200;

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

    /// <summary>Whether the system tells all of a file at once, so that nobody need look at it before.</summary>
    public static bool TellsAll => OperatingSystem.IsLinux();

    /// <summary>The versions of files, and their lengths, or -1 where nobody could look, in one pass.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="lengths">Receives the lengths.</param>
    public static string[] OfAll(string[] paths, long[] lengths)
    {
        var versions = new string[paths.Length];
        Parallel.For(0, paths.Length, i => versions[i] = Look(paths[i], out lengths[i]));
        return versions;
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

    private static string Look(string path, out long length)
    {
        try
        {
            if (OperatingSystem.IsLinux() && Statx(CurrentFolder, path, 0, Length | Written | Number | Changed, out var status) == 0)
            {
                length = (long)status.Length;
                return string.Create(CultureInfo.InvariantCulture, $"{status.Length}/{status.WrittenSeconds}.{status.WrittenNanoseconds}/{status.Number}/{status.ChangedSeconds}.{status.ChangedNanoseconds}");
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Told by the runtime alone.
        }

        var info = new FileInfo(path);
        length = info.Exists && info.LinkTarget is null ? info.Length : -1;
        return Of(length, info.LastWriteTimeUtc.Ticks);
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
        [FieldOffset(40)] public ulong Length;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long WrittenSeconds;
        [FieldOffset(120)] public uint WrittenNanoseconds;
    }
}
