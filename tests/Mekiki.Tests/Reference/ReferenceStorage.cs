using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Elements in managed arrays: float32 as double, int64 as long, other types as the bytes that they take.</summary>
/// <remarks>New float32 elements are no numbers, and freed ones cannot be read: who reads too early or too late is found out.</remarks>
internal sealed class ReferenceStorage : Storage
{
    private Array? elements;
    private object? kept;

    public ReferenceStorage(ReferenceBackend backend, DType type, long length) : base(type, length)
    {
        Backend = backend;
        switch (type)
        {
            case DType.Float32:
                var numbers = new double[length];
                Array.Fill(numbers, double.NaN);
                elements = numbers;
                break;
            case DType.Int64:
                elements = new long[length];
                break;
            default:
                elements = new byte[length * type.Bytes()];
                break;
        }
    }

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The elements, float32.</summary>
    public double[] Numbers => (double[])Elements;

    /// <summary>The elements: double[], long[] or byte[].</summary>
    public Array Elements => elements ?? throw new InvalidOperationException($"ReferenceStorage: expected {Length:N0} elements in use, got freed ones. Somebody reads after the last reference was dropped.");

    /// <summary>Keeps beside the elements what the way back needs.</summary>
    public ReferenceStorage Keeping(object what)
    {
        kept = what;
        return this;
    }

    /// <summary>What was kept for the way back.</summary>
    public T Kept<T>() => kept is T what ? what : throw new InvalidOperationException($"ReferenceStorage: expected {typeof(T).Name} to be kept for the way back, got none. The result was not recorded, or the way back was gone already.");

    /// <inheritdoc/>
    public override void Forget() => kept = null;

    /// <inheritdoc/>
    protected override void Free() => (elements, kept) = (null, null);
}
