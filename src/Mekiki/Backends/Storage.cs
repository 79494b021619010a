namespace Mekiki.Backends;

/// <summary>The elements of a tensor on a device, shared by all who count a reference to them.</summary>
/// <remarks>
/// A backend may put the computing off until someone reads, and may keep beside the elements what the way back needs.
/// References may be counted from any thread. Nobody must release for correctness: what is forgotten is collected.
/// </remarks>
internal abstract class Storage(DType type, long length)
{
    private int references = 1, version;

    /// <summary>Who computes with the elements.</summary>
    public abstract Backend Backend { get; }

    /// <summary>What the elements are.</summary>
    public DType Type { get; } = type;

    /// <summary>How many elements there are.</summary>
    public long Length { get; } = length;

    /// <summary>Rises whenever elements are overwritten, so that copies made before are known to be old.</summary>
    public int Version => Volatile.Read(ref version);

    /// <summary>Whether nobody else refers to the elements, so that they may be overwritten.</summary>
    public bool IsExclusive => Volatile.Read(ref references) == 1;

    /// <summary>Whether the program may change the elements at any time, without a word.</summary>
    public virtual bool IsForeign => false;

    /// <summary>Adds a reference.</summary>
    public Storage Share()
    {
        Interlocked.Increment(ref references);
        return this;
    }

    /// <summary>Adds a reference, unless the last one was just dropped by another thread.</summary>
    public bool TryShare()
    {
        int now = Volatile.Read(ref references);
        while (now > 0)
        {
            int seen = Interlocked.CompareExchange(ref references, now + 1, now);
            if (seen == now)
                return true;
            now = seen;
        }

        return false;
    }

    /// <summary>Drops a reference; the last one frees the elements.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref references) == 0)
            Free();
    }

    /// <summary>To be called after the elements were overwritten.</summary>
    public void Touch()
    {
        Interlocked.Increment(ref version);
        OnTouched();
    }

    /// <summary>Computes now what was put off.</summary>
    public virtual void Settle()
    {
    }

    /// <summary>Frees what was kept for the way back.</summary>
    public virtual void Forget()
    {
    }

    /// <summary>Frees the elements; nobody refers to them any more.</summary>
    protected abstract void Free();

    /// <summary>Copies of the elements that the backend made for itself are old.</summary>
    protected virtual void OnTouched()
    {
    }
}
