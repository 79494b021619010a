using System.Buffers.Binary;
using System.Text;

namespace Mekiki.Onnx.Files;

/// <summary>Walks over the fields of a message of protocol buffers; every length in it is a claim until it is checked.</summary>
/// <param name="data">The message.</param>
internal struct MessageReader(ReadOnlyMemory<byte> data)
{
    private const int Varint = 0, EightBytes = 1, Text = 2, FourBytes = 5;
    private int at;
    private int kind;

    /// <summary>The number of the field.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a field that is a number, as bits.</summary>
    public ulong Bits { get; private set; }

    /// <summary>The content of a field that is a text, bytes, a message or a list of numbers.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public readonly long Integer => (long)Bits;

    public readonly float Number => BitConverter.UInt32BitsToSingle((uint)Bits);

    /// <summary>Goes to the next field.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        if (at == data.Length)
            return false;
        ulong key = ReadVarint(data.Span, ref at);
        (Field, kind, Bytes, Bits) = ((int)Math.Min(key >> 3, int.MaxValue), (int)(key & 7), default, 0);
        switch (kind)
        {
            case Varint:
                Bits = ReadVarint(data.Span, ref at);
                break;
            case EightBytes:
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);
                break;
            case FourBytes:
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);
                break;
            case Text:
                Bytes = Take(ReadVarint(data.Span, ref at));
                break;
            default:
                throw Damaged($"a field of kind {kind}");
        }

        return true;
    }

    /// <summary>The content as a text.</summary>
    public readonly string ReadText() => kind == Text ? Encoding.UTF8.GetString(Bytes.Span) : throw Damaged("a number in place of a text");

    /// <summary>The content as a message.</summary>
    public readonly MessageReader ReadMessage() => kind == Text ? new MessageReader(Bytes) : throw Damaged("a number in place of a message");

    /// <summary>Adds the one number, or all of a list of them.</summary>
    public readonly void ReadIntegers(List<long> all)
    {
        if (kind != Text)
        {
            all.Add(Integer);
            return;
        }

        var span = Bytes.Span;
        for (int i = 0; i < span.Length;)
            all.Add((long)ReadVarint(span, ref i));
    }

    /// <summary>Adds the one number, or all of a list of them, of 4 or 8 bytes each.</summary>
    public readonly void ReadFixed(List<byte> all, int size)
    {
        if (kind == Text)
        {
            if (Bytes.Length % size != 0)
                throw Damaged("a number that ends too early");
            all.AddRange(Bytes.Span);
            return;
        }

        Span<byte> one = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(one, Bits);
        all.AddRange(one[..size]);
    }

    private ReadOnlyMemory<byte> Take(ulong length)
    {
        if (length > (ulong)(data.Length - at))
            throw Damaged($"a field that ends {length - (ulong)(data.Length - at):N0} bytes behind its message");
        var taken = data.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> span, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (at == span.Length)
                throw Damaged("a number that ends too early");
            byte b = span[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw Damaged("a number of more than 64 bits");
    }

    private static FormatException Damaged(string what) => new(FormattableString.Invariant($"{what}"));
}
