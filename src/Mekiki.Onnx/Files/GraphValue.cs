namespace Mekiki.Onnx.Files;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What the elements are.</param>
/// <param name="Sizes">The size of each dimension: a number, or a name for one that is free; null: not told.</param>
internal sealed record GraphValue(string Name, ElementType Type, IReadOnlyList<GraphSize>? Sizes);

/// <summary>The size of a dimension.</summary>
/// <param name="Value">The size, or null where it is free.</param>
/// <param name="Name">Its name where it is free.</param>
internal readonly record struct GraphSize(long? Value, string? Name)
{
    public static implicit operator GraphSize(long value) => new(value, null);

    public static implicit operator GraphSize(string name) => new(null, name);
}
