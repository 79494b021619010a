using System.Runtime.CompilerServices;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki;

/// <summary>Memory that the program fills and tensors read without a copy: a loader's batch, pixels from a camera.</summary>
/// <remarks>
/// What is written into <see cref="Span"/> changes the tensors that <see cref="ToTensor"/> made. It stays valid for as long as the buffer,
/// the span or such a tensor is held.
/// </remarks>
/// <example>
/// <code>
/// var buffer = new TensorBuffer(32 * 48 * 48);
/// buffer.Span.Fill(0.5f);                                     // or the pixels of 32 images
/// var scores = net[buffer.ToTensor([32, 1, 48, 48])];         // (32, K)
/// </code>
/// </example>
public sealed unsafe class TensorBuffer
{
    private const int Alignment = 64;
    private readonly float[] memory;
    private readonly int first;

    /// <summary>Takes the memory; its content is arbitrary.</summary>
    /// <param name="count">How many float32 elements there are, 0 or more.</param>
    /// <exception cref="MekikiException">The count is too large for an array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public TensorBuffer(long count)
    {
        const int Extra = (StoragePool.Padding + Alignment) / sizeof(float);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > Array.MaxLength - Extra)
            throw new MekikiException($"TensorBuffer: expected 0 to {Array.MaxLength - Extra:N0} elements, got {count:N0}. Use smaller batches or images.");
        Count = (int)count;
        memory = GC.AllocateUninitializedArray<float>(Count + Extra, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref memory[0]);
        first = (int)((Alignment - address % Alignment) % Alignment / sizeof(float));
    }

    /// <summary>How many elements there are.</summary>
    public int Count { get; }

    /// <summary>The elements.</summary>
    public Span<float> Span => memory.AsSpan(first, Count);

    /// <summary>The elements, for code that cannot hold a span.</summary>
    public Memory<float> Memory => memory.AsMemory(first, Count);

    /// <summary>The first elements as a tensor, in row-major order of <paramref name="shape"/>: it changes with the buffer.</summary>
    /// <param name="shape">With at most <see cref="Count"/> elements.</param>
    /// <exception cref="MekikiException">The shape has more elements.</exception>
    public Tensor ToTensor(Shape shape)
    {
        if (shape.ElementCount > Count)
            throw new MekikiException($"TensorBuffer: expected a shape of at most {Count:N0} elements, got {shape}. Take a larger buffer.");
        if (Backend.Current != Backend.Processor)
            return Tensor.From(Span[..shape.ElementCount], shape);
        var storage = CpuStorage.Over((float*)Unsafe.AsPointer(ref memory[first]), shape.ElementCount, memory);
        return new Tensor(shape, storage, isResult: false);
    }
}
