using System.Runtime.InteropServices;
using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>A value in a graph: floats and bytes, which the engine computes with, or whole numbers, which are shapes, indices and conditions.</summary>
internal sealed class Value
{
    private const int Offset = 128;
    private readonly Tensor? floats, bytes;
    private readonly long[]? integers;

    /// <summary>The elements of a tensor: float32, uint8 or int8.</summary>
    public Value(Tensor tensor)
    {
        (Sizes, Type) = (tensor.Shape.ToArray(), tensor.DType switch { DType.UInt8 => ElementType.UInt8, DType.Int8 => ElementType.Int8, _ => ElementType.Float });
        if (Type == ElementType.Float)
            floats = tensor;
        else
            bytes = tensor;
    }

    /// <summary>Bytes of a type.</summary>
    /// <param name="bytes">uint8; of int8, each is 128 more.</param>
    /// <param name="type">UInt8 or Int8.</param>
    public Value(Tensor bytes, ElementType type) => (this.bytes, Sizes, Type) = (bytes, bytes.Shape.ToArray(), type);

    public Value(long[] integers, int[] sizes, ElementType type = ElementType.Int64) => (this.integers, Sizes, Type) = (integers, sizes, type);

    public int[] Sizes { get; }

    public ElementType Type { get; }

    public bool IsFloat => floats is not null;

    /// <summary>Whether it is a tensor of bytes.</summary>
    public bool IsBytes => bytes is not null;

    /// <summary>Whether its floats are grey levels, whole numbers from 0 to 255: an image that the graph takes as bytes.</summary>
    public bool AreBytes { get; init; }

    /// <summary>The tensor, of floats or bytes; null: it is whole numbers.</summary>
    public Tensor? Tensor => floats ?? bytes;

    public int Count => Tensor?.Count ?? integers!.Length;

    /// <summary>The floats; whole numbers become floats.</summary>
    public Tensor Floats => floats ?? Mekiki.Tensor.From(Array.ConvertAll(Integers, i => (float)i), Sizes);

    /// <summary>The whole numbers; floats are cut.</summary>
    public long[] Integers => integers ?? (floats is not null ? Array.ConvertAll(floats.ToArray(), f => (long)f)
        : bytes!.DType == DType.Int8 ? Array.ConvertAll(bytes.ToArray<sbyte>(), b => (long)b)
        : Array.ConvertAll(bytes.ToArray<byte>(), b => (long)b - (Type == ElementType.Int8 ? Offset : 0)));

    /// <summary>Numbers of 8 bits as uint8; of int8, each is 128 more.</summary>
    public Tensor Unsigned => bytes is { DType: DType.UInt8 } ? bytes : Mekiki.Tensor.From(Array.ConvertAll(Integers, i => (byte)(i + (Type == ElementType.Int8 ? Offset : 0))), Sizes);

    /// <summary>What was made of it for the operator that takes it, to be used again.</summary>
    public object? Prepared { get; set; }

    /// <summary>What stands for 0 among <see cref="Unsigned"/>, as a zero of this type tells it.</summary>
    public int UnsignedZero => (int)Integers[0] + (Type == ElementType.Int8 ? Offset : 0);

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
            ElementType.Float => new Value(Mekiki.Tensor.From(MemoryMarshal.Cast<byte, float>(raw), sizes)),
            ElementType.Float16 => new Value(Mekiki.Tensor.From(Each(MemoryMarshal.Cast<byte, Half>(raw), h => (float)h), sizes)),
            ElementType.BFloat16 => new Value(Mekiki.Tensor.From(Each(MemoryMarshal.Cast<byte, ushort>(raw), b => BitConverter.UInt32BitsToSingle((uint)b << 16)), sizes)),
            ElementType.Double => new Value(Mekiki.Tensor.From(Each(MemoryMarshal.Cast<byte, double>(raw), d => (float)d), sizes)),
            ElementType.Int64 => new Value(MemoryMarshal.Cast<byte, long>(raw).ToArray(), sizes),
            ElementType.Int32 => Whole(Each(MemoryMarshal.Cast<byte, int>(raw), i => (long)i)),
            ElementType.UInt32 => Whole(Each(MemoryMarshal.Cast<byte, uint>(raw), i => (long)i)),
            ElementType.UInt64 => Whole(Each(MemoryMarshal.Cast<byte, ulong>(raw), i => (long)i)),
            ElementType.Int16 => Whole(Each(MemoryMarshal.Cast<byte, short>(raw), i => (long)i)),
            ElementType.UInt16 => Whole(Each(MemoryMarshal.Cast<byte, ushort>(raw), i => (long)i)),
            ElementType.Int8 => new Value(Mekiki.Tensor.From(MemoryMarshal.Cast<byte, sbyte>(raw), sizes)),
            ElementType.UInt8 => new Value(Mekiki.Tensor.From(raw, sizes)),
            _ => Whole(Each(raw, i => (long)i)),
        };

        Value Whole(long[] values) => new(values, sizes, data.Type);
    }

    /// <summary>The value as a file's tensor.</summary>
    public TensorData ToData(string name)
    {
        long[] sizes = Array.ConvertAll(Sizes, s => (long)s);
        return floats is not null ? TensorData.Of(name, floats.ToArray(), sizes)
            : Type switch
            {
                ElementType.UInt8 => new TensorData(name, Type, sizes, Array.ConvertAll(Integers, i => (byte)i)),
                ElementType.Int8 => new TensorData(name, Type, sizes, Array.ConvertAll(Integers, i => (byte)(sbyte)i)),
                ElementType.Int32 => new TensorData(name, Type, sizes, MemoryMarshal.AsBytes<int>(Array.ConvertAll(Integers, i => (int)i)).ToArray()),
                _ => TensorData.Of(name, Integers, sizes),
            };
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
