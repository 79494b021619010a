namespace Mekiki.Onnx.Files;

/// <summary>The value of a node's attribute: one of its members, the others are null.</summary>
internal sealed record AttributeValue
{
    public float? Number { get; init; }

    public long? Integer { get; init; }

    public string? Text { get; init; }

    public TensorData? Tensor { get; init; }

    public float[]? Numbers { get; init; }

    public long[]? Integers { get; init; }

    public static implicit operator AttributeValue(float value) => new() { Number = value };

    public static implicit operator AttributeValue(long value) => new() { Integer = value };

    public static implicit operator AttributeValue(int value) => new() { Integer = value };

    public static implicit operator AttributeValue(string value) => new() { Text = value };

    public static implicit operator AttributeValue(long[] value) => new() { Integers = value };
}
