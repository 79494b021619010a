using System.Runtime.InteropServices;

namespace Mekiki.Files;

/// <summary>Elements somewhere in a block of numbers: where the first one is, and how far it is to the next one in each dimension.</summary>
/// <param name="Type">What the elements are.</param>
/// <param name="Sizes">The size of each dimension, in row-major order.</param>
/// <param name="Strides">Elements from one to the next in each dimension.</param>
/// <param name="Offset">The first element's place.</param>
internal sealed record StridedElements(StoredType Type, long[] Sizes, long[] Strides, long Offset)
{
    /// <summary>How many elements there are.</summary>
    public long Count { get; } = SafetensorsHeader.CountOf(Sizes);

    /// <summary>For instance <c>F32 (64, 3, 7, 7)</c>.</summary>
    public override string ToString() => $"{StoredTypes.NameOf(Type)} {FileText.Shape(Sizes)}";

    /// <summary>What is wrong with them in a block of as many elements, or null.</summary>
    public string? ProblemIn(long blockCount)
    {
        if (Sizes.Length != Strides.Length)
            return $"expected a stride for each of {Sizes.Length} dimensions, got {Strides.Length}";
        if (Sizes.Length > Shape.MaxRank || Count is < 0 or > int.MaxValue || Array.Exists(Sizes, size => size > int.MaxValue))
            return $"expected at most {Shape.MaxRank} dimensions and {FileText.Number(int.MaxValue)} elements, got {FileText.Shape(Sizes)}";
        if (Offset < 0 || Array.Exists(Strides, stride => stride < 0))
            return $"expected an offset and strides of 0 or more, got {Offset} and {FileText.Shape(Strides)}";
        if (Count == 0)
            return Offset <= blockCount ? null : $"expected an offset within the {FileText.Number(blockCount)} elements of its storage, got {FileText.Number(Offset)}";
        Int128 last = Offset;
        for (int d = 0; d < Sizes.Length; d++)
            last += (Int128)(Sizes[d] - 1) * Strides[d];
        if (last >= blockCount)
            return $"expected its last element within the {FileText.Number(blockCount)} of its storage, got number {last:N0}";
        return Count > blockCount ? $"expected at most as many elements as its storage has, {FileText.Number(blockCount)}, got {FileText.Number(Count)} by repeating them" : null;
    }

    /// <summary>Copies them as a tensor: float32 of floats, int64 of whole numbers.</summary>
    /// <param name="block">The bytes of the block, little-endian; <see cref="ProblemIn"/> must be null for it.</param>
    public Tensor Read(ReadOnlySpan<byte> block)
    {
        int[] shape = Array.ConvertAll(Sizes, size => (int)size);
        if (StoredTypes.IsFloat(Type))
        {
            var floats = new float[Count];
            Copy(block, floats.AsSpan(), StoredTypes.ReadFloat);
            return Tensor.From(floats, shape);
        }

        var integers = new long[Count];
        Copy(block, integers.AsSpan(), StoredTypes.ReadInteger);
        return Tensor.From(integers, shape);
    }

    private delegate T ReadElement<T>(StoredType type, ReadOnlySpan<byte> from);

    private void Copy<T>(ReadOnlySpan<byte> block, Span<T> into, ReadElement<T> read) where T : unmanaged
    {
        int size = StoredTypes.SizeOf(Type);
        bool isSame = BitConverter.IsLittleEndian && (Type == StoredType.F32 || Type == StoredType.I64);
        if (IsRowMajor && isSame)
        {
            MemoryMarshal.Cast<byte, T>(block.Slice((int)(Offset * size), into.Length * size)).CopyTo(into);
            return;
        }

        Span<long> index = stackalloc long[Shape.MaxRank];
        index.Clear();
        long at = Offset;
        foreach (ref T element in into)
        {
            element = read(Type, block.Slice((int)(at * size), size));
            for (int d = Sizes.Length - 1; d >= 0; d--)
            {
                at += Strides[d];
                if (++index[d] < Sizes[d])
                    break;
                at -= Strides[d] * Sizes[d];
                index[d] = 0;
            }
        }
    }

    private bool IsRowMajor
    {
        get
        {
            long expected = 1;
            for (int d = Sizes.Length - 1; d >= 0; d--)
            {
                if (Sizes[d] != 1 && Strides[d] != expected)
                    return false;
                expected *= Sizes[d];
            }

            return true;
        }
    }
}
