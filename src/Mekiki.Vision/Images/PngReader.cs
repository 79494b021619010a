using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.CompilerServices;
using Mekiki.Files;

namespace Mekiki.Vision.Images;

/// <summary>Reads the common kind of PNG fast: 8 bits, not interlaced, grey, RGB or palette, without transparency, upright.</summary>
/// <remarks>
/// W3C, "Portable Network Graphics (PNG) Specification (Third Edition)". Checksums are checked.
/// All other kinds are left to the general decoder.
/// </remarks>
internal static class PngReader
{
    private const uint Header = 0x49484452, Palette = 0x504C5445, Data = 0x49444154, Transparency = 0x74524E53, End = 0x49454E44, SignificantBits = 0x73424954, Exif = 0x65584966, IccChunk = 0x69434350;
    private static readonly byte[] end = [0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82];

    /// <summary>Whether <see cref="Read"/> can read the file; its chunks are whole then.</summary>
    public static bool Understands(ReadOnlySpan<byte> file, out PngHeader header)
    {
        header = default;
        if (!IsPng(file) || file.Length < 33 || U32(file, 8) != 13 || U32(file, 12) != Header)
            return false;
        header = new PngHeader((int)Math.Min(U32(file, 20), int.MaxValue), (int)Math.Min(U32(file, 16), int.MaxValue), file[25]);
        bool plain = file[24] == 8 && (file[25] is 0 or 2 or 3) && file[26] == 0 && file[27] == 0 && file[28] == 0;
        if (!plain || header.Height < 1 || header.Width < 1)
            return false;
        bool palette = false, data = false;
        for (int at = 8; U32(file, at + 4) is var type && type != End; at += 12 + (int)U32(file, at))
        {
            if (type == Transparency || (type == Exif && ExifOrientation.Of(file.Slice(at + 8, (int)U32(file, at))) != 1))
                return false;
            palette |= type == Palette;
            data |= type == Data;
        }

        return data && (palette || header.ColourType != 3);
    }

    public static bool IsPng(ReadOnlySpan<byte> file) => file.Length >= 24 && BinaryPrimitives.ReadUInt64BigEndian(file) == 0x89504E470D0A1A0A;

    /// <summary>How the picture lies, as in EXIF: 1 to 8.</summary>
    /// <param name="file">A PNG whose chunks are whole.</param>
    public static int Orientation(ReadOnlySpan<byte> file)
    {
        for (int at = 8; U32(file, at + 4) is var type && type != End; at += 12 + (int)U32(file, at))
            if (type == Exif)
                return ExifOrientation.Of(file.Slice(at + 8, (int)U32(file, at)));
        return 1;
    }

    /// <summary>The colour profile; empty: there is none. Of one that is damaged, or unpacks to more than a profile has, what no profile is.</summary>
    /// <param name="file">A PNG whose chunks are whole.</param>
    public static ReadOnlySpan<byte> Profile(ReadOnlySpan<byte> file)
    {
        for (int at = 8; U32(file, at + 4) is var type && type is not (Data or End); at += 12 + (int)U32(file, at))
        {
            var content = file.Slice(at + 8, (int)U32(file, at));
            // A name, 0, the kind of packing, which is 0 too.
            if (type == IccChunk)
                return IccProfile.Unpacked(content[Math.Min(content.IndexOf((byte)0) + 2, content.Length)..]);
        }

        return [];
    }

    /// <summary>Whether a PNG is grey, with or without alpha.</summary>
    public static bool IsGrey(ReadOnlySpan<byte> file) => file.Length > 25 && file[25] is 0 or 4;

    /// <summary>Whether a file is a PNG of 16 bits a sample.</summary>
    public static bool Has16Bits(ReadOnlySpan<byte> file) => IsPng(file) && file.Length > 24 && file[24] == 16;

    /// <summary>The file, and if it is a PNG whose chunks are whole but whose last one, which holds nothing, is missing or cut off, with that: browsers show such files.</summary>
    public static ReadOnlySpan<byte> Closed(ReadOnlySpan<byte> file)
    {
        if (!IsPng(file))
            return file;
        bool data = false;
        long at = 8;
        while (at <= file.Length - 12 && at + 12 + U32(file, (int)at) <= file.Length)
        {
            uint type = U32(file, (int)at + 4);
            if (type == End)
                return file;
            data |= type == Data;
            at += 12 + U32(file, (int)at);
        }

        // What is left may be the beginning of that chunk, of no other.
        return data && at <= file.Length && end.AsSpan().StartsWith(file[(int)at..]) ? (byte[])[.. file[..(int)at], .. end] : file;
    }

    /// <summary>The file, and if it is a PNG with fewer colours in its palette than its pixels can name, with black for those: as browsers show it.</summary>
    /// <param name="file">A file whose chunks are whole.</param>
    public static ReadOnlySpan<byte> WithAllColours(ReadOnlySpan<byte> file)
    {
        const int KindPlace = 25, DepthPlace = 24, MostBits = 8;
        if (!IsPng(file) || file.Length <= KindPlace || file[KindPlace] != 3)
            return file;
        int full = 3 << Math.Min(file[DepthPlace], (byte)MostBits);
        for (int at = 8; U32(file, at + 4) is var type && type is not (Data or End); at += 12 + (int)U32(file, at))
        {
            int length = (int)U32(file, at);
            if (type != Palette || length >= full)
                continue;
            var chunk = new byte[12 + full];
            BinaryPrimitives.WriteInt32BigEndian(chunk, full);
            file.Slice(at + 4, 4 + length).CopyTo(chunk.AsSpan(4));
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + full), Crc32.Of(chunk.AsSpan(4, 4 + full)));
            return (byte[])[.. file[..at], .. chunk, .. file[(at + 12 + length)..]];
        }

        return file;
    }

    /// <summary>The file, and if it is a PNG with chunks that no pixel needs, without them: texts and colour profiles in it may unpack to gigabytes.</summary>
    /// <param name="file">A file whose chunks are whole.</param>
    /// <param name="keepsProfile">Whether its colour profile, which was looked into, stays.</param>
    public static ReadOnlySpan<byte> WithoutTexts(ReadOnlySpan<byte> file, bool keepsProfile = false)
    {
        if (!IsPng(file))
            return file;
        byte[]? kept = null;
        int length = 0;
        for (int at = 0, next = 8; ; at = next, next += 12 + (int)U32(file, next))
        {
            var chunk = file[at..next];
            uint type = at == 0 ? Header : U32(file, at + 4);
            bool isNeeded = type is Header or Palette or Data or Transparency or End or SignificantBits || (type == IccChunk && keepsProfile);
            if (!isNeeded && kept is null)
            {
                kept = new byte[file.Length];
                file[..at].CopyTo(kept);
                length = at;
            }

            if (isNeeded && kept is not null)
            {
                chunk.CopyTo(kept.AsSpan(length));
                length += chunk.Length;
            }

            if (type == End)
                return kept is null ? file : kept.AsSpan(0, length);
        }
    }

    /// <summary>Decodes into rows of grey, palette indices or RGB, with one byte before each row.</summary>
    /// <param name="file">A file that <see cref="Understands"/>.</param>
    /// <param name="header">Its header.</param>
    /// <param name="rows">Receives Height rows of 1 + Width · bytes a pixel.</param>
    /// <returns>The palette as RGB, empty without one.</returns>
    /// <exception cref="UnreadableImageException">The pixels are damaged or cut off.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> file, PngHeader header, byte[] rows)
    {
        int length = header.Height * (1 + header.RowLength);
        var palette = ReadOnlySpan<byte>.Empty;
        var packed = new MemoryStream(file.Length);
        for (int at = 8; U32(file, at + 4) is var type && type != End; at += 12 + (int)U32(file, at))
        {
            var content = file.Slice(at + 8, (int)U32(file, at));
            if (type is Header or Palette or Data && Crc32.Of(file.Slice(at + 4, 4 + content.Length)) != U32(file, at + 8 + content.Length))
                throw Damaged();
            if (type == Data)
                packed.Write(content);
            else if (type == Palette)
                palette = content;
        }

        packed.Position = 0;
        try
        {
            using var inflated = new ZLibStream(packed, CompressionMode.Decompress);
            if (inflated.ReadAtLeast(rows.AsSpan(0, length), length, throwOnEndOfStream: false) < length)
                throw new UnreadableImageException("expected a whole image, got one that is cut off");
        }
        // An IOException says that the data ask for a dictionary.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged();
        }

        for (int y = 0; y < header.Height; y++)
        {
            var row = rows.AsSpan(y * (1 + header.RowLength), 1 + header.RowLength);
            var above = y == 0 ? [] : rows.AsSpan((y - 1) * (1 + header.RowLength) + 1, header.RowLength);
            Unfilter(row[0], row[1..], above, header.BytesPerPixel);
        }

        return palette;
    }

    /// <summary>Undoes a row's prediction, section 9.2; above the first row all is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unfilter(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        int i;
        switch (filter)
        {
            case 0:
            case 2 when above.IsEmpty:
                return;
            case 1:
            case 4 when above.IsEmpty:
                for (i = step; i < row.Length; i++)
                    row[i] += row[i - step];
                return;
            case 2:
                for (i = 0; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
                    (new Vector<byte>(row[i..]) + new Vector<byte>(above[i..])).CopyTo(row[i..]);
                for (; i < row.Length; i++)
                    row[i] += above[i];
                return;
            case 3:
                for (i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < step ? 0 : row[i - step]) + (above.IsEmpty ? 0 : above[i])) >> 1);
                return;
            case 4:
                for (i = 0; i < step; i++)
                    row[i] += above[i];
                for (; i < row.Length; i++)
                    row[i] += Paeth(row[i - step], above[i], above[i - step]);
                return;
            default:
                throw Damaged();
        }
    }

    // Whichever of left, up and corner is nearest to left + up - corner.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Paeth(int left, int up, int corner)
    {
        int toLeft = up - corner, toUp = left - corner, toCorner = Math.Abs(toLeft + toUp);
        toLeft = Math.Abs(toLeft);
        toUp = Math.Abs(toUp);
        int nearer = toUp <= toCorner ? up : corner;
        return (byte)(toLeft <= toUp && toLeft <= toCorner ? left : nearer);
    }

    private static UnreadableImageException Damaged() => new("expected a whole image, got one with damaged data");

    private static uint U32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
}
