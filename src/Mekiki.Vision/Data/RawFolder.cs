using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Unicode;

namespace Mekiki.Vision.Data;

/// <summary>Folders of Linux by the bytes of their names, which need not be UTF-8: the runtime cannot look into these.</summary>
internal static partial class RawFolder
{
    // struct dirent of glibc and musl where a long has 64 bits (readdir(3)).
    private const int TypeOffset = 18, NameOffset = 19, MostNested = 64;
    private const byte Unknown = 0, Folder = 4;

    /// <summary>How many files lie in those folders of a folder, and below them, whose names are not UTF-8; links are not followed. Null: nobody can look.</summary>
    /// <param name="folder">A folder that the runtime can name.</param>
    public static int? FilesOutOfReach(string folder) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? Count([.. Encoding.UTF8.GetBytes(folder), 0], isOdd: false, MostNested) : null;

    // Null: it is no folder, or may not be looked into.
    [SupportedOSPlatform("linux")]
    private static int? Count(byte[] path, bool isOdd, int nested)
    {
        nint folder = nested == 0 ? 0 : OpenFolder(path);
        if (folder == 0)
            return null;
        int files = 0;
        for (nint entry; (entry = ReadFolder(folder)) != 0;)
        {
            byte type = Marshal.ReadByte(entry, TypeOffset);
            var name = Name(entry + NameOffset);
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || (!isOdd && Utf8.IsValid(name)))
                continue;
            int? below = type is Folder or Unknown ? Count([.. path.AsSpan(0, path.Length - 1), (byte)'/', .. name, 0], isOdd: true, nested - 1) : null;
            // Odd files of the folder itself are told by whoever lists it.
            files += below ?? (isOdd || type == Folder ? 1 : 0);
        }

        CloseFolder(folder);
        return files;
    }

    private static ReadOnlySpan<byte> Name(nint name)
    {
        int length = 0;
        while (Marshal.ReadByte(name, length) != 0)
            length++;
        var bytes = new byte[length];
        Marshal.Copy(name, bytes, 0, length);
        return bytes;
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "opendir")]
    private static partial nint OpenFolder(byte[] path);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadFolder(nint folder);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint folder);
}
