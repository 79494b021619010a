namespace Mekiki.Files;

/// <summary>One tensor of a safetensors file: where it is and what it holds, checked against the file.</summary>
public sealed class SafetensorsEntry
{
    private readonly long[] shape;

    internal SafetensorsEntry(string name, StoredType type, long[] shape, long count, long begin, long end)
    {
        (Name, Type, this.shape, Count, Begin, End) = (name, type, shape, count, begin, end);
    }

    /// <summary>The tensor's name, such as <c>conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The type of its elements in the file.</summary>
    public StoredType Type { get; }

    /// <summary>Its dimensions, each 0 or more; none for a single number.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>How many elements it has: the product of its dimensions.</summary>
    public long Count { get; }

    /// <summary>How many bytes it takes in the file.</summary>
    public long ByteLength => End - Begin;

    /// <summary>Its first byte, counted from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>The byte after its last.</summary>
    internal long End { get; }

    /// <summary>For instance <c>conv1.weight: F32 (64, 1, 3, 3)</c>.</summary>
    public override string ToString() => $"{FileText.Short(Name)}: {StoredTypes.NameOf(Type)} {FileText.Shape(shape)}";
}
