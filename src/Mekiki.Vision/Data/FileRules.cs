using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Which files below a folder, in an archive or in a list are looked at as images; the same for all of them.</summary>
internal static class FileRules
{
    /// <summary>How many first bytes tell an image's format.</summary>
    public const int StartLength = 16;

    /// <summary>Why a path that <see cref="IsTooLong"/> is refused.</summary>
    public const string TooLong = "its path has more than 64 folders or 4,096 characters; refused";

    private const int LongestEnding = 5, LongestPath = 4096, MostFolders = 64;

    // Those of formats that are not read stand here too, so that they are told, not passed over.
    private static readonly string[] endings =
    [
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".bmp", ".dib", ".gif", ".webp", ".apng", ".tif", ".tiff",
        ".avif", ".heic", ".heif", ".jxl", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm", ".pnm", ".tga", ".psd", ".svg", ".exr", ".dng", ".cr2", ".nef", ".arw",
    ];

    // What systems and their programs put beside the files of users: thumbnails, waste, what a check of the disk found.
    private static readonly string[] systemFolders =
    [
        "@eaDir", "@Recycle", "@__thumb", "#recycle", "#snapshot", "$RECYCLE.BIN", "RECYCLER", "RECYCLED", "lost+found", "System Volume Information", "found.000",
        "__MACOSX", "Network Trash Folder", "Temporary Items", "_gsdata_", "_vti_cnf", "__pycache__",
    ];

    /// <summary>Whether a folder, and all that lies in it, is passed over; why, or null.</summary>
    public static string? PassedOver(ReadOnlySpan<char> folder)
    {
        if (folder.StartsWith("."))
            return LeftOutReasons.Hidden;
        foreach (string known in systemFolders)
            if (folder.Equals(known, StringComparison.OrdinalIgnoreCase))
                return LeftOutReasons.System;
        return null;
    }

    /// <summary>Why a path in an archive or a list is passed over because of the folders that it names, or null.</summary>
    public static string? PassedOverPath(ReadOnlySpan<char> path)
    {
        for (int slash; (slash = path.IndexOf('/')) >= 0; path = path[(slash + 1)..])
            if (PassedOver(path[..slash]) is { } reason)
                return reason;
        return null;
    }

    /// <summary>Whether a path in an archive or a list is one that no folder on a disk has.</summary>
    public static bool IsTooLong(ReadOnlySpan<char> path) => path.Length > LongestPath || path.Count('/') > MostFolders;

    /// <summary>What a file's name, without its folders, says.</summary>
    public static FileVerdict Of(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("."))
            return FileVerdict.Hidden;
        int dot = name.LastIndexOf('.');
        var ending = dot < 0 ? default : name[dot..];
        foreach (string known in endings)
            if (ending.Equals(known, StringComparison.OrdinalIgnoreCase))
                return FileVerdict.Image;
        // Such as IMG_0001, 1.2.840 and photo.jpg_large.
        return ending.Length is <= 1 or > LongestEnding || !ending.ContainsAnyExcept(".0123456789") ? FileVerdict.Unknown : FileVerdict.Other;
    }

    /// <summary>Whether a file on disk is taken for an image: by its name, or where that tells nothing, by its first bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verdict">What its name tells.</param>
    public static bool IsImage(string path, FileVerdict verdict)
    {
        if (verdict != FileVerdict.Unknown)
            return verdict == FileVerdict.Image;
        Span<byte> start = stackalloc byte[StartLength];
        return IsImage(start[..RegularFile.ReadStart(path, start)]);
    }

    /// <summary>Whether a file begins as an image does.</summary>
    public static bool IsImage(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n"u8]) || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || TiffPage.IsTiff(start) || start.StartsWith("GIF8"u8) || start.StartsWith("RIFF"u8) && start.Length >= 12 && start[8..].StartsWith("WEBP"u8)
        || start.StartsWith("BM"u8) && start.Length >= 10 && start[6..10].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0]);
}
