using System.Text.Json;
using System.Text.Unicode;

namespace Mekiki.Files;

/// <summary>Reads and checks the JSON header of a safetensors file. It trusts nothing that stands there.</summary>
/// <remarks>The format: https://github.com/huggingface/safetensors (README, "Format"). Unknown fields of a tensor are passed over, as the reference implementation does.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, in bytes; the reference implementation's limit.</summary>
    public const long LongestHeader = 100_000_000;

    private const int MostNumbers = 64;

    private const string Damaged = "The file is damaged, or no safetensors file: get or write it again.";
    private readonly string file;

    private SafetensorsHeader(string file) => this.file = file;

    /// <summary>The file's texts by key.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors in the order of their bytes.</summary>
    public List<SafetensorsEntry> Entries { get; } = [];

    /// <summary>The header's length, checked against the file's.</summary>
    public static int LengthOf(string file, ReadOnlySpan<byte> firstBytes, long fileLength)
    {
        if (firstBytes.Length < 8)
            throw new MekikiException($"{file}: expected a safetensors file, got {FileText.Bytes(fileLength)}. The file is empty or cut off: get or write it again.");
        ulong length = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(firstBytes);
        if (length > (ulong)LongestHeader)
            throw new MekikiException($"{file}: expected a header of at most {FileText.Bytes(LongestHeader)}, got one of {length:N0}. {Damaged}");
        if ((long)length > fileLength - 8)
            throw new MekikiException($"{file}: expected a header of {FileText.Bytes((long)length)}, got {FileText.Bytes(fileLength - 8)} after its length. The file is cut off: get or write it again.");
        return (int)length;
    }

    /// <summary>Reads the header and checks that the tensors cover the <paramref name="dataLength"/> bytes behind it exactly.</summary>
    public static SafetensorsHeader Read(string file, ReadOnlySpan<byte> header, long dataLength)
    {
        var read = new SafetensorsHeader(file);
        if (header.Length == 0 || header[0] != (byte)'{')
            throw read.Wrong("a header that begins with '{'", header.Length == 0 ? "an empty one" : $"byte {header[0]}");
        if (!Utf8.IsValid(header))
            throw read.Wrong("a header in UTF-8", "other bytes");
        var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            read.ReadAll(ref json, dataLength);
        }
        catch (JsonException e)
        {
            throw new MekikiException($"{file}: expected a header in JSON, got an error near byte {8 + json.BytesConsumed}. {Damaged}", e);
        }

        read.CheckCover(dataLength);
        return read;
    }

    /// <summary>The product of the dimensions, or -1 when it does not fit or a dimension is negative.</summary>
    public static long CountOf(ReadOnlySpan<long> shape)
    {
        // A dimension of 0 makes the product 0, whatever stands beside it.
        bool empty = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
                return -1;
            empty |= dimension == 0;
        }

        Int128 count = empty ? 0 : 1;
        foreach (long dimension in shape)
            if ((count *= dimension) > long.MaxValue)
                return -1;
        return (long)count;
    }

    private void ReadAll(ref Utf8JsonReader json, long dataLength)
    {
        var names = new HashSet<string>();
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = Text(ref json);
            if (!names.Add(name))
                throw Wrong("every name once", $"'{FileText.Short(name)}' twice");
            json.Read();
            if (name == "__metadata__")
                ReadMetadata(ref json);
            else
            {
                Entries.Add(ReadEntry(ref json, name, dataLength));
                WeightsLimits.CheckCount(file, Entries.Count);
            }
        }

        json.Read(); // Anything but spaces behind the last brace is an error.
    }

    private void ReadMetadata(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Wrong("__metadata__ with a text for each key", NameOf(json.TokenType));
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = Text(ref json);
            json.Read();
            if (json.TokenType != JsonTokenType.String)
                throw Wrong($"a text for '{FileText.Short(key)}' in __metadata__", NameOf(json.TokenType));
            if (!Metadata.TryAdd(key, Text(ref json)))
                throw Wrong("every key of __metadata__ once", $"'{FileText.Short(key)}' twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader json, string name, long dataLength)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Wrong(name, "an object with dtype, shape and data_offsets", NameOf(json.TokenType));
        string? dtype = null;
        long[]? shape = null, offsets = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string field = Text(ref json);
            json.Read();
            if ((field == "dtype" && dtype is not null) || (field == "shape" && shape is not null) || (field == "data_offsets" && offsets is not null))
                throw Wrong(name, $"{field} once", "it twice");
            if (field == "dtype")
                dtype = json.TokenType == JsonTokenType.String ? Text(ref json) : throw Wrong(name, "a dtype in text", NameOf(json.TokenType));
            else if (field == "shape")
                shape = Numbers(ref json, name, "a shape");
            else if (field == "data_offsets")
                offsets = Numbers(ref json, name, "data_offsets");
            else
                json.Skip();
        }

        if (dtype is null || shape is null || offsets is null)
            throw Wrong(name, "dtype, shape and data_offsets", $"no {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return Checked(name, dtype, shape, offsets, dataLength);
    }

    private SafetensorsEntry Checked(string name, string dtype, long[] shape, long[] offsets, long dataLength)
    {
        if (!StoredTypes.TryParse(dtype, out var type))
            throw new MekikiException($"{file}: tensor '{FileText.Short(name)}': expected a known dtype, got '{FileText.Short(dtype)}'. Store it as F32, F16, BF16, F64, I64, I32 or U8, for instance.");
        if (offsets.Length != 2)
            throw Wrong(name, "two data_offsets", FileText.Number(offsets.Length));
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end)
            throw Wrong(name, "data_offsets in rising order", $"{begin} before {end}");
        if (end > dataLength)
            throw new MekikiException($"{file}: tensor '{FileText.Short(name)}': expected its last byte within the {FileText.Bytes(dataLength)} of data, got {FileText.Number(end)}. The file is cut off or damaged: get or write it again.");

        long count = CountOf(shape);
        if (count < 0)
            throw Wrong(name, $"a shape of at most {long.MaxValue} elements", FileText.Shape(shape));
        Int128 bytes = (Int128)count * StoredTypes.SizeOf(type);
        if (bytes != end - begin)
            throw Wrong(name, $"{bytes} bytes for {dtype} {FileText.Shape(shape)}", $"{end - begin}");
        return new SafetensorsEntry(name, type, shape, count, begin, end);
    }

    private void CheckCover(long dataLength)
    {
        // A stable order: tensors of no bytes come before the one that begins at the same place.
        var order = new (long Begin, long End, int Index)[Entries.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = (Entries[i].Begin, Entries[i].End, i);
        Array.Sort(order);
        var sorted = new SafetensorsEntry[order.Length];
        long at = 0;
        for (int i = 0; i < order.Length; i++)
        {
            var entry = sorted[i] = Entries[order[i].Index];
            if (entry.Begin < at)
                throw Wrong(entry.Name, $"its bytes behind those of '{FileText.Short(sorted[i - 1].Name)}', from {at} on", $"an overlap: they begin at {entry.Begin}");
            if (entry.Begin > at)
                throw Wrong(entry.Name, $"its bytes from {at} on", $"a hole: they begin at {entry.Begin}");
            at = entry.End;
        }

        if (at != dataLength)
            throw Wrong($"{FileText.Bytes(at)} of data, as the tensors have", FileText.Number(dataLength));
        Entries.Clear();
        Entries.AddRange(sorted);
    }

    private long[] Numbers(ref Utf8JsonReader json, string name, string what)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw Wrong(name, $"{what} in brackets", NameOf(json.TokenType));
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number)
                throw Wrong(name, $"{what} of whole numbers", NameOf(json.TokenType));
            if (!json.TryGetInt64(out long number) || number < 0)
                throw Wrong(name, $"{what} of whole numbers from 0 to {long.MaxValue}", FileText.Short(System.Text.Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(80, json.ValueSpan.Length)])));
            if (numbers.Count == MostNumbers)
                throw Wrong(name, $"{what} of at most {MostNumbers} numbers", "more");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private string Text(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new MekikiException($"{file}: expected texts in Unicode, got half a surrogate pair at byte {8 + json.TokenStartIndex}. {Damaged}", e);
        }
    }

    private static string NameOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private MekikiException Wrong(string expected, string got) => new($"{file}: expected {expected}, got {got}. {Damaged}");

    private MekikiException Wrong(string tensor, string expected, string got) =>
        new($"{file}: tensor '{FileText.Short(tensor)}': expected {expected}, got {got}. {Damaged}");
}
