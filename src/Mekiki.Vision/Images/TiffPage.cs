using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>What the first page of a TIFF says of itself; all that lies elsewhere lies within the file, and sizes are possible.</summary>
/// <remarks>Aldus, "TIFF Revision 6.0", 1992, and its technical notes; BigTIFF's lengths of 8 bytes.</remarks>
internal sealed class TiffPage
{
    private const int MostSamples = 16, MostEntries = 4096;
    private const int Bilevel = 2, Fax3 = 3, Fax4 = 4;

    private (int Offset, int Length) profile;

    private TiffPage(bool isBigEndian) => IsBigEndian = isBigEndian;

    /// <summary>Whether numbers have their highest byte first.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Rows, as they are stored.</summary>
    public int Height { get; private set; }

    /// <summary>Columns, as they are stored.</summary>
    public int Width { get; private set; }

    /// <summary>Bits a sample: 1, 2, 4, 8 or 16.</summary>
    public int Bits { get; private set; } = 1;

    /// <summary>Samples a pixel.</summary>
    public int Samples { get; private set; } = 1;

    /// <summary>What the samples mean: 0 grey from white to black, 1 from black to white, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr.</summary>
    public int Photometric { get; private set; } = 1;

    /// <summary>How they are packed.</summary>
    public int Compression { get; private set; } = 1;

    /// <summary>How the picture lies, as in EXIF: 1 to 8.</summary>
    public int Orientation { get; private set; } = 1;

    /// <summary>2 where each row holds differences from the pixel before, else 1.</summary>
    public int Predictor { get; private set; } = 1;

    /// <summary>Whether bits lie in bytes from the lowest on.</summary>
    public bool IsLowestBitFirst { get; private set; }

    /// <summary>Whether each sample has pieces of its own.</summary>
    public bool IsPlanar { get; private set; }

    /// <summary>Whether a sample behind the colours says how opaque the pixel is; 1: it is multiplied in, 2: it is not, 0: there is none.</summary>
    public int Alpha { get; private set; }

    /// <summary>Options of the packing of faxes, group 3.</summary>
    public int FaxOptions { get; private set; }

    /// <summary>Columns and rows of a strip or tile.</summary>
    public (int Width, int Height) Piece { get; private set; }

    /// <summary>Whether pieces are tiles, which are whole at the right and at the bottom too.</summary>
    public bool IsTiled { get; private set; }

    /// <summary>Where each strip or tile begins.</summary>
    public long[] Offsets { get; private set; } = [];

    /// <summary>How many bytes each has.</summary>
    public long[] Lengths { get; private set; } = [];

    /// <summary>The palette: all reds, greens, blues, in 16 bits.</summary>
    public long[] Colours { get; private set; } = [];

    /// <summary>What all pieces that are JPEGs share.</summary>
    public (int Offset, int Length) JpegTables { get; private set; }

    /// <summary>The colour profile; empty: there is none.</summary>
    public ReadOnlySpan<byte> Profile(ReadOnlySpan<byte> file) => file.Slice(profile.Offset, profile.Length);

    /// <summary>How many samples are read: the colours, and alpha.</summary>
    public int UsedSamples => Photometric switch { 2 or 6 => 3, 5 => 4, _ => 1 } + (Alpha > 0 ? 1 : 0);

    /// <summary>Samples that lie side by side in a piece.</summary>
    public int PieceSamples => IsPlanar ? 1 : Samples;

    /// <summary>Bytes of a row of a piece, unpacked.</summary>
    public int PieceRow => (Piece.Width * PieceSamples * Bits + 7) / 8;

    /// <summary>Bytes that decoding needs.</summary>
    public long Bytes => (long)Width * Height * UsedSamples + 2L * PieceRow * Piece.Height;

    /// <summary>Whether a file begins as a TIFF.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> file) =>
        file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8);

    /// <summary>Reads the tags.</summary>
    /// <exception cref="UnreadableImageException">It is cut off, claims what cannot be, or is of a kind that is not read.</exception>
    public static TiffPage Read(ReadOnlySpan<byte> file)
    {
        var page = new TiffPage(file[0] == 'M');
        bool isBig = file[2] == '+' || file[3] == '+';
        int entry = isBig ? 20 : 12, size = isBig ? 8 : 4;
        long at = page.Number(file, isBig ? 8 : 4, size), count = page.Number(file, at, isBig ? 8 : 2);
        at += isBig ? 8 : 2;
        if (count is < 1 or > MostEntries)
            throw Damaged();
        long width = 0, height = 0, rows = long.MaxValue, format = 1, tileWidth = 0, tileHeight = 0;
        for (long i = 0; i < count; i++, at += entry)
        {
            int tag = (int)page.Number(file, at, 2), length = LengthOf((int)page.Number(file, at + 2, 2));
            if (length == 0)
                continue;
            long number = page.Number(file, at + 4, size), place = at + 4 + size;
            if (number < 1 || number > file.Length / length)
                throw CutOff(file.Length);
            if (number * length > size)
                place = page.Number(file, place, size);
            if (place < 0 || place > file.Length - number * length)
                throw CutOff(file.Length);
            long value = page.Number(file, place, length);
            int small = (int)Math.Clamp(value, -1, int.MaxValue);
            switch (tag)
            {
                case 256: width = value; break;
                case 257: height = value; break;
                case 258: page.Bits = small; break;
                case 259: page.Compression = small; break;
                case 262: page.Photometric = small; break;
                case 266: page.IsLowestBitFirst = small == 2; break;
                case 273 or 324: page.Offsets = page.Numbers(file, place, length, number); break;
                case 274: page.Orientation = small is >= 1 and <= 8 ? small : 1; break;
                case 277: page.Samples = small; break;
                case 278: rows = value; break;
                case 279 or 325: page.Lengths = page.Numbers(file, place, length, number); break;
                case 284: page.IsPlanar = small == 2; break;
                case 292: page.FaxOptions = small; break;
                case 317: page.Predictor = small; break;
                case 320: page.Colours = page.Numbers(file, place, length, number); break;
                case 322: tileWidth = value; break;
                case 323: tileHeight = value; break;
                case 338: page.Alpha = small == 2 ? 2 : 1; break;
                case 339: format = value; break;
                case 347: page.JpegTables = ((int)place, (int)(number * length)); break;
                case 34675: page.profile = ((int)place, (int)(number * length)); break;
            }
        }

        page.Check(file.Length, width, height, rows, tileWidth, tileHeight, format);
        return page;
    }

    /// <summary>The refusal of data that are damaged.</summary>
    public static UnreadableImageException Damaged() => new("expected a whole image, got one with damaged data");

    /// <summary>The refusal of a kind that is not read.</summary>
    public static UnreadableImageException NotRead(string what) => new($"expected a TIFF of a usual kind, got {what}; {OtherFormat.Remedy}");

    private static UnreadableImageException CutOff(int length) => new($"expected a whole image, got one that is cut off after {length:N0} bytes");

    private void Check(int fileLength, long width, long height, long rows, long tileWidth, long tileHeight, long format)
    {
        ImageDecoder.RequireSize(width, height);
        (Width, Height) = ((int)width, (int)height);
        if (Bits is not (1 or 2 or 4 or 8 or 16) || Samples is < 1 or > MostSamples || format is not (1 or 4))
            throw NotRead($"{Samples} samples of {Bits} bits{(format == 3 ? " in floating point" : "")} a pixel");
        if (Photometric is not (0 or 1 or 2 or 3 or 5 or 6))
            throw NotRead($"colours of kind {Photometric}");
        if (Photometric is 6 && Compression != TiffPiece.Jpeg)
            throw NotRead("YCbCr that is no JPEG");
        if (Predictor is not (1 or 2) || (Predictor == 2 && Bits < 8))
            throw NotRead($"predictor {Predictor} with {Bits} bits");
        if (Compression is Bilevel or Fax3 or Fax4 && Bits * Samples != 1)
            throw Damaged();
        int colours = UsedSamples - (Alpha > 0 ? 1 : 0);
        if (Samples < colours || (Photometric == 3 && (Bits == 16 || Colours.Length < 3 << Bits)) || (Photometric == 5 && Bits < 8))
            throw Damaged();
        if (Samples == colours || Photometric is 3 or 5)
            Alpha = 0;
        IsTiled = tileWidth > 0 || tileHeight > 0;
        if (IsTiled)
            ImageDecoder.RequireSize(tileWidth, tileHeight);
        Piece = IsTiled ? ((int)tileWidth, (int)tileHeight) : (Width, (int)Math.Clamp(rows, 1, Height));
        if ((long)Piece.Width * Piece.Height * PieceSamples * Bits / 8 > 4 * ImageDecoder.MostPixels)
            throw NotRead($"{Samples} samples of {Bits} bits a pixel in pieces of {Piece.Width:N0} x {Piece.Height:N0}");
        long pieces = (long)Across * Down * (IsPlanar ? Samples : 1);
        if (Offsets.Length < pieces || Lengths.Length < pieces)
            throw Damaged();
        if (Compression switch { 1 => 1, 5 => PixelClaim.Lzw, 8 or 32946 => PixelClaim.Deflate, 32773 => PixelClaim.PackBits, _ => 0 } is var ratio and > 0)
            PixelClaim.Check(fileLength, (long)Width * Height * Samples * Bits / 8, ratio, width, height);
        for (int i = 0; i < pieces; i++)
            if (Offsets[i] < 0 || Lengths[i] < 0 || Offsets[i] > fileLength || Lengths[i] > fileLength - Offsets[i])
                throw CutOff(fileLength);
    }

    /// <summary>Pieces side by side.</summary>
    public int Across => (Width + Piece.Width - 1) / Piece.Width;

    /// <summary>Pieces below each other.</summary>
    public int Down => (Height + Piece.Height - 1) / Piece.Height;

    // Of one value of a type; 0: there is no such type.
    private static int LengthOf(int type) => type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 or 16 or 17 or 18 => 8, _ => 0 };

    private long[] Numbers(ReadOnlySpan<byte> file, long at, int length, long count)
    {
        var numbers = new long[count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = Number(file, at + (long)i * length, length);
        return numbers;
    }

    private long Number(ReadOnlySpan<byte> file, long at, int length)
    {
        if (at < 0 || at > file.Length - length)
            throw CutOff(file.Length);
        var bytes = file.Slice((int)at, length);
        return length switch
        {
            1 => bytes[0],
            2 => IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
    }
}
