namespace Mekiki.Backends.Cpu.Memory;

/// <summary>A block of native memory, for as long as it is taken from the system. One object for all who use it in turn, because the collector works hard for each that it must tell of its end.</summary>
internal sealed unsafe class PoolBlock(float* pointer, int sizeClass)
{
    ~PoolBlock() => StoragePool.Forget(this);

    public float* Pointer => pointer;

    /// <summary>Which of the pool's sizes it has.</summary>
    public int SizeClass => sizeClass;
}
