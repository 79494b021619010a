namespace Mekiki.Vision.Images;

/// <summary>One image that a program has: a file, encoded bytes, or pixels. It is read when it is needed.</summary>
/// <remarks>Immutable; any number of threads may use it, as long as nobody changes the bytes that it was given.</remarks>
/// <example>
/// <code>
/// var file = recognizer.Predict(ImageInput.FromFile("image.png"));
/// var bytes = recognizer.Predict(ImageInput.FromBytes(upload));
/// var pixels = recognizer.Predict(ImageInput.FromPixels(frame, 640, 480, PixelFormat.Bgra32));
/// </code>
/// </example>
public sealed class ImageInput
{
    /// <summary>The largest encoded image that is read: 128 MiB.</summary>
    public const int MostBytes = 128 << 20;

    private readonly string? path;
    private readonly ReadOnlyMemory<byte> encoded;
    private readonly RawPixels? pixels;
    private readonly Func<byte[]>? read;

    private ImageInput(string name, string? path = null, ReadOnlyMemory<byte> encoded = default, RawPixels? pixels = null, Func<byte[]>? read = null) =>
        (Name, this.path, this.encoded, this.pixels, this.read) = (name, path, encoded, pixels, read);

    /// <summary>What it is called in answers and messages: its path, or what it was given.</summary>
    public string Name { get; }

    /// <summary>An image file, which is opened when the image is needed.</summary>
    /// <param name="path">A PNG, JPEG, TIFF, BMP, GIF or WebP file.</param>
    /// <exception cref="ArgumentNullException">The path is null.</exception>
    public static ImageInput FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(path, path);
    }

    /// <summary>An encoded image that is read when it is needed.</summary>
    /// <param name="name">What it is called in answers and messages.</param>
    /// <param name="read">Gives the bytes of the file, or throws an <see cref="UnreadableImageException"/>.</param>
    internal static ImageInput FromReader(string name, Func<byte[]> read) => new(name, read: read);

    /// <summary>An encoded image in memory.</summary>
    /// <param name="encoded">The bytes of a PNG, JPEG, TIFF, BMP, GIF or WebP file, at most 128 MiB. They are not copied.</param>
    /// <param name="name">What it is called in answers and messages.</param>
    public static ImageInput FromBytes(ReadOnlyMemory<byte> encoded, string name = "image")
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, encoded: encoded);
    }

    /// <summary>An encoded image that a stream brings; all of it is read now, from where the stream stands. The stream stays open.</summary>
    /// <param name="stream">A PNG, JPEG, TIFF, BMP, GIF or WebP file, at most 128 MiB.</param>
    /// <param name="name">What it is called in answers and messages.</param>
    /// <exception cref="MekikiException">The stream brings more than 128 MiB.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static ImageInput FromStream(Stream stream, string name = "image")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        using var bytes = new LimitedBytes(name);
        stream.CopyTo(bytes);
        return FromBytes(bytes.ToArray(), name);
    }

    /// <summary>An encoded image that a stream brings; all of it is read, from where the stream stands. The stream stays open.</summary>
    /// <param name="stream">A PNG, JPEG, TIFF, BMP, GIF or WebP file, at most 128 MiB.</param>
    /// <param name="name">What it is called in answers and messages.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="MekikiException">The stream brings more than 128 MiB.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<ImageInput> FromStreamAsync(Stream stream, string name = "image", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        using var bytes = new LimitedBytes(name);
        await stream.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
        return FromBytes(bytes.ToArray(), name);
    }

    /// <summary>Pixels in memory.</summary>
    /// <param name="pixels">The rows from the top. They are not copied.</param>
    /// <param name="width">Pixels in a row, 1 to 6,144.</param>
    /// <param name="height">How many rows, 1 to 6,144.</param>
    /// <param name="format">The order of a pixel's bytes.</param>
    /// <param name="stride">Bytes from one row to the next; 0: rows follow each other without a gap.</param>
    /// <param name="name">What the image is called in answers and messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range, the stride is shorter than a row, or there is no such format.</exception>
    /// <exception cref="ArgumentException">There are fewer bytes than the rows have.</exception>
    public static ImageInput FromPixels(ReadOnlyMemory<byte> pixels, int width, int height, PixelFormat format, int stride = 0, string name = "image")
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, ImageShape.MostSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, ImageShape.MostSide);
        int row = width * RawPixels.BytesPerPixel(format);
        stride = stride == 0 ? row : stride;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, row);
        long least = (long)stride * (height - 1) + row;
        if (pixels.Length < least)
            throw new ArgumentException($"Pixels: expected {least:N0} bytes for {width} x {height} pixels of {format} with {stride:N0} bytes from row to row, got {pixels.Length:N0}.", nameof(pixels));
        return new(name, pixels: new RawPixels(pixels, width, height, format, stride));
    }

    /// <summary>The image's own size in pixels, as it stands upright. Of an encoded image only the header is read, so that one that is too large can be refused before memory is taken.</summary>
    /// <exception cref="MekikiException">It cannot be read.</exception>
    public (int Height, int Width) Size()
    {
        try
        {
            return ReadSize();
        }
        catch (UnreadableImageException e)
        {
            throw new MekikiException($"{Name}: {e.Message}. Check the file.", e);
        }
    }

    /// <summary>Reads the image into (H, W, C) if it has the size of <paramref name="shape"/>, or brings it to that.</summary>
    /// <param name="shape">What is wanted.</param>
    /// <param name="framing">How another size is brought to it; null: nothing is written then.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="scratch">Memory for pixels between, which grows as needed.</param>
    /// <returns>The image's own size.</returns>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    internal DecodedImage Read(ImageShape shape, Framing? framing, Span<byte> destination, ref byte[] scratch) => pixels is { } raw
        ? raw.Write(shape, framing, destination)
        : ImageDecoder.Decode(Encoded().Span, shape.Channels, shape.Height, shape.Width, framing, destination, ref scratch);

    /// <summary>The image's own size.</summary>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    internal (int Height, int Width) ReadSize()
    {
        if (pixels is { } raw)
            return (raw.Height, raw.Width);
        return ImageDecoder.ReadSize(Encoded().Span);
    }

    private ReadOnlyMemory<byte> Encoded()
    {
        if (path is not null)
        {
            byte[] bytes = [];
            int length = RegularFile.Read(path, ref bytes);
            return bytes.AsMemory(0, length);
        }

        if (read is not null)
            return read();
        return encoded.Length <= MostBytes ? encoded : throw new UnreadableImageException($"expected at most 128 MiB, got {encoded.Length:N0} bytes");
    }

    // Takes no more than an image may have, however long the stream is. All ways of writing lead to this one.
    private sealed class LimitedBytes(string name) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > MostBytes)
                throw new MekikiException($"{name}: expected at most 128 MiB, got a stream that brings more. Give a smaller image.");
            base.Write(buffer, offset, count);
        }
    }
}
