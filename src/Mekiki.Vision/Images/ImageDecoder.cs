using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mekiki.Vision.Transforms;
using SkiaSharp;

namespace Mekiki.Vision.Images;

/// <summary>Decodes one image file (PNG, JPEG, TIFF, BMP, GIF, WebP, by its content, not its name) into uint8 pixels.</summary>
/// <remarks>
/// Colours become sRGB where a colour profile in the file says what they are, transparency is laid over white, RGB becomes grey as
/// <see cref="Grayscale"/> does. A photograph is turned as its EXIF data say. Of an animation or of several pages, the first picture.
/// </remarks>
internal static class ImageDecoder
{
    /// <summary>The most pixels that are decoded: 64 megapixels; checked before memory is taken.</summary>
    public const long MostPixels = 64L << 20;

    /// <summary>The longest side that is decoded, in pixels: that of the longest JPEG. Longer ones are thin, and no picture.</summary>
    public const int MostSide = 65_535;

    // 16 bits of which only the lower twelve are used, or fewer, are black in 8.
    private const byte BrightestBlack = 15;

    private static readonly SKColorSpace srgb = SKColorSpace.CreateSrgb();

    /// <summary>What the header says, or the reason why there is none.</summary>
    public static (int Height, int Width, ImageMode Mode) ReadHeader(ReadOnlySpan<byte> file)
    {
        if (TiffPage.IsTiff(file))
        {
            var tiff = TiffPage.Read(file);
            var (rows, columns) = Upright(tiff.Height, tiff.Width, (SKEncodedOrigin)tiff.Orientation);
            return (rows, columns, ModeOf(tiff));
        }

        file = PngReader.Closed(file);
        CheckPng(file);
        using var data = SKData.CreateCopy(PngReader.WithoutTexts(file));
        using var codec = Open(file, data);
        var (height, width) = SizeOf(codec, OriginOf(file, codec));
        return (height, width, ModeOf(file, codec.Info));
    }

    /// <summary>The size that the header claims, in pixels as the picture stands upright; of a common PNG without asking the general decoder.</summary>
    /// <exception cref="UnreadableImageException">It is no image, too large or cut off.</exception>
    public static (int Height, int Width) ReadSize(ReadOnlySpan<byte> file)
    {
        var closed = PngReader.Closed(file);
        CheckPng(closed);
        if (PngReader.Understands(closed, out var png))
            return (png.Height, png.Width);
        var (height, width, _) = ReadHeader(file);
        return (height, width);
    }

    /// <summary>Decodes into (H, W, C) if the size is <paramref name="height"/> x <paramref name="width"/>, or brings it to that.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="height">Wanted height.</param>
    /// <param name="width">Wanted width.</param>
    /// <param name="framing">How another size is brought to it; null: nothing is written then.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="scratch">Memory for pixels between, which grows as needed.</param>
    /// <returns>The file's own size, and whether it is black as no picture is.</returns>
    /// <exception cref="UnreadableImageException">It is no image, too large, truncated or damaged.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> file, int channels, int height, int width, Framing? framing, Span<byte> destination, ref byte[] scratch)
    {
        if (TiffPage.IsTiff(file))
            return DecodeTiff(file, channels, height, width, framing, destination);
        file = PngReader.Closed(file);
        CheckPng(file);
        var profile = IccProfile.UseOf(file);
        bool isFollowed = profile == ColourProfile.Followed, isIgnored = profile == ColourProfile.Ignored;
        if (!isFollowed && PngReader.Understands(file, out var png))
        {
            bool isSize = Framing.Keeps((png.Height, png.Width), (height, width), framing);
            if (isSize || framing is not null)
            {
                using var room = DecodingRoom.Shared.Take((long)png.Height * (png.RowLength + channels));
                if (isSize)
                    PngPixels(file, png, channels, destination, room, ref scratch);
                else
                {
                    int length = png.Height * png.Width * channels;
                    byte[] own = room.Array(length);
                    PngPixels(file, png, channels, own.AsSpan(0, length), room, ref scratch);
                    FitKernel.Run(own.AsSpan(0, length), new ImageShape(channels, png.Height, png.Width), framing!.Value, destination, height, width);
                }
            }

            return new(png.Height, png.Width, IgnoresProfile: isIgnored);
        }

        file = PngReader.WithAllColours(file);
        using var data = SKData.CreateCopy(PngReader.WithoutTexts(file, isFollowed));
        using var codec = Open(file, data);
        var origin = OriginOf(file, codec);
        var (ownHeight, ownWidth) = SizeOf(codec, origin);
        bool isOwn = Framing.Keeps((ownHeight, ownWidth), (height, width), framing);
        if (!isOwn && framing is null)
            return new(ownHeight, ownWidth);
        var stored = isOwn || framing!.Value.Fit == ImageFit.Stretch ? codec.Info : Reduced(codec, isTurned: origin >= SKEncodedOrigin.LeftTop, framing.Value.Outer(height, width), framing.Value.Fit == ImageFit.Ink ? 8 : 2);
        stored = stored.WithColorSpace(isFollowed ? srgb : null);
        using (var room = DecodingRoom.Shared.Take(BytesFor(file, codec, stored, channels, origin)))
        {
            if (isOwn)
                Pixels(codec, stored, origin, channels, destination, room, ref scratch);
            else
            {
                var (rows, columns) = Upright(stored.Height, stored.Width, origin);
                int length = rows * columns * channels;
                byte[] own = room.Array(length);
                Pixels(codec, stored, origin, channels, own.AsSpan(0, length), room, ref scratch);
                FitKernel.Run(own.AsSpan(0, length), new ImageShape(channels, rows, columns), framing!.Value, destination, height, width);
            }
        }

        return new(ownHeight, ownWidth, PngReader.Has16Bits(file) && IsBlack(destination), isIgnored);
    }

    private static DecodedImage DecodeTiff(ReadOnlySpan<byte> file, int channels, int height, int width, Framing? framing, Span<byte> destination)
    {
        var page = TiffPage.Read(file);
        var origin = (SKEncodedOrigin)page.Orientation;
        var (rows, columns) = Upright(page.Height, page.Width, origin);
        bool isOwn = Framing.Keeps((rows, columns), (height, width), framing);
        if (!isOwn && framing is null)
            return new(rows, columns);
        int length = rows * columns * channels;
        var profile = IccProfile.UseOf(page.Profile(file), page.Photometric switch { 0 or 1 => 1, 2 or 3 or 6 => 3, _ => 0 });
        using var room = DecodingRoom.Shared.Take(page.Bytes + 2L * length + (profile == ColourProfile.Followed ? 3L * rows * columns : 0));
        var stored = room.Array(length).AsSpan(0, length);
        if (profile == ColourProfile.Followed)
            TiffColours.Read(file, page, channels, stored, room);
        else
            TiffReader.Read(file, page, channels, stored, room);
        var upright = stored;
        if (origin != SKEncodedOrigin.TopLeft)
        {
            upright = isOwn ? destination : room.Array(length).AsSpan(0, length);
            Turn(stored, page.Height, page.Width, channels, origin, upright);
        }
        else if (isOwn)
            stored.CopyTo(destination);
        if (!isOwn)
            FitKernel.Run(upright, new ImageShape(channels, rows, columns), framing!.Value, destination, height, width);
        return new(rows, columns, page.Bits == 16 && IsBlack(destination), profile == ColourProfile.Ignored);
    }

    private static bool IsBlack(ReadOnlySpan<byte> pixels) => !pixels.ContainsAnyExceptInRange((byte)0, BrightestBlack);

    // Pixels in four bytes, those that are asked for, once more where they are turned, and what the decoder takes itself.
    private static long BytesFor(ReadOnlySpan<byte> file, SKCodec codec, SKImageInfo stored, int channels, SKEncodedOrigin origin)
    {
        long all = (long)codec.Info.Width * codec.Info.Height, kept = (long)stored.Width * stored.Height;
        int turned = origin == SKEncodedOrigin.TopLeft ? 0 : channels;
        long inside = codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? JpegHeader.IsProgressive(file) ? 6 * all : 0 : 4 * all;
        return kept * (4 + channels + turned) + inside;
    }

    private static void PngPixels(ReadOnlySpan<byte> file, PngHeader header, int channels, Span<byte> destination, DecodingRoom.Place room, ref byte[] scratch)
    {
        byte[] rows = room.Array(header.Height * (1 + header.RowLength), ref scratch);
        var palette = PngReader.Read(file, header, rows);
        for (int y = 0; y < header.Height; y++)
        {
            var row = rows.AsSpan(y * (1 + header.RowLength) + 1, header.RowLength);
            var target = destination.Slice(y * header.Width * channels, header.Width * channels);
            if (channels == header.BytesPerPixel && header.ColourType != 3)
                row.CopyTo(target);
            else if (header.ColourType == 2)
                GreyImage.Convert(row, target, 3);
            else
                for (int x = 0; x < row.Length; x++)
                    PaletteOrGrey(row[x], palette, target.Slice(x * channels, channels));
        }
    }

    private static void PaletteOrGrey(byte value, ReadOnlySpan<byte> palette, Span<byte> pixel)
    {
        if (palette.IsEmpty)
            pixel.Fill(value);
        else if (value * 3 + 3 > palette.Length)
            pixel.Clear(); // as browsers do with an index that the palette does not have
        else if (pixel.Length == 3)
            palette.Slice(value * 3, 3).CopyTo(pixel);
        else
            GreyImage.Convert(palette.Slice(value * 3, 3), pixel, 3);
    }

    private static SKCodec Open(ReadOnlySpan<byte> file, SKData data)
    {
        if (file.IsEmpty)
            throw new UnreadableImageException("expected an image, got 0 bytes");
        var result = SKCodecResult.Unimplemented;
        var codec = OtherFormat.IsRead(file) ? SKCodec.Create(new SKMemoryStream(data), out result) : null;
        if (codec is null)
            throw result == SKCodecResult.IncompleteInput
                ? CutOff(file.Length)
                : new UnreadableImageException($"expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got {OtherFormat.Of(file)}");
        try
        {
            RequireSize(codec.Info.Width, codec.Info.Height);
            if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
                JpegHeader.Check(file, codec.Info.Width, codec.Info.Height);
            else
                PixelClaim.CheckOther(file, codec.Info.Width, codec.Info.Height);
            return codec;
        }
        catch (UnreadableImageException)
        {
            codec.Dispose();
            throw;
        }
    }

    // The decoder refuses a lying header without saying why, and accepts a file whose last bytes are missing.
    private static void CheckPng(ReadOnlySpan<byte> file)
    {
        if (!PngReader.IsPng(file))
            return;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        RequireSize(width, height);
        PixelClaim.CheckPng(file, width, height);
        // A chunk: length, type, that many bytes, checksum. The last is IEND.
        uint type = 0;
        for (long at = 8; type != 0x49454E44; at += 12 + BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]))
        {
            if (at > file.Length - 12 || at + 12 + BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]) > file.Length)
                throw CutOff(file.Length);
            type = BinaryPrimitives.ReadUInt32BigEndian(file[((int)at + 4)..]);
        }
    }

    /// <summary>Refuses what is no size, or too large a one.</summary>
    /// <exception cref="UnreadableImageException">It is.</exception>
    public static void RequireSize(long width, long height)
    {
        if (width < 1 || height < 1)
            throw new UnreadableImageException($"expected a pixel or more, got a header that claims {width:N0} x {height:N0}");
        if (width > uint.MaxValue || height > uint.MaxValue || (ulong)width * (ulong)height > (ulong)MostPixels)
            throw new UnreadableImageException($"expected at most 64 megapixels, got a header that claims {width:N0} x {height:N0}");
        if (width > MostSide || height > MostSide)
            throw new UnreadableImageException($"expected sides of at most {MostSide:N0} pixels, got a header that claims {width:N0} x {height:N0}");
    }

    private static UnreadableImageException CutOff(int length) =>
        new($"expected a whole image, got one that is cut off after {length:N0} bytes");

    private static ImageMode ModeOf(ReadOnlySpan<byte> file, SKImageInfo info)
    {
        if (file.Length > 25 && PngReader.IsPng(file))
            return file[25] switch { 0 => ImageMode.Grey, 3 => ImageMode.Palette, 4 or 6 => ImageMode.Alpha, _ => ImageMode.Rgb };
        return info.ColorType == SKColorType.Gray8 ? ImageMode.Grey : info.AlphaType == SKAlphaType.Opaque ? ImageMode.Rgb : ImageMode.Alpha;
    }

    private static ImageMode ModeOf(TiffPage tiff) => tiff.Photometric switch
    {
        3 => ImageMode.Palette,
        0 or 1 => tiff.Alpha > 0 ? ImageMode.Alpha : ImageMode.Grey,
        2 => tiff.Alpha > 0 ? ImageMode.Alpha : ImageMode.Rgb,
        _ => ImageMode.Rgb,
    };

    // How the picture lies in the file. The decoder gets a PNG without its EXIF data.
    private static SKEncodedOrigin OriginOf(ReadOnlySpan<byte> file, SKCodec codec) => PngReader.IsPng(file) ? (SKEncodedOrigin)PngReader.Orientation(file) : codec.EncodedOrigin;

    // From the fifth on, rows and columns are exchanged.
    private static (int Height, int Width) SizeOf(SKCodec codec, SKEncodedOrigin origin) =>
        Upright(codec.Info.Height, codec.Info.Width, origin);

    private static (int Height, int Width) Upright(int height, int width, SKEncodedOrigin origin) =>
        origin >= SKEncodedOrigin.LeftTop ? (width, height) : (height, width);

    // A JPEG is decoded at a half, a quarter or an eighth of its size in a part of the time and memory. Twice the wanted size is left for the scaling that follows.
    private static SKImageInfo Reduced(SKCodec codec, bool isTurned, (int Height, int Width) wanted, int times)
    {
        var (height, width) = wanted;
        var own = codec.Info;
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
            return own;
        var (leastHeight, leastWidth) = isTurned ? (times * width, times * height) : (times * height, times * width);
        for (int part = 8; part > 1; part /= 2)
            if (codec.GetScaledDimensions(1f / part) is var size && size.Height >= leastHeight && size.Width >= leastWidth)
                return new SKImageInfo(size.Width, size.Height, own.ColorType, own.AlphaType);
        return own;
    }

    private static void Pixels(SKCodec codec, SKImageInfo stored, SKEncodedOrigin origin, int channels, Span<byte> destination, DecodingRoom.Place room, ref byte[] scratch)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            Pixels(codec, stored, channels, destination, room, ref scratch);
            return;
        }

        var lying = room.Array(destination.Length).AsSpan(0, destination.Length);
        Pixels(codec, stored, channels, lying, room, ref scratch);
        Turn(lying, stored.Height, stored.Width, channels, origin, destination);
    }

    /// <summary>Turns and mirrors (H, W, C) pixels so that they lie upright (CIPA DC-008, Exif 2.32, tag Orientation).</summary>
    private static void Turn(ReadOnlySpan<byte> pixels, int height, int width, int channels, SKEncodedOrigin origin, Span<byte> upright)
    {
        var (rows, columns) = origin >= SKEncodedOrigin.LeftTop ? (width, height) : (height, width);
        int right = width - 1, bottom = height - 1, at = 0;
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++, at += channels)
            {
                var (fromX, fromY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (right - x, y),
                    SKEncodedOrigin.BottomRight => (right - x, bottom - y),
                    SKEncodedOrigin.BottomLeft => (x, bottom - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, bottom - x),
                    SKEncodedOrigin.RightBottom => (right - y, bottom - x),
                    SKEncodedOrigin.LeftBottom => (right - y, x),
                    _ => (x, y),
                };
                pixels.Slice((fromY * width + fromX) * channels, channels).CopyTo(upright[at..]);
            }
    }

    private static void Pixels(SKCodec codec, SKImageInfo own, int channels, Span<byte> destination, DecodingRoom.Place room, ref byte[] scratch)
    {
        int count = own.Width * own.Height;
        // The decoder converts colours by a profile in four bytes alone.
        bool grey = own.ColorType == SKColorType.Gray8 && channels == 1 && own.ColorSpace is null, opaque = own.AlphaType == SKAlphaType.Opaque;
        int bytes = grey ? count : count * 4;
        byte[] pixels = room.Array(bytes, ref scratch);
        if (grey)
        {
            Run(codec, new SKImageInfo(own.Width, own.Height, SKColorType.Gray8, SKAlphaType.Opaque), pixels);
            pixels.AsSpan(0, count).CopyTo(destination);
            return;
        }

        var rgba = pixels.AsSpan(0, bytes);
        Run(codec, new SKImageInfo(own.Width, own.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, own.ColorSpace), pixels);
        if (!opaque)
            LayOverWhite(rgba);
        if (channels == 1)
            GreyImage.Convert(rgba, destination, 4);
        else
            for (int i = 0; i < count; i++)
                rgba.Slice(i * 4, 3).CopyTo(destination[(i * 3)..]);
    }

    // Into the first bytes of an array, since the decoder writes where an address tells it.
    private static void Run(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        SKCodecResult result;
        var pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            result = codec.GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }

        if (result != SKCodecResult.Success)
            throw new UnreadableImageException(result switch
            {
                SKCodecResult.IncompleteInput => "expected a whole image, got one that is cut off",
                SKCodecResult.ErrorInInput => "expected a whole image, got one with damaged data",
                _ => $"cannot be decoded ({result})",
            });
    }

    private static void LayOverWhite(Span<byte> rgba)
    {
        for (int at = 0; at < rgba.Length; at += 4)
        {
            int alpha = rgba[at + 3];
            for (int c = at; c < at + 3 && alpha < 255; c++)
                rgba[c] = GreyImage.OverWhite(rgba[c], alpha);
        }
    }
}
