using System.Runtime.InteropServices;

namespace Mekiki.Onnx.Files;

/// <summary>A tensor of an ONNX file: elements in row-major order.</summary>
/// <param name="Name">Its name in the graph; empty in attributes.</param>
/// <param name="Type">What the elements are.</param>
/// <param name="Sizes">The size of each dimension.</param>
/// <param name="Raw">The elements, little-endian.</param>
internal sealed record TensorData(string Name, ElementType Type, long[] Sizes, ReadOnlyMemory<byte> Raw)
{
    public static TensorData Of(string name, float[] values, params long[] sizes) => new(name, ElementType.Float, sizes, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static TensorData Of(string name, long[] values, params long[] sizes) => new(name, ElementType.Int64, sizes, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static TensorData Of(string name, byte[] values, params long[] sizes) => new(name, ElementType.UInt8, sizes, values);
}
