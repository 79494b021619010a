using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Workbench.Parquet;

/// <summary>A Parquet file: columns of bytes and of whole numbers, read row group by row group, page by page.</summary>
/// <remarks>
/// Apache Parquet, "File format", version 2.10, as far as public sets of images need it: plain and dictionary pages of both versions, packed by Snappy,
/// gzip, Brotli, zstd or LZ4; no lists. Every number in a file is held against the file's length before memory is taken.
/// </remarks>
internal sealed class ParquetFile : IDisposable
{
    private const int MostFooter = 1 << 24, MostPageHead = 1 << 16, MostInPage = 1 << 22, MostGrowth = 1 << 26;
    private const int Optional = 1, Repeated = 2, ByteArray = 6;
    private static readonly byte[] magic = "PAR1"u8.ToArray();

    private readonly SafeFileHandle file;
    private readonly long length;
    private readonly ThriftStruct[] groups;

    private ParquetFile(SafeFileHandle file)
    {
        this.file = file;
        length = RandomAccess.GetLength(file);
        byte[] end = length >= 12 ? Read(length - 8, 8) : throw new InvalidDataException("it is no Parquet file");
        if (!end.AsSpan(4).SequenceEqual(magic) || !Read(0, 4).AsSpan().SequenceEqual(magic))
            throw new InvalidDataException("it is no Parquet file");
        uint footer = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (footer > MostFooter || footer > length - 12)
            throw new InvalidDataException("its description is damaged");
        var description = new Thrift(Read(length - 8 - footer, (int)footer)).ReadStruct();
        groups = [.. description.Structs(4)];
        Rows = description.Number(3);
        // A row has a bit at least.
        if (Rows < 0 || Rows > 8 * length)
            throw new InvalidDataException("its description is damaged");
        Columns = [.. LeavesOf([.. description.Structs(2)])];
        foreach (var pair in description.Structs(5))
            Metadata.TryAdd(pair.Text(1), pair.Text(2));
    }

    /// <summary>What the writer kept beside the table.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The columns, with dots between the names of structs and their fields.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public long Rows { get; }

    /// <summary>How many groups of rows there are.</summary>
    public int Groups => groups.Length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ParquetFile Open(string path)
    {
        var file = File.OpenHandle(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The values of a column in a group of rows, in order: bytes, or numbers; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or packed in a way that is not read.</exception>
    public IEnumerable<object?> Read(int group, ParquetColumn column)
    {
        var chunk = groups[group].Structs(1).ElementAtOrDefault(column.Place)?.Struct(3) ?? throw new InvalidDataException($"it has no column {column.Name} in every group of rows");
        long rows = groups[group].Number(3), left = rows;
        if (rows < 0 || rows > Rows || chunk.Number(1) != column.Type)
            throw new InvalidDataException("its description is damaged");
        int codec = (int)chunk.Number(4);
        long data = chunk.Number(9), dictionaryAt = chunk.Number(11, 0);
        long at = dictionaryAt > 0 && dictionaryAt < data ? dictionaryAt : data, end = at + chunk.Number(7);
        if (at < 4 || end > length - 8 || end < at)
            throw new InvalidDataException("its description is damaged");
        object[] dictionary = [];
        while (left > 0)
        {
            byte[] start = Read(at, (int)Math.Min(MostPageHead, end - at));
            var thrift = new Thrift(start);
            var head = thrift.ReadStruct();
            at += thrift.Position;
            long packedLength = head.Number(3), plainLength = head.Number(2);
            if (packedLength < 0 || packedLength > end - at || plainLength < 0 || plainLength > Math.Min(Array.MaxLength, MostGrowth + 4 * packedLength))
                throw new InvalidDataException("a page of it is damaged");
            byte[] packed = Read(at, (int)packedLength);
            at += packedLength;
            if (head.Struct(7) is { } dictionaryHead)
            {
                dictionary = [.. Plain(PagePacking.Unpack(packed, codec, (int)plainLength), column.Type, Count(dictionaryHead.Number(1), plainLength))];
                continue;
            }

            var (values, levels, encoding, count) = head.Struct(8) is { } second ? SecondForm(second, packed, codec, (int)plainLength, column)
                : head.Struct(5) is { } first ? FirstForm(first, PagePacking.Unpack(packed, codec, (int)plainLength), column) : default;
            if (values.IsEmpty && count == 0)
                continue;
            if (count > left)
                throw new InvalidDataException("a page of it is damaged");
            left -= count;
            int present = levels is null ? count : levels.Count(l => l == column.Levels);
            using var each = (encoding switch
            {
                0 => Plain(values, column.Type, present),
                2 or 8 => Looked(values, dictionary, present),
                _ => throw new InvalidDataException($"column {column.Name} has an encoding that is not read ({encoding}); write it with plain or dictionary pages"),
            }).GetEnumerator();
            for (int i = 0; i < count; i++)
                yield return levels is not null && levels[i] != column.Levels ? null : each.MoveNext() ? each.Current : throw Damaged();
        }
    }

    public void Dispose() => file.Dispose();

    private static (ReadOnlyMemory<byte> Values, int[]? Levels, int Encoding, int Count) FirstForm(ThriftStruct head, byte[] page, ParquetColumn column)
    {
        int count = Count(head.Number(1), MostInPage);
        ReadOnlyMemory<byte> rest = page;
        int[]? levels = null;
        if (column.Levels > 0)
        {
            int size = page.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(page) : -1;
            if (size < 0 || size > page.Length - 4 || head.Number(3) != 3)
                throw Damaged();
            levels = Numbers(rest.Slice(4, size), BitOperations.Log2((uint)column.Levels) + 1, count);
            rest = rest[(4 + size)..];
        }

        return (rest, levels, (int)head.Number(2), count);
    }

    private static (ReadOnlyMemory<byte> Values, int[]? Levels, int Encoding, int Count) SecondForm(ThriftStruct head, byte[] packed, int codec, int plainLength, ParquetColumn column)
    {
        int count = Count(head.Number(1), MostInPage);
        long repeats = head.Number(6), defined = head.Number(5);
        if (repeats < 0 || defined < 0 || repeats + defined > packed.Length || repeats + defined > plainLength)
            throw Damaged();
        int before = (int)(repeats + defined);
        var levels = column.Levels > 0 ? Numbers(packed.AsMemory((int)repeats, (int)defined), BitOperations.Log2((uint)column.Levels) + 1, count) : null;
        byte[] values = packed[before..];
        return (head.Number(7, 1) == 0 ? values : PagePacking.Unpack(values, codec, plainLength - before), levels, (int)head.Number(4), count);
    }

    // A leaf's place among all leaves is that of its chunk in each group.
    private static IEnumerable<ParquetColumn> LeavesOf(ThriftStruct[] schema)
    {
        int next = 1, place = 0;
        var found = new List<ParquetColumn>();
        Children(schema.Length > 0 ? schema[0].Number(5, 0) : throw Damaged(), "", 0, false, 0);
        return found;

        void Children(long count, string path, int levels, bool repeats, int depth)
        {
            for (long i = 0; i < count; i++)
            {
                if (next >= schema.Length || depth > 16)
                    throw Damaged();
                var element = schema[next++];
                string name = path.Length == 0 ? element.Text(4) : $"{path}.{element.Text(4)}";
                long repetition = element.Number(3, 0);
                int level = levels + (repetition is Optional or Repeated ? 1 : 0);
                if (element.Number(5, 0) is var children and > 0)
                    Children(children, name, level, repeats || repetition == Repeated, depth + 1);
                else
                    found.Add(new(name, place++, (int)element.Number(1, -1), level, repeats || repetition == Repeated));
            }
        }
    }

    private static IEnumerable<object> Plain(ReadOnlyMemory<byte> values, int type, int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            int size = type switch { 1 => 4, 2 => 8, ByteArray => 4, _ => throw new InvalidDataException("a column of it is of a type that is not read") };
            if (size > values.Length - at)
                throw Damaged();
            var span = values.Span.Slice(at, size);
            at += size;
            if (type != ByteArray)
            {
                yield return size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(span) : BinaryPrimitives.ReadInt64LittleEndian(span);
                continue;
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(span);
            if (length < 0 || length > values.Length - at)
                throw Damaged();
            yield return values.Slice(at, length).ToArray();
            at += length;
        }
    }

    private static IEnumerable<object> Looked(ReadOnlyMemory<byte> values, object[] dictionary, int count)
    {
        if (count == 0)
            return [];
        return values.Length > 0 && values.Span[0] <= 32
            ? Numbers(values[1..], values.Span[0], count).Select(n => n >= 0 && n < dictionary.Length ? dictionary[n] : throw Damaged())
            : throw Damaged();
    }

    // Runs of one number, and groups of eight numbers of some bits.
    private static int[] Numbers(ReadOnlyMemory<byte> bytes, int bits, int count)
    {
        var numbers = new int[count];
        var from = bytes.Span;
        for (int done = 0, at = 0; done < count;)
        {
            ulong head = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (at >= from.Length || shift > 28)
                    throw Damaged();
                head |= (ulong)(from[at] & 127) << shift;
                if (from[at++] < 128)
                    break;
            }

            if ((head & 1) == 0)
            {
                int size = (bits + 7) / 8, run = (int)Math.Min(head >> 1, (ulong)(count - done));
                if (size > from.Length - at || run == 0)
                    throw Damaged();
                uint value = 0;
                for (int i = 0; i < size; i++)
                    value |= (uint)from[at + i] << (8 * i);
                at += size;
                numbers.AsSpan(done, run).Fill((int)value);
                done += run;
                continue;
            }

            long size8 = (long)(head >> 1) * bits, packed = Math.Min(8 * (long)(head >> 1), count - done);
            if (head >> 1 == 0 || (packed * bits + 7) / 8 > from.Length - at)
                throw Damaged();
            for (int i = 0; i < packed; i++, done++)
            {
                long bit = (long)i * bits;
                ulong value = 0;
                for (int k = 0; k < (bits + 14) / 8 && at + bit / 8 + k < from.Length; k++)
                    value |= (ulong)from[(int)(at + bit / 8 + k)] << (8 * k);
                numbers[done] = (int)((value >> (int)(bit % 8)) & ((1UL << bits) - 1));
            }

            at = (int)Math.Min(from.Length, at + size8);
        }

        return numbers;
    }

    private static int Count(long count, long most) => count >= 0 && count <= most ? (int)count : throw Damaged();

    private byte[] Read(long offset, int count)
    {
        var bytes = new byte[count];
        for (int done = 0; done < count;)
            done += RandomAccess.Read(file, bytes.AsSpan(done), offset + done) is var got and > 0 ? got : throw new InvalidDataException("a page of it is damaged");
        return bytes;
    }

    private static InvalidDataException Damaged() => new("a page of it is damaged");
}

/// <summary>A column of a Parquet file.</summary>
/// <param name="Name">Its name, with dots between the names of structs and their fields.</param>
/// <param name="Place">Which of all columns it is.</param>
/// <param name="Type">Parquet's number of its type.</param>
/// <param name="Levels">How many of its path may be absent; 0: every row has a value.</param>
/// <param name="Repeats">Whether a row may have several values.</param>
internal sealed record ParquetColumn(string Name, int Place, int Type, int Levels, bool Repeats)
{
    /// <summary>Whether its values are bytes.</summary>
    public bool HoldsBytes => Type == 6 && !Repeats;

    /// <summary>Whether its values are whole numbers.</summary>
    public bool HoldsNumbers => Type is 1 or 2 && !Repeats;
}
