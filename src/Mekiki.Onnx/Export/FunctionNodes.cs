namespace Mekiki.Onnx.Export;

/// <summary>Functions of one number as ONNX nodes.</summary>
internal static class FunctionNodes
{
    private static readonly Dictionary<string, string> alike = new()
    {
        ["Relu"] = "Relu",
        ["Sigmoid"] = "Sigmoid",
        ["Tanh"] = "Tanh",
        ["Exp"] = "Exp",
        ["Log"] = "Log",
        ["Sqrt"] = "Sqrt",
        ["Softplus"] = "Softplus",
        ["Erf"] = "Erf",
        ["Abs"] = "Abs",
        ["Reciprocal"] = "Reciprocal",
        ["Sin"] = "Sin",
        ["Cos"] = "Cos",
        ["Sign"] = "Sign",
        ["Floor"] = "Floor",
        ["Ceiling"] = "Ceil",
    };

    public static bool Knows(string name) => alike.ContainsKey(name) || name is "Scale" or "LeakyRelu" or "Elu" or "Hardsigmoid" or "Hardswish" or "Silu" or "Gelu" or "Relu6" or "Mish";

    /// <summary>Adds the nodes of a function.</summary>
    /// <returns>The name of the result.</returns>
    public static string Add(GraphBuilder graph, string name, string x, float a, float b)
    {
        if (alike.TryGetValue(name, out string? op))
            return graph.Add(op, [x]);
        switch (name)
        {
            case "Scale":
                return graph.Add("Mul", [x, Number(a)]);
            case "LeakyRelu":
                return graph.Add("LeakyRelu", [x], ("alpha", a));
            case "Elu":
                return graph.Add("Elu", [x], ("alpha", a));
            case "Hardsigmoid":
                return HardSigmoid();
            case "Hardswish":
                return graph.Add("Mul", [x, HardSigmoid()]);
            case "Silu":
                return graph.Add("Mul", [x, graph.Add("Sigmoid", [x])]);
            case "Relu6":
                return graph.Add("Clip", [x, Number(0), Number(6)]);
            case "Mish":
                return graph.Add("Mul", [x, graph.Add("Tanh", [graph.Add("Softplus", [x])])]);
            default:
                // Gelu: x / 2 · (1 + erf(x / √2)).
                string erf = graph.Add("Erf", [graph.Add("Mul", [x, Number(MathF.Sqrt(0.5f))])]);
                return graph.Add("Mul", [graph.Add("Mul", [x, Number(0.5f)]), graph.Add("Add", [erf, Number(1)])]);
        }

        string HardSigmoid() => graph.Add("HardSigmoid", [x], ("alpha", 1f / 6), ("beta", 0.5f));

        string Number(float value) => graph.Constant("number", [value], Array.Empty<long>());
    }
}
