using SkiaSharp;

namespace Mekiki.Vision.Images;

/// <summary>Reads the first page of a TIFF into uint8 pixels, as they are stored: strips and tiles, 1 to 16 bits, grey, RGB, palette and CMYK.</summary>
internal static class TiffReader
{
    /// <summary>Decodes into (H, W, C); transparency is laid over white.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="page">Its first page.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="pixels">Receives them.</param>
    /// <param name="room">Memory, as much as the page says.</param>
    /// <exception cref="UnreadableImageException">The data are damaged or too few, or packed in a way that is not read.</exception>
    public static void Read(ReadOnlySpan<byte> file, TiffPage page, int channels, Span<byte> pixels, DecodingRoom.Place room)
    {
        int used = page.UsedSamples, count = page.Width * page.Height;
        var samples = room.Array(count * used).AsSpan(0, count * used);
        int rows = page.Piece.Height * page.PieceRow;
        var piece = room.Array(rows).AsSpan(0, rows);
        for (int plane = 0; plane < (page.IsPlanar ? used : 1); plane++)
            for (int y = 0; y < page.Down; y++)
                for (int x = 0; x < page.Across; x++)
                {
                    int number = (plane * page.Down + y) * page.Across + x, height = page.IsTiled ? page.Piece.Height : Math.Min(page.Piece.Height, page.Height - y * page.Piece.Height);
                    var packed = file.Slice((int)page.Offsets[number], (int)page.Lengths[number]);
                    var unpacked = piece[..(height * page.PieceRow)];
                    if (page.Compression == TiffPiece.Jpeg)
                        ReadJpeg(file, page, packed, unpacked, height);
                    else
                        TiffPiece.Unpack(page, packed, unpacked);
                    Place(page, unpacked, samples, plane, x * page.Piece.Width, y * page.Piece.Height);
                }

        for (int i = 0; i < count; i++)
            Pixel(page, samples.Slice(i * used, used), pixels.Slice(i * channels, channels));
    }

    // As 8 bits, those of palettes as numbers.
    private static void Place(TiffPage page, ReadOnlySpan<byte> piece, Span<byte> samples, int plane, int left, int top)
    {
        int used = page.UsedSamples, taken = page.IsPlanar ? 1 : used, width = Math.Min(page.Piece.Width, page.Width - left), height = Math.Min(page.Piece.Height, page.Height - top);
        int most = (1 << page.Bits) - 1, scale = page.Bits < 8 && page.Photometric != 3 ? 255 / most : 1;
        for (int y = 0; y < height; y++)
        {
            var row = piece.Slice(y * page.PieceRow, page.PieceRow);
            for (int x = 0; x < width; x++)
            {
                var pixel = samples.Slice(((top + y) * page.Width + left + x) * used + plane, taken);
                for (int s = 0; s < taken; s++)
                {
                    int number = x * page.PieceSamples + s;
                    pixel[s] = page.Bits switch
                    {
                        8 => row[number],
                        16 => row[2 * number + (page.IsBigEndian ? 0 : 1)],
                        int bits => (byte)((row[number * bits >> 3] >> (8 - bits - (number * bits & 7)) & most) * scale),
                    };
                }
            }
        }
    }

    private static void Pixel(TiffPage page, ReadOnlySpan<byte> samples, Span<byte> pixel)
    {
        int red = samples[0], green = red, blue = red;
        switch (page.Photometric)
        {
            case 0:
                red = green = blue = 255 - red;
                break;
            case 2 or 6:
                (green, blue) = (samples[1], samples[2]);
                break;
            case 3:
                int colours = 1 << page.Bits;
                (red, green, blue) = (Colour(page, samples[0]), Colour(page, colours + samples[0]), Colour(page, 2 * colours + samples[0]));
                break;
            case 5:
                int light = 255 - samples[3];
                (red, green, blue) = (Lit(samples[0], light), Lit(samples[1], light), Lit(samples[2], light));
                break;
        }

        if (page.Alpha > 0)
        {
            int alpha = samples[^1];
            (red, green, blue) = (Over(red), Over(green), Over(blue));
            int Over(int value) => page.Alpha == 2 ? GreyImage.OverWhite(value, alpha) : Math.Min(255, value + 255 - alpha);
        }

        if (pixel.Length == 1)
            pixel[0] = GreyImage.Luma(red, green, blue);
        else
            (pixel[0], pixel[1], pixel[2]) = ((byte)red, (byte)green, (byte)blue);
    }

    private static int Lit(int ink, int light) => ((255 - ink) * light + 127) / 255;

    private static int Colour(TiffPage page, int number) => (byte)(page.Colours[number] >> 8);

    // Each piece is a JPEG without what all share. Whether its colours are RGB stands in the page, and is told by Adobe's marker.
    private static void ReadJpeg(ReadOnlySpan<byte> file, TiffPage page, ReadOnlySpan<byte> packed, Span<byte> rows, int height)
    {
        int samples = page.PieceSamples;
        if (page.Bits != 8 || samples is not (1 or 3) || packed.Length < 4)
            throw TiffPage.NotRead($"a JPEG of {samples} samples of {page.Bits} bits");
        var tables = page.JpegTables.Length > 4 ? file.Slice(page.JpegTables.Offset + 2, page.JpegTables.Length - 4) : [];
        byte transform = page.Photometric == 6 ? (byte)1 : (byte)0;
        byte[] marker = samples == 3 ? [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, transform] : [];
        byte[] jpeg = [0xFF, 0xD8, .. marker, .. tables, .. packed[2..]];
        using var data = SKData.CreateCopy(jpeg);
        using var codec = SKCodec.Create(new SKMemoryStream(data)) ?? throw TiffPage.Damaged();
        // The last strip may be told whole, with rows that do not count.
        if (codec.Info.Width != page.Piece.Width || codec.Info.Height < height || codec.Info.Height > page.Piece.Height)
            throw TiffPage.Damaged();
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, samples == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var bitmap = new SKBitmap(info);
        if (codec.GetPixels(info, bitmap.GetPixels()) != SKCodecResult.Success)
            throw TiffPage.Damaged();
        var pixels = bitmap.GetPixelSpan();
        for (int y = 0, to = 0; y < height; y++)
            for (int x = 0, from = y * bitmap.RowBytes; x < info.Width; x++, from += bitmap.BytesPerPixel, to += samples)
                pixels.Slice(from, samples).CopyTo(rows[to..]);
    }
}
