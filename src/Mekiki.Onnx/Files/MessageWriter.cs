using System.Buffers.Binary;
using System.Text;

namespace Mekiki.Onnx.Files;

/// <summary>A message of protocol buffers that grows field by field; large contents are kept as they are until the message is written.</summary>
/// <remarks>Protocol Buffers, "Encoding": a field is its number and kind in a varint, then a varint, 4 bytes, or a length and bytes.</remarks>
internal sealed class MessageWriter
{
    private const int Varint = 0, Bytes = 2, FourBytes = 5;
    private readonly List<ReadOnlyMemory<byte>> parts = [];
    private readonly List<byte> open = [];

    /// <summary>The length of all fields in bytes.</summary>
    public long Length { get; private set; }

    public MessageWriter Add(int field, long value)
    {
        Key(field, Varint);
        AddVarint((ulong)value);
        return this;
    }

    public MessageWriter Add(int field, float value)
    {
        Key(field, FourBytes);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        AddBytes(bytes);
        return this;
    }

    public MessageWriter Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public MessageWriter Add(int field, ReadOnlyMemory<byte> bytes)
    {
        Key(field, Bytes);
        AddVarint((ulong)bytes.Length);
        Close();
        parts.Add(bytes);
        Length += bytes.Length;
        return this;
    }

    public MessageWriter Add(int field, MessageWriter message)
    {
        message.Close();
        Key(field, Bytes);
        AddVarint((ulong)message.Length);
        Close();
        parts.AddRange(message.parts);
        Length += message.Length;
        return this;
    }

    public void WriteTo(Stream stream)
    {
        Close();
        foreach (var part in parts)
            stream.Write(part.Span);
    }

    private void Key(int field, int kind) => AddVarint((ulong)(field << 3 | kind));

    private void AddVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            AddByte((byte)(value | 0x80));
        AddByte((byte)value);
    }

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            AddByte(b);
    }

    private void AddByte(byte b)
    {
        open.Add(b);
        Length++;
    }

    private void Close()
    {
        if (open.Count > 0)
            parts.Add(open.ToArray());
        open.Clear();
    }
}
