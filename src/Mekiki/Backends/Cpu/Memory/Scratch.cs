namespace Mekiki.Backends.Cpu.Memory;

/// <summary>A block of the <see cref="StoragePool"/> for the time of one piece of work, without an object around it.</summary>
internal readonly unsafe ref struct Scratch
{
    private readonly PoolBlock block;

    /// <param name="floats">How many floats are needed; their content is arbitrary.</param>
    public Scratch(long floats)
    {
        block = StoragePool.Rent(floats * sizeof(float));
        Pointer = block.Pointer;
    }

    public float* Pointer { get; }

    /// <summary>Gives the block back.</summary>
    public void Dispose() => StoragePool.Return(block);
}
