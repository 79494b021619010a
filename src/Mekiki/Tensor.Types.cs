using System.Runtime.CompilerServices;
using Mekiki.Backends;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    // Of whole numbers written out, [1, 2, 3], the overload for int64 is meant, as in PyTorch: those here come second.

    /// <summary>An int32 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    [OverloadResolutionPriority(-1)]
    public static Tensor From(ReadOnlySpan<int> values, Shape shape) => Of(values, shape, DType.Int32);

    /// <summary>A uint8 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    [OverloadResolutionPriority(-1)]
    public static Tensor From(ReadOnlySpan<byte> values, Shape shape) => Of(values, shape, DType.UInt8);

    /// <summary>An int8 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    [OverloadResolutionPriority(-1)]
    public static Tensor From(ReadOnlySpan<sbyte> values, Shape shape) => Of(values, shape, DType.Int8);

    /// <summary>A bool tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    [OverloadResolutionPriority(-1)]
    public static Tensor From(ReadOnlySpan<bool> values, Shape shape) => Of(values, shape, DType.Bool);

    /// <summary>A float16 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    [OverloadResolutionPriority(-1)]
    public static Tensor From(ReadOnlySpan<Half> values, Shape shape) => Of(values, shape, DType.Float16);

    /// <summary>A bfloat16 tensor of elements given by their bits, the upper half of a float32's; they are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    public static Tensor FromBFloat16(ReadOnlySpan<ushort> values, Shape shape) => Of(values, shape, DType.BFloat16);

    /// <summary>The elements as another type; the tensor itself where it is of that type already. Gradients end here.</summary>
    /// <remarks>
    /// Floating point to integers goes towards 0, and to the nearest that the type has; no number (NaN) becomes 0. Among integers
    /// the upper bits are cut off. To bool: whether an element is not 0. To floating point: the nearest, of two the one whose last bit is 0.
    /// Operations compute with float32: cast back before.
    /// </remarks>
    /// <param name="type">The wanted type.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public Tensor To(DType type) => ChoiceOperation.Cast(this, type);

    /// <summary>A copy of the elements in row-major order.</summary>
    /// <typeparam name="T">As the tensor's type: float, long, int, byte, sbyte, bool or Half; ushort for the bits of bfloat16.</typeparam>
    /// <exception cref="MekikiException">The elements are of another type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        bool fits = DType switch
        {
            DType.Float32 => typeof(T) == typeof(float),
            DType.Int64 => typeof(T) == typeof(long),
            DType.Int32 => typeof(T) == typeof(int),
            DType.UInt8 => typeof(T) == typeof(byte),
            DType.Int8 => typeof(T) == typeof(sbyte),
            DType.Bool => typeof(T) == typeof(bool),
            DType.Float16 => typeof(T) == typeof(Half),
            _ => typeof(T) == typeof(ushort),
        };
        if (!fits)
            throw new MekikiException($"ToArray: expected the type that belongs to {DType}, got {typeof(T).Name}. Cast the tensor by To, or read it as it is.");
        return Copy<T>(DType);
    }

    private static Tensor Of<T>(ReadOnlySpan<T> values, Shape shape, DType type) where T : unmanaged
    {
        CheckCount(values.Length, shape);
        var tensor = new Tensor(shape, Backend.Current.Allocate(type, values.Length), isResult: false);
        tensor.Backend.Upload(values, tensor.Data);
        return tensor;
    }
}
