using System.Runtime.InteropServices;
using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>A value in a graph: floats, which the engine computes with, or whole numbers, which are shapes, indices and conditions.</summary>
internal sealed class Value
{
    private readonly Tensor? floats;
    private readonly long[]? integers;

    public Value(Tensor floats) => (this.floats, Sizes, Type) = (floats, floats.Shape.ToArray(), ElementType.Float);

    public Value(long[] integers, int[] sizes, ElementType type = ElementType.Int64) => (this.integers, Sizes, Type) = (integers, sizes, type);

    public int[] Sizes { get; }

    public ElementType Type { get; }

    public bool IsFloat => floats is not null;

    public int Count => floats?.Count ?? integers!.Length;

    /// <summary>The floats; whole numbers become floats.</summary>
    public Tensor Floats => floats ?? Tensor.From(Array.ConvertAll(integers!, i => (float)i), Sizes);

    /// <summary>The whole numbers; floats are cut.</summary>
    public long[] Integers => integers ?? Array.ConvertAll(floats!.ToArray(), f => (long)f);

    /// <summary>The elements of a file's tensor.</summary>
    /// <exception cref="MekikiException">It has too many dimensions.</exception>
    public static Value Of(TensorData data)
    {
        if (data.Sizes.Length > Shape.MaxRank)
            throw new MekikiException($"'{FileName(data.Name)}': expected at most {Shape.MaxRank} dimensions, got {data.Sizes.Length}.");
        int[] sizes = Array.ConvertAll(data.Sizes, s => (int)s);
        var raw = data.Raw.Span;
        return data.Type switch
        {
            ElementType.Float => new Value(Tensor.From(MemoryMarshal.Cast<byte, float>(raw), sizes)),
            ElementType.Float16 => new Value(Tensor.From(Each(MemoryMarshal.Cast<byte, Half>(raw), h => (float)h), sizes)),
            ElementType.BFloat16 => new Value(Tensor.From(Each(MemoryMarshal.Cast<byte, ushort>(raw), b => BitConverter.UInt32BitsToSingle((uint)b << 16)), sizes)),
            ElementType.Double => new Value(Tensor.From(Each(MemoryMarshal.Cast<byte, double>(raw), d => (float)d), sizes)),
            ElementType.Int64 => new Value(MemoryMarshal.Cast<byte, long>(raw).ToArray(), sizes),
            ElementType.Int32 => Whole(Each(MemoryMarshal.Cast<byte, int>(raw), i => (long)i)),
            ElementType.UInt32 => Whole(Each(MemoryMarshal.Cast<byte, uint>(raw), i => (long)i)),
            ElementType.UInt64 => Whole(Each(MemoryMarshal.Cast<byte, ulong>(raw), i => (long)i)),
            ElementType.Int16 => Whole(Each(MemoryMarshal.Cast<byte, short>(raw), i => (long)i)),
            ElementType.UInt16 => Whole(Each(MemoryMarshal.Cast<byte, ushort>(raw), i => (long)i)),
            ElementType.Int8 => Whole(Each(MemoryMarshal.Cast<byte, sbyte>(raw), i => (long)i)),
            _ => Whole(Each(raw, i => (long)i)),
        };

        Value Whole(long[] values) => new(values, sizes, data.Type);
    }

    /// <summary>The value as a file's tensor.</summary>
    public TensorData ToData(string name)
    {
        long[] sizes = Array.ConvertAll(Sizes, s => (long)s);
        return floats is not null ? TensorData.Of(name, floats.ToArray(), sizes) : TensorData.Of(name, integers!, sizes);
    }

    private static string FileName(string name) => Mekiki.Files.FileText.Short(name);

    private static TResult[] Each<T, TResult>(ReadOnlySpan<T> values, Func<T, TResult> convert)
    {
        var result = new TResult[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = convert(values[i]);
        return result;
    }
}
