using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Image files somewhere, by name; read by many threads at once.</summary>
internal abstract class ImageFiles : IDisposable
{
    /// <summary>The largest image file that is read: 128 MiB.</summary>
    public const int MostBytes = 128 << 20;

    // Those of formats that are not read stand here too, so that they are told, not passed over.
    private static readonly string[] extensions =
    [
        ".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".webp",
        ".tif", ".tiff", ".avif", ".heic", ".heif", ".jxl", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm", ".pnm", ".tga", ".psd", ".exr", ".dng", ".cr2", ".nef", ".arw",
    ];

    /// <summary>Paths inside the set, with <c>/</c>, of files with an image's extension, in ordinal order.</summary>
    public required string[] Names { get; init; }

    /// <summary>Of each file, a text that changes when the file does.</summary>
    public required string[] Versions { get; init; }

    /// <summary>Files that are refused before reading.</summary>
    public IReadOnlyList<SkippedImage> Refused { get; init; } = [];

    /// <summary>Reads a whole file into <paramref name="buffer"/>, which grows as needed.</summary>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public abstract int Read(int index, ref byte[] buffer);

    public virtual void Dispose()
    {
    }

    /// <summary>Whether a path names an image: by its extension, and neither hidden nor a resource fork.</summary>
    public static bool IsImage(ReadOnlySpan<char> path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.StartsWith(".") || path.StartsWith("__MACOSX/"))
            return false;
        var extension = Path.GetExtension(name);
        foreach (string known in extensions)
            if (extension.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    protected static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2, MostBytes))];
    }
}
