using System.Text;

namespace Mekiki.Workbench.Parquet;

/// <summary>Reads structs in Thrift's compact protocol, by which Parquet describes files and pages.</summary>
/// <remarks>A struct is read as a whole, as numbers of fields with values: <see cref="long"/>, bytes, lists and structs. Nothing in it is trusted.</remarks>
/// <param name="bytes">Where it lies.</param>
internal sealed class Thrift(ReadOnlyMemory<byte> bytes)
{
    private const int MostDepth = 16, FewValues = 1 << 16;

    // A value has some four bytes in files that writers make, a struct some thirty; in memory both take more.
    private int values = FewValues + bytes.Length / 2, structs = FewValues + bytes.Length / 16;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    /// <summary>Reads a struct.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public ThriftStruct ReadStruct(int depth = 0)
    {
        if (depth > MostDepth || --structs < 0)
            throw Damaged();
        var fields = new List<(int Id, object Value)>(4);
        for (int id = 0; ;)
        {
            int head = Byte();
            if (head == 0)
                return new(fields);
            id = head >> 4 is var step and > 0 ? id + step : (int)Signed();
            if (--values < 0)
                throw Damaged();
            fields.Add((id, Value(head & 15, depth)));
        }
    }

    private object Value(int type, int depth) => type switch
    {
        1 or 2 => type == 1 ? 1L : 0L,
        3 => (long)(sbyte)Byte(),
        4 or 5 or 6 => Signed(),
        7 => (object)Take(8),
        8 => Take(Length()),
        9 or 10 => List(depth),
        12 => ReadStruct(depth + 1),
        _ => throw Damaged(),
    };

    private object[] List(int depth)
    {
        if (depth > MostDepth)
            throw Damaged();
        int head = Byte(), type = head & 15, count = head >> 4 is var few and < 15 ? few : Length();
        // An item has a byte at least.
        if (count > bytes.Length - Position || (values -= count) < 0)
            throw Damaged();
        var items = new object[count];
        for (int i = 0; i < count; i++)
            items[i] = type is 1 or 2 ? Value(Byte() == 1 ? 1 : 2, depth) : Value(type, depth + 1);
        return items;
    }

    private byte Byte() => Position < bytes.Length ? bytes.Span[Position++] : throw Damaged();

    private int Length() => Unsigned() is var n && n <= (ulong)(bytes.Length - Position) ? (int)n : throw Damaged();

    private byte[] Take(int count)
    {
        if (count > bytes.Length - Position)
            throw Damaged();
        byte[] taken = bytes.Slice(Position, count).ToArray();
        Position += count;
        return taken;
    }

    private long Signed() => Unsigned() is var n ? (long)(n >> 1) ^ -(long)(n & 1) : 0;

    private ulong Unsigned()
    {
        ulong number = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Byte();
            number |= (ulong)(next & 127) << shift;
            if (next < 128)
                return number;
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("its description is damaged");
}

/// <summary>The fields of a struct, by their numbers.</summary>
internal sealed class ThriftStruct(List<(int Id, object Value)> fields)
{
    public long Number(int field, long otherwise) => Find(field) is { } value ? value as long? ?? throw Wrong() : otherwise;

    public long Number(int field) => Find(field) as long? ?? throw Wrong();

    public string Text(int field) => Encoding.UTF8.GetString(Find(field) as byte[] ?? throw Wrong());

    public ThriftStruct? Struct(int field) => Find(field) is { } value ? value as ThriftStruct ?? throw Wrong() : null;

    public IEnumerable<ThriftStruct> Structs(int field) => Items(field).Select(i => i as ThriftStruct ?? throw Wrong());

    private object[] Items(int field) => Find(field) is { } value ? value as object[] ?? throw Wrong() : [];

    // There are few.
    private object? Find(int field) => fields.Find(f => f.Id == field).Value;

    private static InvalidDataException Wrong() => new("its description is damaged");
}
