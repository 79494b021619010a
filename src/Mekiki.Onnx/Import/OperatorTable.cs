namespace Mekiki.Onnx.Import;

/// <summary>The operators that are read, each with what it computes.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, Func<NodeCall, Value[]>> all = new(
        ElementOperators.All.Concat(ChoiceOperators.All).Concat(ReduceOperators.All).Concat(ShapeOperators.All).Concat(PartOperators.All).Concat(NetworkOperators.All).Concat(PoolOperators.All).Concat(ResizeOperators.All).Concat(QuantizedOperators.All));

    /// <summary>What an operator computes, or null: it is not read.</summary>
    public static Func<NodeCall, Value[]>? Find(string name, string domain) => domain.Length == 0 || (domain == "com.microsoft" && (name == "Gelu" || QuantizedOperators.Domain(name) == domain)) || domain == QuantizedForm.Domain ? all.GetValueOrDefault(name) : null;

    /// <summary>An operator with one result.</summary>
    internal static KeyValuePair<string, Func<NodeCall, Value[]>> One(string name, Func<NodeCall, Value> compute) => new(name, call => [compute(call)]);
}
