using Mekiki.Fuzz.Mutations;
using Mekiki.Onnx;
using Mekiki.Onnx.Files;

namespace Mekiki.Fuzz.Formats;

/// <summary>Networks of other programs.</summary>
internal static class NetworkFormats
{
    private static readonly float[] two = [1, 2];

    public static IEnumerable<Format> All { get; } = [new("onnx", Seeds, MessageMutation.Apply, (input, work) => OnnxImport.Load(work.Write("x.onnx", input)))];

    private static IEnumerable<byte[]> Seeds() => [WeightsFormats.OfFile("x.onnx", path => OnnxExport.Save(WeightsFormats.Small(), path)), Bytes(Convolutions()), Bytes(Shapes())];

    private static byte[] Bytes(Graph graph)
    {
        var stream = new MemoryStream();
        GraphWriter.Write(graph, stream);
        return stream.ToArray();
    }

    private static Graph Of(IReadOnlyList<GraphNode> nodes, IReadOnlyList<TensorData> constants) => new()
    {
        IrVersion = 8,
        Operators = new Dictionary<string, long> { [""] = 18 },
        Inputs = [new("x", ElementType.Float, [1, 1, 4, 4])],
        Outputs = [new("y", ElementType.Float, [1, 2])],
        Nodes = nodes,
        Constants = constants,
        Metadata = new Dictionary<string, string> { ["names"] = "{0: 'a', 1: 'b'}" },
    };

    private static Graph Convolutions() => Of(
        [
            new("Conv", ["x", "w", "b"], ["c"]) { Attributes = new Dictionary<string, AttributeValue> { ["kernel_shape"] = new long[] { 3, 3 }, ["pads"] = new long[] { 1, 1, 1, 1 }, ["strides"] = new long[] { 1, 1 } } },
            new("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"]) { Attributes = new Dictionary<string, AttributeValue> { ["epsilon"] = 1e-5f } },
            new("Relu", ["n"], ["r"]),
            new("MaxPool", ["r"], ["m"]) { Attributes = new Dictionary<string, AttributeValue> { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } } },
            new("Concat", ["m", "m"], ["cc"]) { Attributes = new Dictionary<string, AttributeValue> { ["axis"] = 1 } },
            new("GlobalAveragePool", ["cc"], ["g"]),
            new("Flatten", ["g"], ["f"]),
            new("Gemm", ["f", "v", "b"], ["y"]) { Attributes = new Dictionary<string, AttributeValue> { ["transB"] = 1 } },
        ],
        [TensorData.Of("w", new float[18], 2, 1, 3, 3), TensorData.Of("b", two, 2), TensorData.Of("v", new float[8], 2, 4)]);

    private static Graph Shapes() => Of(
        [
            new("Shape", ["x"], ["s"]),
            new("ConstantOfShape", ["s"], ["z"]),
            new("Add", ["x", "z"], ["a"]),
            new("Tile", ["a", "repeats"], ["t"]),
            new("Pad", ["t", "pads"], ["p"]),
            new("Slice", ["p", "from", "to", "axes"], ["l"]),
            new("Expand", ["l", "wide"], ["e"]),
            new("Transpose", ["e"], ["tr"]) { Attributes = new Dictionary<string, AttributeValue> { ["perm"] = new long[] { 0, 1, 3, 2 } } },
            new("ReduceMean", ["tr", "pair"], ["rm"]) { Attributes = new Dictionary<string, AttributeValue> { ["keepdims"] = 0 } },
            new("Concat", ["rm", "rm"], ["y"]) { Attributes = new Dictionary<string, AttributeValue> { ["axis"] = 1 } },
        ],
        [
            TensorData.Of("repeats", [1L, 1, 2, 1], 4), TensorData.Of("pads", [0L, 0, 1, 0, 0, 0, 1, 0], 8), TensorData.Of("from", [0L], 1), TensorData.Of("to", [4L], 1), TensorData.Of("axes", [2L], 1),
            TensorData.Of("wide", [1L, 1, 4, 4], 4), TensorData.Of("pair", [2L, 3], 2),
        ]);
}
