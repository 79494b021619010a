using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Files;

/// <summary>The names in a folder, which a power cut may lose although the files are on the disk.</summary>
internal static class FolderEntries
{
    private const int ReadOnly = 0;

    /// <summary>Flushes them to the disk, as far as the system lets us: Linux and macOS do, where the folder may be read.</summary>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return false;
        try
        {
            using var handle = new SafeFileHandle(Open(folder, ReadOnly), ownsHandle: true);
            if (handle.IsInvalid)
                return false;
            RandomAccess.FlushToDisk(handle);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    // File.OpenHandle refuses folders.
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
