namespace Mekiki.Backends.Cpu.Memory;

/// <summary>A 64-byte aligned block of native memory; or the work that will fill one when someone reads.</summary>
/// <remarks>
/// The block goes back to the <see cref="StoragePool"/> when the last reference is released; a block that is forgotten
/// is freed when the garbage collector finds it.
/// </remarks>
internal sealed unsafe class CpuStorage : Storage
{
    private const int MostPacked = 3;

    private float* pointer;
    private object? owner;      // the pool's block, or whoever else, whose memory this is
    private Work? work;
    private PackedWeights[]? packed;

    private CpuStorage(DType type, long length) : base(type, length)
    {
    }

    /// <inheritdoc/>
    public override Backend Backend => Backend.Processor;

    /// <summary>The first element; what was put off is computed now.</summary>
    public float* Pointer
    {
        get
        {
            if (pointer == null)
                Settle();
            return pointer;
        }
    }

    /// <summary>Whether the elements are still to be computed.</summary>
    public bool IsPending => pointer == null;

    /// <inheritdoc/>
    public override bool IsForeign => owner is not (null or PoolBlock);

    /// <summary>What fills the storage, or what was kept beside it for the way back.</summary>
    public Work? Work => work;

    /// <summary>The work that waits, for a step that can be computed in the same pass; null where something else that waits reads the result too: for that one it is computed anyway, and would be a second time.</summary>
    public Work? Waiting => pointer == null && IsExclusive ? work : null;

    /// <summary>A block of at least <paramref name="count"/> floats and some padding; its content is arbitrary.</summary>
    public static CpuStorage Floats(long count) => Of(DType.Float32, count, count * sizeof(float));

    /// <summary>A block of bytes, for whatever a kernel keeps in it.</summary>
    public static CpuStorage Bytes(long bytes) => Of(DType.Float32, bytes / sizeof(float), bytes);

    /// <summary>A block for elements of a type.</summary>
    public static CpuStorage Of(DType type, long length) => Of(type, length, length * type.Bytes());

    /// <summary>Memory that belongs to <paramref name="owner"/>, followed by at least <see cref="StoragePool.Padding"/> readable bytes; it stays for as long as the storage is held.</summary>
    public static CpuStorage Over(float* memory, long length, object owner) => new(DType.Float32, length) { pointer = memory, owner = owner };

    /// <summary>A storage that <paramref name="work"/> fills when it is first read, and now where nothing may be put off. Takes over the reference to it.</summary>
    public static CpuStorage Of(Work work, long length, DType type = DType.Float32)
    {
        var storage = new CpuStorage(type, length) { work = work };
        if (!Deferral.IsAllowed)
            storage.Settle();
        return storage;
    }

    /// <inheritdoc/>
    public override void Settle()
    {
        if (pointer != null)
            return;
        lock (this)
        {
            if (pointer != null)
                return;
            var todo = work ?? throw new InvalidOperationException("Storage: expected elements, got memory that was freed. This is a bug.");
            Adopt(todo.Compute());
            if (!todo.IsRecorded)
                Forget();
        }
    }

    /// <summary>Takes the memory of a storage that nobody else holds.</summary>
    public void Adopt(CpuStorage other)
    {
        float* filled = other.pointer;
        (owner, other.owner) = (other.owner, null);
        other.pointer = null;
        Thread.MemoryBarrier();
        pointer = filled;
    }

    /// <summary>Keeps something for the way back; takes over the reference.</summary>
    public CpuStorage Keeping(Work kept)
    {
        work = kept;
        return this;
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        if (pointer != null && work is not null)
            Interlocked.Exchange(ref work, null)?.Release();
    }

    /// <summary>The elements as a kernel reads them, kept by <see cref="Keep"/> and not overwritten since; or null. The caller gets a reference.</summary>
    /// <param name="key">Which kernel reads them.</param>
    /// <param name="scales">What they were multiplied by, feature by feature; none: 1.</param>
    public CpuStorage? Packed(long key, ReadOnlySpan<float> scales)
    {
        foreach (var kept in Volatile.Read(ref packed) ?? [])
            if (kept.Fits(key, scales, Version) && kept.Elements.TryShare())
                return kept.Elements;
        return null;
    }

    /// <summary>Keeps the elements as a kernel reads them, until they are overwritten; takes over the caller's reference.</summary>
    /// <remarks>Batches of other sizes may take other kernels: what the last few kernels read is kept beside it.</remarks>
    public void Keep(PackedWeights elements)
    {
        PackedWeights[]? before;
        List<PackedWeights> after;
        do
        {
            before = Volatile.Read(ref packed);
            after = [elements];
            foreach (var kept in before ?? [])
                if (after.Count < MostPacked && !kept.IsReplacedBy(elements))
                    after.Add(kept);
        }
        while (Interlocked.CompareExchange(ref packed, [.. after], before) != before);

        foreach (var kept in before ?? [])
            if (!after.Contains(kept))
                kept.Elements.Release();
    }

    /// <inheritdoc/>
    protected override void OnTouched()
    {
        if (Volatile.Read(ref packed) is null)
            return;
        foreach (var kept in Interlocked.Exchange(ref packed, null) ?? [])
            kept.Elements.Release();
    }

    /// <inheritdoc/>
    protected override void Free()
    {
        // The last reference is gone, so nobody else is here.
        OnTouched();
        work?.Release();
        var block = owner as PoolBlock;
        pointer = null;
        owner = null;
        work = null;
        if (block is not null)
            StoragePool.Return(block);
    }

    private static CpuStorage Of(DType type, long length, long bytes)
    {
        var block = StoragePool.Rent(bytes);
        return new CpuStorage(type, length) { pointer = block.Pointer, owner = block };
    }
}

/// <summary>Weights as a kernel reads them.</summary>
/// <param name="key">Which kernel.</param>
/// <param name="scales">What each feature was multiplied by; none: 1.</param>
/// <param name="version">The version of the weights that they were made of.</param>
/// <param name="elements">The packed weights.</param>
internal sealed class PackedWeights(long key, float[] scales, int version, CpuStorage elements)
{
    public CpuStorage Elements => elements;

    private long Key => key;

    private int Version => version;

    /// <summary>Whether <paramref name="newer"/> are for the same kernel, or of weights that were overwritten since.</summary>
    public bool IsReplacedBy(PackedWeights newer) => newer.Key == key || newer.Version != version;

    public bool Fits(long wanted, ReadOnlySpan<float> wantedScales, int wantedVersion) => key == wanted && version == wantedVersion && wantedScales.SequenceEqual(scales);
}
