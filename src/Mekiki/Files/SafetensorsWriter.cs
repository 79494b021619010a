using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mekiki.Files;

/// <summary>Collects tensors and texts and writes them as one safetensors file, whole or not at all.</summary>
/// <remarks>
/// The same contents give the same bytes: texts are sorted by key; tensors stand in the order in which they were added,
/// those with larger elements first, so that every one of them is aligned. Values are read when the file is written, not before.
/// </remarks>
/// <example>
/// <code>
/// new SafetensorsWriter().AddText("comment", "epoch 5").Add(net.StateDict()).Save("net.safetensors");
/// </code>
/// </example>
public sealed class SafetensorsWriter
{
    private readonly SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<Part> parts = [];
    private readonly HashSet<string> names = [];

    private bool hasChecksum;

    private delegate void WriteBytes(Stream stream);

    /// <summary>Sets a text of the file.</summary>
    /// <exception cref="ArgumentException">The file has a text of this key already, or the key or the text holds half a surrogate pair.</exception>
    public SafetensorsWriter AddText(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        CheckText(key, "a key");
        CheckText(value, $"the text of '{FileText.Short(key)}'");
        if (!metadata.TryAdd(key, value))
            throw new ArgumentException($"Safetensors: expected every key once, got '{FileText.Short(key)}' twice. Use another key.", nameof(key));
        return this;
    }

    /// <summary>Adds a tensor of floats (F32).</summary>
    /// <exception cref="ArgumentException">The file has a tensor of this name already, the name holds half a surrogate pair, or there are not as many values as the shape has.</exception>
    public SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<float> values) =>
        Add(name, StoredType.F32, shape, values.Length, stream => WriteNumbers(stream, MemoryMarshal.Cast<float, int>(values.Span)));

    /// <summary>Adds a tensor of floats, rounded to a type of 16 bits: to the nearest, of two to the even one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">In row-major order. Magnitudes of 65,520 and more become infinite as F16, and those below 3e-8 become 0.</param>
    /// <param name="type">F16, BF16, or F32, which rounds nothing.</param>
    /// <exception cref="ArgumentException">The type is another, the file has a tensor of this name already, the name holds half a surrogate pair, or there are not as many values as the shape has.</exception>
    public SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<float> values, StoredType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        return type switch
        {
            StoredType.F32 => Add(name, shape, values),
            StoredType.F16 or StoredType.BF16 => Add(name, type, shape, values.Length, stream => WriteNumbers<ushort>(stream, StoredTypes.Rounded(values.Span, type))),
            _ => throw new ArgumentException($"Safetensors: expected F32, F16 or BF16, got {type}. Add other types by their own methods.", nameof(type)),
        };
    }

    /// <summary>Adds a tensor of 64-bit integers (I64).</summary>
    /// <exception cref="ArgumentException">The file has a tensor of this name already, the name holds half a surrogate pair, or there are not as many values as the shape has.</exception>
    public SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<long> values) =>
        Add(name, StoredType.I64, shape, values.Length, stream => WriteNumbers(stream, values.Span));

    /// <summary>Adds a tensor of bytes (U8).</summary>
    /// <exception cref="ArgumentException">The file has a tensor of this name already, the name holds half a surrogate pair, or there are not as many values as the shape has.</exception>
    public SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> values) =>
        Add(name, StoredType.U8, shape, values.Length, stream => stream.Write(values.Span));

    /// <summary>Adds a tensor of whole numbers of 8 bits (I8).</summary>
    internal SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, sbyte[] values) =>
        Add(name, StoredType.I8, shape, values.Length, stream => stream.Write(MemoryMarshal.AsBytes<sbyte>(values)));

    /// <summary>Ends the file with a tensor <c>sha256</c> (U8): the sha256 of all bytes before it, which <see cref="SafetensorsFile.VerifyChecksum"/> compares.</summary>
    /// <exception cref="ArgumentException">The file has a checksum already.</exception>
    public SafetensorsWriter AddChecksum()
    {
        Add(SafetensorsFile.ChecksumName, StoredType.U8, [Sha256Hash.Size], Sha256Hash.Size, stream => ((HashedStream)stream).WriteHash());
        hasChecksum = true;
        return this;
    }

    /// <summary>Adds a tensor of floats that lie at an address; they must stay there until the file is written.</summary>
    internal unsafe SafetensorsWriter Add(string name, ReadOnlySpan<int> shape, float* values, long count) =>
        Add(name, StoredType.F32, shape, count, stream =>
        {
            for (long at = 0; at < count; at += 1 << 24)
                WriteNumbers(stream, new ReadOnlySpan<int>(values + at, (int)Math.Min(1 << 24, count - at)));
        });

    /// <summary>Writes the file: beside its place first, then under its name once it is whole and on the disk.</summary>
    /// <exception cref="MekikiException">The disk is full, or the folder does not exist or may not be written; nothing half-written is left.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        OutputFile.Write(path, Write);
    }

    /// <summary>Writes the file's bytes into a stream.</summary>
    /// <exception cref="MekikiException">The header would be longer than readers take: there are too many tensors, or the texts are too long.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        // A stable sort: elements of 8 bytes, then 4, then 1.
        var order = new List<Part>(parts.Count);
        for (int size = 8; size >= 1; size /= 2)
            foreach (var part in parts)
                if (StoredTypes.SizeOf(part.Type) == size)
                    order.Add(part);
        if (hasChecksum)
        {
            var last = order.Find(part => part.Name == SafetensorsFile.ChecksumName)!;
            order.Remove(last);
            order.Add(last);
            stream = new HashedStream(stream);
        }

        byte[] header = Header(order);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var part in order)
            part.Write(stream);
        if (hasChecksum)
            stream.Dispose();
    }

    private byte[] Header(List<Part> order)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long at = 0;
            foreach (var part in order)
            {
                json.WriteStartObject(part.Name);
                json.WriteString("dtype", StoredTypes.NameOf(part.Type));
                json.WriteStartArray("shape");
                foreach (long dimension in part.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += part.Count * StoredTypes.SizeOf(part.Type));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % 8 != 0)
            bytes.WriteByte((byte)' ');
        if (bytes.Length > SafetensorsHeader.LongestHeader)
            throw new MekikiException($"Safetensors: expected a header of at most {FileText.Bytes(SafetensorsHeader.LongestHeader)}, got {FileText.Number(bytes.Length)}. Store fewer tensors or shorter texts.");
        return bytes.ToArray();
    }

    private SafetensorsWriter Add(string name, StoredType type, ReadOnlySpan<int> shape, long count, WriteBytes write)
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckText(name, "a name");
        if (name == "__metadata__" || !names.Add(name))
            throw new ArgumentException($"Safetensors: expected every name once, got '{FileText.Short(name)}' {(name == "__metadata__" ? "for a tensor" : "twice")}. Use another name.", nameof(name));
        var dimensions = new long[shape.Length];
        for (int i = 0; i < shape.Length; i++)
            dimensions[i] = shape[i];
        if (SafetensorsHeader.CountOf(dimensions) != count)
            throw new ArgumentException($"Safetensors: tensor '{FileText.Short(name)}': expected as many values as {FileText.Shape(dimensions)} has, got {FileText.Number(count)}. Give the values of the whole tensor.", "values");
        parts.Add(new Part(name, type, dimensions, count, write));
        return this;
    }

    private static void CheckText(string text, string what, [CallerArgumentExpression(nameof(text))] string? parameter = null)
    {
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int used) != OperationStatus.Done)
                throw new ArgumentException($"Safetensors: expected {what} in Unicode, got half a surrogate pair. Write whole characters.", parameter);
            rest = rest[used..];
        }
    }

    /// <summary>Writes numbers in little-endian order.</summary>
    internal static void WriteNumbers<T>(Stream stream, ReadOnlySpan<T> values) where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (BitConverter.IsLittleEndian)
        {
            for (int i = 0; i < values.Length; i += 1 << 24)
                stream.Write(MemoryMarshal.AsBytes(values.Slice(i, Math.Min(1 << 24, values.Length - i))));
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        foreach (T value in values)
            stream.Write(bytes[..value.WriteLittleEndian(bytes)]);
    }

    private sealed record Part(string Name, StoredType Type, long[] Shape, long Count, WriteBytes Write);
}
