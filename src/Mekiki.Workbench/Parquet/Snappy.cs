namespace Mekiki.Workbench.Parquet;

/// <summary>Unpacks what Snappy packed, as most Parquet files are.</summary>
/// <remarks>Google, "Snappy compressed format description", 2011.</remarks>
internal static class Snappy
{
    /// <summary>Unpacks.</summary>
    /// <param name="packed">One block.</param>
    /// <param name="to">As long as what was packed.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another length.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> to)
    {
        int at = 0, done = 0;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            Require(at < packed.Length && shift < 35);
            length |= (ulong)(packed[at] & 127) << shift;
            if (packed[at++] < 128)
                break;
        }

        Require(length == (ulong)to.Length);
        while (at < packed.Length)
        {
            int tag = packed[at++], kind = tag & 3, count = (tag >> 2) + 1, offset;
            if (kind == 0)
            {
                if (count > 60)
                {
                    int more = count - 60;
                    count = checked((int)(Little(packed, at, more) + 1));
                    at += more;
                }

                Require(count <= packed.Length - at && count <= to.Length - done);
                packed.Slice(at, count).CopyTo(to[done..]);
                at += count;
                done += count;
                continue;
            }

            if (kind == 1)
            {
                Require(at < packed.Length);
                (count, offset) = (((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | packed[at++]);
            }
            else
            {
                int bytes = kind == 2 ? 2 : 4;
                offset = (int)Math.Min(int.MaxValue, Little(packed, at, bytes));
                at += bytes;
            }

            Require(offset > 0 && offset <= done && count <= to.Length - done);
            // What is copied may be what was just written.
            for (int i = 0; i < count; i++, done++)
                to[done] = to[done - offset];
        }

        Require(done == to.Length);
    }

    private static long Little(ReadOnlySpan<byte> from, int at, int bytes)
    {
        Require(bytes <= from.Length - at);
        long number = 0;
        for (int i = 0; i < bytes; i++)
            number |= (long)from[at + i] << (8 * i);
        return number;
    }

    private static void Require(bool whole)
    {
        if (!whole)
            throw new InvalidDataException("a page of it is damaged");
    }
}
