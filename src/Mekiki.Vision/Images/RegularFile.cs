namespace Mekiki.Vision.Images;

/// <summary>Reads files that hold something: no pipe, no device, and nothing larger than an image may be.</summary>
/// <remarks>Opening a pipe waits for whoever writes to it, and a device may never end. Both have the length 0, as an empty file has: none is opened.</remarks>
internal static class RegularFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="buffer">Receives the bytes; it grows as needed.</param>
    /// <returns>How many they are.</returns>
    /// <param name="knownLength">Its length, where somebody looked already.</param>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public static int Read(string path, ref byte[] buffer, long? knownLength = null)
    {
        try
        {
            if ((knownLength ?? LengthOf(path)) == 0)
                throw new UnreadableImageException("expected an image, got 0 bytes (an empty file, a pipe or a device)");
            using var file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(file);
            if (length > ImageInput.MostBytes)
                throw new UnreadableImageException($"expected at most 128 MiB, got {length:N0} bytes");
            Grow(ref buffer, (int)length);
            int count = 0;
            while (count < length && RandomAccess.Read(file, buffer.AsSpan(count, (int)length - count), count) is var got and > 0)
                count += got;
            return count;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnreadableImageException(Directory.Exists(path) ? "expected an image, got a folder" : "expected an image, got no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new UnreadableImageException($"cannot be opened: {e.Message}");
        }
    }

    /// <summary>The first bytes of a file, or none where it cannot be read.</summary>
    public static int ReadStart(string path, Span<byte> start)
    {
        try
        {
            if (LengthOf(path) == 0)
                return 0;
            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, start, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return 0;
        }
    }

    /// <summary>The length of a file, or of what a link leads to; 0: nothing that can be opened without waiting.</summary>
    /// <exception cref="IOException">There is no such file, or its links lead in a circle.</exception>
    public static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.Length : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target.Length : throw new FileNotFoundException(null, path);
    }

    /// <summary>Makes room for so many bytes.</summary>
    public static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2, ImageInput.MostBytes))];
    }
}
