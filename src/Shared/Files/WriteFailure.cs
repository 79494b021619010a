namespace Mekiki.Files;

/// <summary>What helps when a file cannot be written, by the cause.</summary>
internal static class WriteFailure
{
    // Of errno.h, which .NET hands on as they are, and of winerror.h.
    private const int NoSpace = 28, NoDirectory = 20, ReadOnlySystem = 30, QuotaOnLinux = 122, QuotaOnMac = 69, HeldOnLinux = 11, HeldOnMac = 35;
    private const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027), WindowsWriteProtected = unchecked((int)0x80070013), HeldOnWindows = unchecked((int)0x80070020);

    /// <summary>A sentence or two for the end of a message.</summary>
    /// <param name="e">What the system said.</param>
    /// <param name="path">The file that should be written.</param>
    /// <param name="isFolder">Whether the path is a folder's.</param>
    public static string Remedy(Exception e, string path, bool isFolder = false) =>
        IsDiskFull(e) ? "Free some space or choose another folder."
        : IsReadOnly(e) ? "The file system is mounted for reading only. Choose a folder elsewhere."
        : isFolder && File.Exists(path) ? "A file has this name. Choose another name, or move the file away."
        : !isFolder && Directory.Exists(path) ? "A folder has this name. Choose another name, or move the folder away."
        : e is UnauthorizedAccessException ? "Get the permission to write there, or choose another folder."
        : e is DirectoryNotFoundException or FileNotFoundException || e.HResult == (OperatingSystem.IsWindows() ? 0 : NoDirectory) ? "Its folder is not there, or a file has its name. Make it, or choose another folder."
        : e is PathTooLongException ? "Choose a shorter name."
        : "Choose another folder, or see whether this disk is well.";

    /// <summary>Whether the disk, or what the user may take of it, is full.</summary>
    public static bool IsDiskFull(Exception e) =>
        e is IOException && (e.HResult is NoSpace or WindowsDiskFull or WindowsHandleDiskFull || e.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : QuotaOnLinux));

    /// <summary>Whether another process holds the file.</summary>
    public static bool IsHeld(Exception? e) => e is IOException && (e.HResult == HeldOnWindows || e.HResult == (OperatingSystem.IsMacOS() ? HeldOnMac : HeldOnLinux));

    private static bool IsReadOnly(Exception e) => e is IOException && e.HResult is ReadOnlySystem or WindowsWriteProtected;
}
