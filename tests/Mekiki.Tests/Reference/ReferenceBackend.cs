using System.Runtime.InteropServices;
using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>What every backend must compute: plain loops in double precision, one operation at a time, images as (N, C, H, W).</summary>
/// <remarks>It is written from the definitions, to be read beside them; nothing is put off, joined, or made fast.</remarks>
internal sealed partial class ReferenceBackend : Backend
{
    private ReferenceBackend()
    {
    }

    /// <summary>The one of this program.</summary>
    public static ReferenceBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override Device Device { get; } = new("reference");

    /// <inheritdoc/>
    public override Layout ImageLayout => Layout.RowMajor;

    /// <inheritdoc/>
    public override Storage Allocate(DType type, long length) => new ReferenceStorage(this, type, length);

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> elements, Storage to, long at = 0)
    {
        if (to.Type == DType.Float32)
        {
            var floats = MemoryMarshal.Cast<T, float>(elements);
            for (int i = 0; i < floats.Length; i++)
                Of(to)[at + i] = floats[i];
        }
        else
            MemoryMarshal.AsBytes(elements).CopyTo(Bytes(to, at, elements.Length));
        to.Touch();
    }

    /// <inheritdoc/>
    public override void Download<T>(Storage from, Span<T> elements, long at = 0)
    {
        if (from.Type == DType.Float32)
        {
            var floats = MemoryMarshal.Cast<T, float>(elements);
            for (int i = 0; i < floats.Length; i++)
                floats[i] = (float)Of(from)[at + i];
        }
        else
            Bytes(from, at, elements.Length).CopyTo(MemoryMarshal.AsBytes(elements));
    }

    /// <inheritdoc/>
    public override void Fill(Storage storage, float value)
    {
        Array.Fill(Of(storage), value);
        storage.Touch();
    }

    /// <inheritdoc/>
    public override void Copy(Storage from, Storage to)
    {
        Array source = ((ReferenceStorage)from).Elements, target = ((ReferenceStorage)to).Elements;
        Array.Copy(source, target, source.Length);
        to.Touch();
    }

    private static double[] Of(Storage storage) => ((ReferenceStorage)storage).Numbers;

    private static Span<byte> Bytes(Storage storage, long at, int count)
    {
        int size = storage.Type.Bytes();
        var all = ((ReferenceStorage)storage).Elements is long[] longs ? MemoryMarshal.AsBytes(longs.AsSpan()) : ((byte[])((ReferenceStorage)storage).Elements).AsSpan();
        return all.Slice((int)at * size, count * size);
    }

    /// <summary>A float32 storage for numbers that were computed.</summary>
    private ReferenceStorage Store(double[] numbers)
    {
        var storage = new ReferenceStorage(this, DType.Float32, numbers.Length);
        numbers.CopyTo(storage.Numbers, 0);
        return storage;
    }

    /// <summary>In an array of the shape <paramref name="own"/> that is repeated to <paramref name="shape"/>: where the element stands that is repeated to <paramref name="place"/>.</summary>
    private static int Origin(Shape own, Shape shape, int place)
    {
        int origin = 0, stride = 1;
        for (int d = 1; d <= own.Rank; d++)
        {
            int index = place % shape[^d];
            place /= shape[^d];
            if (own[^d] > 1)
                origin += index * stride;
            stride *= own[^d];
        }

        return origin;
    }
}
