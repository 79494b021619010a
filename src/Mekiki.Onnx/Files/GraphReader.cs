using System.Buffers.Binary;
using System.Globalization;
using Mekiki.Files;

namespace Mekiki.Onnx.Files;

/// <summary>Reads ONNX files and believes nothing in them.</summary>
/// <remarks>The numbers of the fields are those of onnx.proto. Contents that are unknown are passed over.</remarks>
internal sealed class GraphReader
{
    private const int MostItems = 100_000, MostSizes = 16;
    private readonly string? folder;
    private int items;

    private GraphReader(string? folder) => this.folder = folder;

    /// <summary>Reads a file, and the files beside it that hold its weights.</summary>
    /// <exception cref="MekikiException">It is not there, damaged, or no ONNX file.</exception>
    public static Graph Read(string path)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > Array.MaxLength)
                throw new MekikiException($"{path}: expected an ONNX file of at most {FileText.Number(Array.MaxLength)} bytes, got {FileText.Number(length)}. Keep its weights in a file beside it (external data).");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new MekikiException($"{path}: expected an ONNX file that can be read. {e.Message}", e);
        }

        return Read(bytes, path, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="folder">Where files with its weights are; null: nowhere.</param>
    /// <exception cref="MekikiException">It is damaged, or no ONNX file.</exception>
    public static Graph Read(ReadOnlyMemory<byte> bytes, string name, string? folder = null)
    {
        try
        {
            return new GraphReader(folder).ReadModel(new MessageReader(bytes));
        }
        catch (FormatException e)
        {
            throw new MekikiException($"{name}: expected an ONNX file, got {FileText.Short(e.Message)}. Get or write it again.", e);
        }
    }

    /// <summary>Reads a file that holds one tensor.</summary>
    /// <exception cref="MekikiException">It is damaged, or no tensor.</exception>
    public static TensorData ReadTensor(ReadOnlyMemory<byte> bytes, string name)
    {
        try
        {
            return new GraphReader(null).ReadTensor(new MessageReader(bytes));
        }
        catch (FormatException e)
        {
            throw new MekikiException($"{name}: expected a tensor of ONNX, got {FileText.Short(e.Message)}. Get or write it again.", e);
        }
    }

    private Graph ReadModel(MessageReader model)
    {
        var graph = new Graph();
        var operators = new Dictionary<string, long>();
        var metadata = new Dictionary<string, string>();
        bool hasGraph = false;
        while (model.Next())
            switch (model.Field)
            {
                case 1:
                    graph = graph with { IrVersion = (int)Math.Clamp(model.Integer, 0, 1000) };
                    break;
                case 7:
                    if (hasGraph)
                        throw new FormatException("two graphs");
                    hasGraph = true;
                    graph = ReadGraph(model.ReadMessage(), graph);
                    break;
                case 8:
                    var (domain, version) = ReadVersion(model.ReadMessage());
                    operators[domain] = version;
                    break;
                case 14:
                    Count();
                    var (key, value) = ReadEntry(model.ReadMessage());
                    metadata[key] = value;
                    break;
            }

        return hasGraph ? graph with { Operators = operators, Metadata = metadata } : throw new FormatException("no graph");
    }

    private Graph ReadGraph(MessageReader message, Graph graph)
    {
        var (nodes, constants, inputs, outputs) = (new List<GraphNode>(), new List<TensorData>(), new List<GraphValue>(), new List<GraphValue>());
        while (message.Next())
            switch (message.Field)
            {
                case 1:
                    nodes.Add(ReadNode(message.ReadMessage()));
                    break;
                case 5:
                    constants.Add(ReadTensor(message.ReadMessage()));
                    break;
                case 11:
                    inputs.Add(ReadValue(message.ReadMessage()));
                    break;
                case 12:
                    outputs.Add(ReadValue(message.ReadMessage()));
                    break;
            }

        return graph with { Nodes = nodes, Constants = constants, Inputs = inputs, Outputs = outputs };
    }

    private GraphNode ReadNode(MessageReader message)
    {
        Count();
        var (inputs, outputs, attributes) = (new List<string>(), new List<string>(), new Dictionary<string, AttributeValue>());
        string name = "", op = "", domain = "";
        while (message.Next())
            switch (message.Field)
            {
                case 1:
                    Count();
                    inputs.Add(message.ReadText());
                    break;
                case 2:
                    Count();
                    outputs.Add(message.ReadText());
                    break;
                case 3:
                    name = message.ReadText();
                    break;
                case 4:
                    op = message.ReadText();
                    break;
                case 5:
                    var (key, value) = ReadAttribute(message.ReadMessage());
                    attributes[key] = value;
                    break;
                case 7:
                    domain = message.ReadText();
                    break;
            }

        return new GraphNode(op, inputs, outputs) { Name = name, Domain = domain == "ai.onnx" ? "" : domain, Attributes = attributes };
    }

    private (string, AttributeValue) ReadAttribute(MessageReader message)
    {
        Count();
        string name = "";
        var value = new AttributeValue();
        var (numbers, integers) = (new List<byte>(), new List<long>());
        while (message.Next())
            switch (message.Field)
            {
                case 1:
                    name = message.ReadText();
                    break;
                case 2:
                    value = value with { Number = message.Number };
                    break;
                case 3:
                    value = value with { Integer = message.Integer };
                    break;
                case 4:
                    value = value with { Text = message.ReadText() };
                    break;
                case 5:
                    value = value with { Tensor = ReadTensor(message.ReadMessage()) };
                    break;
                case 7:
                    message.ReadFixed(numbers, sizeof(float));
                    break;
                case 8:
                    message.ReadIntegers(integers);
                    break;
            }

        if (numbers.Count > 0)
            value = value with { Numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(numbers.ToArray()).ToArray() };
        // Lists of length 0 look like none; who asks for integers gets none then.
        return (name, value with { Integers = integers.Count > 0 ? [.. integers] : null });
    }

    private TensorData ReadTensor(MessageReader message)
    {
        Count();
        var (sizes, integers, values) = (new List<long>(), new List<long>(), new List<byte>());
        var external = new Dictionary<string, string>();
        var type = ElementType.None;
        string name = "";
        ReadOnlyMemory<byte>? raw = null;
        bool isExternal = false;
        while (message.Next())
            switch (message.Field)
            {
                case 1:
                    message.ReadIntegers(sizes);
                    if (sizes.Count > MostSizes)
                        throw new FormatException($"a tensor of more than {MostSizes} dimensions");
                    break;
                case 2:
                    type = (ElementType)(int)Math.Clamp(message.Integer, 0, 1000);
                    break;
                case 4:
                    message.ReadFixed(values, sizeof(float));
                    break;
                case 5 or 7 or 11:
                    message.ReadIntegers(integers);
                    break;
                case 8:
                    name = message.ReadText();
                    break;
                case 9:
                    raw = message.Bytes;
                    break;
                case 10:
                    message.ReadFixed(values, sizeof(double));
                    break;
                case 13:
                    Count();
                    var (key, value) = ReadEntry(message.ReadMessage());
                    external[key] = value;
                    break;
                case 14:
                    isExternal = message.Integer == 1;
                    break;
            }

        int bytes = BytesOf(type);
        if (bytes == 0)
            throw new FormatException($"tensor '{FileText.Short(name)}' with elements of type {(int)type}");
        long count = CountOf(name, sizes);
        var data = isExternal ? ReadExternal(name, external) : raw ?? (integers.Count > 0 ? Packed(integers, type, bytes) : values.ToArray());
        return data.Length == count * bytes
            ? new TensorData(name, type, [.. sizes], data)
            : throw new FormatException($"tensor '{FileText.Short(name)}' of {FileText.Number(count)} elements of {bytes} bytes with {FileText.Number(data.Length)} bytes");
    }

    /// <summary>How many bytes an element takes; 0: the type is not read.</summary>
    public static int BytesOf(ElementType type) => type switch
    {
        ElementType.Float or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Double or ElementType.Int64 or ElementType.UInt64 => 8,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.Int8 or ElementType.UInt8 or ElementType.Bool => 1,
        _ => 0,
    };

    private static long CountOf(string name, List<long> sizes)
    {
        long count = 1;
        foreach (long size in sizes)
        {
            if (size < 0 || (size > 0 && count > int.MaxValue / size))
                throw new FormatException($"tensor '{FileText.Short(name)}' with more than {FileText.Number(int.MaxValue)} elements");
            count *= size;
        }

        return count;
    }

    private static byte[] Packed(List<long> integers, ElementType type, int bytes)
    {
        var packed = new byte[(long)integers.Count * bytes];
        Span<byte> one = stackalloc byte[8];
        for (int i = 0; i < integers.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(one, integers[i]);
            one[..bytes].CopyTo(packed.AsSpan(i * bytes));
        }

        return packed;
    }

    // A path in a file may lead nowhere but below the file's own folder.
    private byte[] ReadExternal(string name, Dictionary<string, string> entries)
    {
        string location = entries.GetValueOrDefault("location", "");
        string[] parts = location.Split('/', '\\');
        if (folder is null || location.Length == 0 || Path.IsPathRooted(location) || location.Contains(':', StringComparison.Ordinal) || parts.Any(p => p is ".." or ""))
            throw new FormatException($"tensor '{FileText.Short(name)}' in file '{FileText.Short(location)}', which is not in the folder of the ONNX file");
        string path = folder;
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
                throw new FormatException($"tensor '{FileText.Short(name)}' in file '{FileText.Short(location)}', which is a link");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            long offset = Number("offset", 0), length = Number("length", stream.Length - offset);
            if (offset < 0 || length < 0 || offset > stream.Length || length > stream.Length - offset || length > Array.MaxLength)
                throw new FormatException($"tensor '{FileText.Short(name)}' at bytes that file '{FileText.Short(location)}' does not have");
            var data = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(data);
            return data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"tensor '{FileText.Short(name)}' in file '{FileText.Short(location)}', which cannot be read", e);
        }

        long Number(string key, long otherwise) => !entries.TryGetValue(key, out string? text) ? otherwise : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : -1;
    }

    private static (string, long) ReadVersion(MessageReader message)
    {
        string domain = "";
        long version = 0;
        while (message.Next())
            if (message.Field == 1)
                domain = message.ReadText();
            else if (message.Field == 2)
                version = message.Integer;
        return (domain == "ai.onnx" ? "" : domain, version);
    }

    private static (string, string) ReadEntry(MessageReader message)
    {
        string key = "", value = "";
        while (message.Next())
            if (message.Field == 1)
                key = message.ReadText();
            else if (message.Field == 2)
                value = message.ReadText();
        return (key, value);
    }

    private GraphValue ReadValue(MessageReader message)
    {
        Count();
        var value = new GraphValue("", ElementType.None, null);
        while (message.Next())
            if (message.Field == 1)
                value = value with { Name = message.ReadText() };
            else if (message.Field == 2)
                for (var type = message.ReadMessage(); type.Next();)
                    if (type.Field == 1)
                        value = ReadTensorType(type.ReadMessage(), value);
        return value;
    }

    private GraphValue ReadTensorType(MessageReader message, GraphValue value)
    {
        while (message.Next())
            if (message.Field == 1)
                value = value with { Type = (ElementType)(int)Math.Clamp(message.Integer, 0, 1000) };
            else if (message.Field == 2)
            {
                var sizes = new List<GraphSize>();
                for (var shape = message.ReadMessage(); shape.Next();)
                    if (shape.Field == 1)
                    {
                        Count();
                        sizes.Add(ReadSize(shape.ReadMessage()));
                    }

                value = value with { Sizes = sizes };
            }

        return value;
    }

    private static GraphSize ReadSize(MessageReader message)
    {
        GraphSize size = default;
        while (message.Next())
            if (message.Field == 1 && message.Integer > 0)
                size = message.Integer;
            else if (message.Field == 2)
                size = message.ReadText();
        return size;
    }

    // Small messages become large objects: their number is bounded.
    private void Count()
    {
        if (++items > MostItems)
            throw new FormatException($"more than {FileText.Number(MostItems)} nodes, values and constants");
    }
}
