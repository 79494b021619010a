using Mekiki.Files;

namespace Mekiki.Onnx.Files;

/// <summary>Writes a graph as an ONNX file.</summary>
/// <remarks>The numbers of the fields are those of onnx.proto of ONNX 1.13 (IR version 8).</remarks>
internal static class GraphWriter
{
    public static void Write(Graph graph, Stream stream)
    {
        var content = new MessageWriter();
        foreach (var node in graph.Nodes)
            content.Add(1, Node(node));
        content.Add(2, "mekiki");
        foreach (var constant in graph.Constants)
            content.Add(5, Tensor(constant));
        foreach (var input in graph.Inputs)
            content.Add(11, Value(input));
        foreach (var output in graph.Outputs)
            content.Add(12, Value(output));
        var model = new MessageWriter().Add(1, graph.IrVersion).Add(2, "mekiki").Add(3, Machine.Version).Add(7, content);
        foreach (var (domain, version) in graph.Operators)
            model.Add(8, new MessageWriter().Add(1, domain).Add(2, version));
        AddMetadata(model, graph.Metadata);
        if (model.Length > int.MaxValue)
            throw new MekikiException($"ONNX file: expected at most {FileText.Number(int.MaxValue)} bytes, got {FileText.Number(model.Length)}. Export a smaller network.");
        model.WriteTo(stream);
    }

    /// <summary>Writes metadata, which may stand behind a whole file.</summary>
    public static void WriteMetadata(IReadOnlyDictionary<string, string> metadata, Stream stream)
    {
        var fields = new MessageWriter();
        AddMetadata(fields, metadata);
        fields.WriteTo(stream);
    }

    private static void AddMetadata(MessageWriter model, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (key, text) in metadata)
            model.Add(14, new MessageWriter().Add(1, key).Add(2, text));
    }

    private static MessageWriter Node(GraphNode node)
    {
        var message = new MessageWriter();
        foreach (string input in node.Inputs)
            message.Add(1, input);
        foreach (string output in node.Outputs)
            message.Add(2, output);
        message.Add(3, node.Name).Add(4, node.Operator);
        foreach (var (name, value) in node.Attributes)
            message.Add(5, Attribute(name, value));
        return node.Domain.Length > 0 ? message.Add(7, node.Domain) : message;
    }

    private static MessageWriter Attribute(string name, AttributeValue value)
    {
        const int Float = 1, Integer = 2, Text = 3, OneTensor = 4, Floats = 6, Integers = 7;
        var message = new MessageWriter().Add(1, name);
        if (value.Number is { } number)
            return message.Add(2, number).Add(20, Float);
        if (value.Integer is { } integer)
            return message.Add(3, integer).Add(20, Integer);
        if (value.Text is { } text)
            return message.Add(4, text).Add(20, Text);
        if (value.Tensor is { } tensor)
            return message.Add(5, Tensor(tensor)).Add(20, OneTensor);
        if (value.Numbers is { } numbers)
        {
            foreach (float one in numbers)
                message.Add(7, one);
            return message.Add(20, Floats);
        }

        foreach (long one in value.Integers ?? [])
            message.Add(8, one);
        return message.Add(20, Integers);
    }

    private static MessageWriter Tensor(TensorData tensor)
    {
        var message = new MessageWriter();
        foreach (long size in tensor.Sizes)
            message.Add(1, size);
        return message.Add(2, (long)tensor.Type).Add(8, tensor.Name).Add(9, tensor.Raw);
    }

    private static MessageWriter Value(GraphValue value)
    {
        var sizes = new MessageWriter();
        foreach (var size in value.Sizes ?? [])
            sizes.Add(1, size.Value is { } number ? new MessageWriter().Add(1, number) : new MessageWriter().Add(2, size.Name!));
        var type = new MessageWriter().Add(1, new MessageWriter().Add(1, (long)value.Type).Add(2, sizes));
        return new MessageWriter().Add(1, value.Name).Add(2, type);
    }
}
