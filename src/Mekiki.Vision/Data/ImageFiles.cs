using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Image files somewhere, by name; read by many threads at once.</summary>
internal abstract class ImageFiles : IDisposable
{
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
    protected abstract int Read(int index, ref byte[] buffer);

    /// <summary>Of each file, its class: by default the folder that it lies in.</summary>
    public virtual ClassLayout Layout() => ClassLayout.Of(Names);

    /// <summary>Decodes an image into (H, W, C) if it has the size of <paramref name="shape"/>, or brings it to that.</summary>
    /// <param name="index">Which.</param>
    /// <param name="shape">What is wanted.</param>
    /// <param name="fit">How another size is brought to it; null: nothing is written then.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="buffers">Memory of this thread.</param>
    /// <returns>The image's own size.</returns>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public virtual (int Height, int Width) Decode(int index, ImageShape shape, ImageFit? fit, Span<byte> destination, Buffers buffers)
    {
        int length = Read(index, ref buffers.File);
        return ImageDecoder.Decode(buffers.File.AsSpan(0, length), shape.Channels, shape.Height, shape.Width, fit, destination, ref buffers.Scratch);
    }

    /// <summary>What an image's first bytes tell of it.</summary>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public virtual (int Height, int Width, ImageMode Mode) ReadHeader(int index, Buffers buffers)
    {
        int length = Read(index, ref buffers.File);
        return ImageDecoder.ReadHeader(buffers.File.AsSpan(0, length));
    }

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
            buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2, ImageInput.MostBytes))];
    }

    /// <summary>Memory that one thread reads and decodes with.</summary>
    internal sealed class Buffers
    {
        public byte[] File = new byte[1 << 16];
        public byte[] Scratch = [];
    }
}
