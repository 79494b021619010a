namespace Mekiki.Backends.Cpu.Memory;

/// <summary>How a storage is filled when it is read, or what is kept beside it for the way back.</summary>
internal abstract class Work
{
    private int users = 1;

    /// <summary>Whether it is needed after the storage was filled.</summary>
    public virtual bool IsRecorded => true;

    /// <summary>Adds a reference.</summary>
    public void Share() => Interlocked.Increment(ref users);

    /// <summary>Drops a reference; with the last one all that is kept is freed.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
            Free();
    }

    /// <summary>Computes the elements into a new storage.</summary>
    public abstract CpuStorage Compute();

    /// <summary>Frees what is kept.</summary>
    protected abstract void Free();
}

/// <summary>Arrays that the way back needs, of a storage that was filled already.</summary>
internal sealed class Kept(CpuStorage first) : Work
{
    public CpuStorage First => first;

    public override CpuStorage Compute() => throw new InvalidOperationException("Kept: expected nothing to compute. This is a bug.");

    protected override void Free() => first.Release();
}
