namespace Mekiki.Backends.Cpu.Memory;

/// <summary>A block of the <see cref="StoragePool"/> for the time of one piece of work, without an object around it.</summary>
internal readonly unsafe ref struct Scratch
{
    private readonly PoolBlock? block;

    /// <param name="floats">How many floats are needed; their content is arbitrary. For none the pool is not asked.</param>
    public Scratch(long floats)
    {
        if (floats == 0)
            return;
        block = StoragePool.Rent(floats * sizeof(float));
        Pointer = block.Pointer;
    }

    public float* Pointer { get; }

    /// <summary>Gives the block back.</summary>
    public void Dispose()
    {
        if (block is not null)
            StoragePool.Return(block);
    }
}
