using System.IO.Compression;

namespace Mekiki.Vision.Images;

/// <summary>Unpacks a strip or a tile.</summary>
internal static class TiffPiece
{
    /// <summary>The number of JPEG among the packings.</summary>
    public const int Jpeg = 7;

    private const int ClearTable = 256, End = 257, FirstCode = 258, MostCodes = 4096, LeastBits = 9;

    /// <summary>Unpacks rows of samples.</summary>
    /// <param name="page">The page.</param>
    /// <param name="packed">The piece's bytes.</param>
    /// <param name="rows">Receives all rows of it.</param>
    /// <exception cref="UnreadableImageException">There are too few, or they are damaged.</exception>
    public static void Unpack(TiffPage page, ReadOnlySpan<byte> packed, Span<byte> rows)
    {
        if (page.IsLowestBitFirst)
            packed = Reversed(packed);
        switch (page.Compression)
        {
            case 1:
                if (packed.Length < rows.Length)
                    throw TiffPage.Damaged();
                packed[..rows.Length].CopyTo(rows);
                break;
            case 2 or 3 or 4:
                new FaxDecoder(packed, page.Piece.Width).Read(page.Compression, page.FaxOptions, rows);
                break;
            case 5:
                Lzw(packed, rows);
                break;
            case 8 or 32946:
                Inflate(packed, rows);
                break;
            case 32773:
                PackBits(packed, rows);
                break;
            default:
                throw TiffPage.NotRead($"packing number {page.Compression}");
        }

        if (page.Predictor == 2)
            AddUp(page, rows);
    }

    private static byte[] Reversed(ReadOnlySpan<byte> bytes)
    {
        var reversed = new byte[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            for (int bit = 0; bit < 8; bit++)
                reversed[i] |= (byte)((bytes[i] >> bit & 1) << (7 - bit));
        return reversed;
    }

    private static void Inflate(ReadOnlySpan<byte> packed, Span<byte> rows)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            if (stream.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) < rows.Length)
                throw TiffPage.Damaged();
        }
        // An IOException says that the data ask for a dictionary.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw TiffPage.Damaged();
        }
    }

    // Section 9: a count n of 0 to 127 and n + 1 bytes, or one of -1 to -127 and a byte that is there 1 - n times.
    private static void PackBits(ReadOnlySpan<byte> packed, Span<byte> rows)
    {
        int at = 0, to = 0;
        while (to < rows.Length)
        {
            if (at >= packed.Length)
                throw TiffPage.Damaged();
            int count = (sbyte)packed[at++];
            if (count == -128)
                continue;
            int length = Math.Min(count >= 0 ? count + 1 : 1 - count, rows.Length - to), read = count >= 0 ? length : 1;
            if (at + read > packed.Length)
                throw TiffPage.Damaged();
            if (count >= 0)
                packed.Slice(at, length).CopyTo(rows[to..]);
            else
                rows.Slice(to, length).Fill(packed[at]);
            (at, to) = (at + read, to + length);
        }
    }

    // Section 13. A code stands for what the code before stood for, and one byte more: both lie where that was written.
    private static void Lzw(ReadOnlySpan<byte> packed, Span<byte> rows)
    {
        Span<int> start = new int[MostCodes], length = new int[MostCodes];
        int next = FirstCode, bits = LeastBits, to = 0, lastStart = -1, lastLength = 0;
        long position = 0;
        while (to < rows.Length)
        {
            if (position + bits > 8L * packed.Length)
                throw TiffPage.Damaged();
            int code = 0;
            for (int i = 0; i < bits; i++, position++)
                code = code << 1 | packed[(int)(position >> 3)] >> (7 - (int)(position & 7)) & 1;
            if (code == End)
                throw TiffPage.Damaged();
            if (code == ClearTable)
            {
                (next, bits, lastStart) = (FirstCode, LeastBits, -1);
                continue;
            }

            int begin = to;
            if (code < ClearTable)
                rows[to++] = (byte)code;
            else
            {
                bool isNew = code == next;
                if (code > next || (isNew && lastStart < 0))
                    throw TiffPage.Damaged();
                int from = isNew ? lastStart : start[code], count = isNew ? lastLength + 1 : length[code];
                // Byte by byte: the last one may be the first that is written.
                for (int i = 0; i < count && to < rows.Length; i++)
                    rows[to++] = rows[from + i];
            }

            if (lastStart >= 0 && next < MostCodes)
            {
                (start[next], length[next]) = (lastStart, lastLength + 1);
                next++;
            }

            (lastStart, lastLength) = (begin, to - begin);
            bits = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
        }
    }

    private static void AddUp(TiffPage page, Span<byte> rows)
    {
        int step = page.PieceSamples;
        for (int at = 0; at + page.PieceRow <= rows.Length; at += page.PieceRow)
        {
            var row = rows.Slice(at, page.PieceRow);
            if (page.Bits == 8)
                for (int i = step; i < row.Length; i++)
                    row[i] += row[i - step];
            else
                for (int i = 2 * step; i + 1 < row.Length; i += 2)
                {
                    int high = page.IsBigEndian ? i : i + 1, low = page.IsBigEndian ? i + 1 : i;
                    int sum = (row[high] << 8 | row[low]) + (row[high - 2 * step] << 8 | row[low - 2 * step]);
                    (row[high], row[low]) = ((byte)(sum >> 8), (byte)sum);
                }
        }
    }
}
