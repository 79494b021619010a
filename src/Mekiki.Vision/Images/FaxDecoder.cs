namespace Mekiki.Vision.Images;

/// <summary>Unpacks black and white as faxes send it: ITU-T T.4 (rows alone, or each told by the one above) and T.6.</summary>
/// <param name="packed">The bytes.</param>
/// <param name="width">Pixels in a row.</param>
internal ref struct FaxDecoder(ReadOnlySpan<byte> packed, int width)
{
    private const int LongestCode = 13, EndOfLineBits = 12;

    // Lengths of white and of black runs from 0 to 63, then of 64 to 1,728 in steps of 64; those from 1,792 on are common to both. T.4, tables 2 and 3.
    private const string
        White = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100 "
            + "11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 010011000 010011001 010011010 011000 010011011 ",
        Black = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001 000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111 "
            + "0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 0000001011011 0000001100100 0000001100101 ",
        Both = "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111";

    private static readonly (short Run, byte Bits)[] white = Table(White + Both), black = Table(Black + Both);

    private readonly ReadOnlySpan<byte> packed = packed;
    private readonly int width = width;
    private long position = 0;

    /// <summary>Unpacks rows of bits: 0 in white runs, 1 in black ones.</summary>
    /// <param name="kind">2: rows alone from whole bytes on, 3: T.4, 4: T.6.</param>
    /// <param name="options">Of T.4: 1, rows may be told by the one above.</param>
    /// <param name="rows">Receives them.</param>
    /// <exception cref="UnreadableImageException">They are damaged, or too few.</exception>
    public void Read(int kind, int options, Span<byte> rows)
    {
        int length = (width + 7) / 8;
        // Where the colour changes; behind the last change the width, twice, as if there were more.
        int[] above = new int[width + 3], changes = new int[width + 3];
        above.AsSpan().Fill(width);
        rows.Clear();
        for (int at = 0; at + length <= rows.Length; at += length)
        {
            bool byAbove = kind == 4;
            if (kind == 2)
                position = (position + 7) / 8 * 8;
            else if (kind == 3)
                byAbove = SkipEndOfLine() && (options & 1) != 0 && Bit() == 0;
            int count = byAbove ? ReadByAbove(above, changes) : ReadAlone(changes);
            changes.AsSpan(count).Fill(width);
            for (int i = 0; i < count; i += 2)
                Fill(rows.Slice(at, length), changes[i], changes[i + 1]);
            (above, changes) = (changes, above);
        }
    }

    private int ReadAlone(int[] changes)
    {
        int x = 0, count = 0;
        for (bool isBlack = false; x < width; isBlack = !isBlack)
        {
            x += Run(isBlack);
            if (x > width)
                throw TiffPage.Damaged();
            if (count < changes.Length - 2)
                changes[count++] = x;
            else if (x < width)
                throw TiffPage.Damaged();
        }

        return count;
    }

    private int ReadByAbove(int[] above, int[] changes)
    {
        int x = 0, count = 0, b = 0;
        bool isBlack = false, isFirst = true;
        while (x < width)
        {
            // b1: the first change above, to the other colour, right of where we are.
            while (b > 0 && above[b - 1] > x)
                b--;
            while (above[b] < width && (above[b] < x || (above[b] == x && !isFirst) || (b & 1) != (isBlack ? 1 : 0)))
                b++;
            int b1 = above[b], b2 = b + 1 < above.Length ? above[b + 1] : width;
            int to;
            if (Bit() == 1)
                to = b1;
            else if (Bit() == 1)
                to = b1 + (Bit() == 1 ? 1 : -1);
            else if (Bit() == 1)
            {
                int first = x + Run(isBlack), second = first + Run(!isBlack);
                if (second > width || count + 2 > changes.Length - 1)
                    throw TiffPage.Damaged();
                (changes[count], changes[count + 1]) = (first, second);
                (count, x, isFirst) = (count + 2, second, false);
                continue;
            }
            else if (Bit() == 1)
            {
                (x, isFirst) = (b2, false);
                continue;
            }
            else if (Bit() == 1)
                to = b1 + (Bit() == 1 ? 2 : -2);
            else if (Bit() == 1)
                to = b1 + (Bit() == 1 ? 3 : -3);
            else
                throw TiffPage.Damaged();
            if (to < x || to > width || count >= changes.Length - 1)
                throw TiffPage.Damaged();
            changes[count++] = x = to;
            (isBlack, isFirst) = (!isBlack, false);
        }

        return count;
    }

    // Whether there is one; zeros may stand before it.
    private bool SkipEndOfLine()
    {
        if (Peek(EndOfLineBits - 1) != 0)
            return false;
        position += EndOfLineBits - 1;
        while (Bit() == 0)
        {
        }

        return true;
    }

    private int Run(bool isBlack)
    {
        const int LongestLast = 63;
        int sum = 0;
        while (true)
        {
            var (run, bits) = (isBlack ? black : white)[Peek(LongestCode)];
            if (bits == 0 || position + bits > 8L * packed.Length || sum > width)
                throw TiffPage.Damaged();
            position += bits;
            sum += run;
            if (run <= LongestLast)
                return sum;
        }
    }

    private int Bit()
    {
        if (position >= 8L * packed.Length)
            throw TiffPage.Damaged();
        int bit = packed[(int)(position >> 3)] >> (7 - (int)(position & 7)) & 1;
        position++;
        return bit;
    }

    // Behind the end there are zeros.
    private readonly int Peek(int bits)
    {
        int at = (int)(position >> 3), value = 0;
        for (int i = 0; i < 3; i++)
            value = value << 8 | (at + i < packed.Length ? packed[at + i] : 0);
        return value >> (24 - bits - (int)(position & 7)) & ((1 << bits) - 1);
    }

    private static void Fill(Span<byte> row, int from, int to)
    {
        for (int x = from; x < to; x++)
            row[x >> 3] |= (byte)(0x80 >> (x & 7));
    }

    private static (short, byte)[] Table(string codes)
    {
        const int Step = 64;
        var table = new (short, byte)[1 << LongestCode];
        int number = 0;
        foreach (string code in codes.Split(' '))
        {
            int run = number < Step ? number : (number - Step + 1) * Step, left = LongestCode - code.Length;
            table.AsSpan(Convert.ToInt32(code, 2) << left, 1 << left).Fill(((short)run, (byte)code.Length));
            number++;
        }

        return table;
    }
}
