namespace Mekiki.Backends.Cpu.Memory;

/// <summary>A 64-byte aligned block of native memory, shared by the tensors that count references to it.</summary>
/// <remarks>
/// The block goes back to the <see cref="StoragePool"/> when the last reference is released; a block that is forgotten goes
/// back when the garbage collector finds it. Nobody must release for correctness.
/// </remarks>
internal sealed unsafe class Storage
{
    private readonly int sizeClass;
    private int references = 1;

    private Storage(float* pointer, int sizeClass)
    {
        Pointer = pointer;
        this.sizeClass = sizeClass;
    }

    ~Storage()
    {
        if (Pointer != null)
            StoragePool.Return((nint)Pointer, sizeClass);
    }

    /// <summary>The first element, or null once the block is gone.</summary>
    public float* Pointer { get; private set; }

    /// <summary>Whether nobody else refers to the block, so that it may be overwritten.</summary>
    public bool IsExclusive => references == 1;

    /// <summary>A block of at least <paramref name="count"/> floats and some padding; its content is arbitrary.</summary>
    public static Storage Floats(long count) => Bytes(count * sizeof(float));

    /// <inheritdoc cref="Floats"/>
    public static Storage Bytes(long bytes) => new((float*)StoragePool.Rent(bytes, out int sizeClass), sizeClass);

    /// <summary>Adds a reference.</summary>
    public Storage Share()
    {
        references++;
        return this;
    }

    /// <summary>Drops a reference; the last one gives the block back.</summary>
    public void Release()
    {
        if (--references > 0 || Pointer == null)
            return;
        StoragePool.Return((nint)Pointer, sizeClass);
        Pointer = null;
        GC.SuppressFinalize(this);
    }
}
