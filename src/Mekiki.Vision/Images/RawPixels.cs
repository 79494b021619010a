using System.Buffers;

namespace Mekiki.Vision.Images;

/// <summary>Pixels that a program has in memory, in an order of its own.</summary>
/// <param name="Bytes">The rows, from the top.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">How many rows.</param>
/// <param name="Format">The bytes of a pixel.</param>
/// <param name="Stride">Bytes from one row to the next.</param>
internal readonly record struct RawPixels(ReadOnlyMemory<byte> Bytes, int Width, int Height, PixelFormat Format, int Stride)
{
    /// <summary>How many bytes a pixel has.</summary>
    public static int BytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => 1,
        PixelFormat.Rgb24 or PixelFormat.Bgr24 => 3,
        PixelFormat.Rgba32 or PixelFormat.Bgra32 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
    };

    /// <summary>Writes them as (H, W, C), brought to the size if it is another and <paramref name="framing"/> says how.</summary>
    public DecodedImage Write(ImageShape shape, Framing? framing, Span<byte> destination)
    {
        if (Framing.Keeps((Height, Width), (shape.Height, shape.Width), framing))
            Convert(shape.Channels, destination);
        else if (framing is { } how)
        {
            int length = Height * Width * shape.Channels;
            byte[] own = ArrayPool<byte>.Shared.Rent(length);
            Convert(shape.Channels, own.AsSpan(0, length));
            FitKernel.Run(own.AsSpan(0, length), new ImageShape(shape.Channels, Height, Width), how, destination, shape.Height, shape.Width);
            ArrayPool<byte>.Shared.Return(own);
        }

        return new(Height, Width);
    }

    private void Convert(int channels, Span<byte> destination)
    {
        int bytes = BytesPerPixel(Format), at = 0;
        bool isBlueFirst = Format is PixelFormat.Bgr24 or PixelFormat.Bgra32;
        for (int y = 0; y < Height; y++)
        {
            var row = Bytes.Span.Slice(y * Stride, Width * bytes);
            for (int x = 0; x < row.Length; x += bytes, at += channels)
            {
                byte red = row[x], green = red, blue = red;
                if (bytes > 1)
                    (red, green, blue) = isBlueFirst ? (row[x + 2], row[x + 1], row[x]) : (row[x], row[x + 1], row[x + 2]);
                if (bytes == 4)
                    (red, green, blue) = (GreyImage.OverWhite(red, row[x + 3]), GreyImage.OverWhite(green, row[x + 3]), GreyImage.OverWhite(blue, row[x + 3]));
                if (channels == 3)
                    (destination[at], destination[at + 1], destination[at + 2]) = (red, green, blue);
                else
                    destination[at] = bytes == 1 ? red : GreyImage.Luma(red, green, blue);
            }
        }
    }
}
