namespace Mekiki.Autograd;

/// <summary>Keeps a prediction from reading weights that a step of training is just overwriting: many may read, or one may write.</summary>
/// <remarks>
/// One for each network. Forward passes without gradients read; an optimizer's step, the running statistics of a batch norm in training,
/// and loading write, each for as long as it takes. So a prediction beside a training sees the weights between two steps.
/// </remarks>
internal sealed class NetworkLock : IComparable<NetworkLock>
{
    private static long made;
    private readonly long number = Interlocked.Increment(ref made);
    private readonly ReaderWriterLockSlim slim = new(LockRecursionPolicy.NoRecursion);

    /// <summary>Waits until the use is allowed. Within a use of the same thread nothing more is taken.</summary>
    public Use Enter(bool writes)
    {
        if (slim.IsWriteLockHeld || (!writes && slim.IsReadLockHeld))
            return default;
        if (slim.IsReadLockHeld)
            throw new InvalidOperationException("Network: expected weights that stay as they are during a forward pass without gradients, got a change from inside it. Load weights and step outside of Forward.");
        if (writes)
            slim.EnterWriteLock();
        else
            slim.EnterReadLock();
        return new Use(slim);
    }

    /// <summary>The order in which several are entered, so that no two threads wait for each other.</summary>
    public int CompareTo(NetworkLock? other) => number.CompareTo(other?.number ?? 0);

    /// <summary>A use; ends when disposed.</summary>
    internal readonly struct Use(ReaderWriterLockSlim? slim) : IDisposable
    {
        public void Dispose()
        {
            if (slim is null)
                return;
            if (slim.IsWriteLockHeld)
                slim.ExitWriteLock();
            else
                slim.ExitReadLock();
        }
    }
}

/// <summary>The locks of the networks that some parameters belong to.</summary>
internal sealed class NetworkLocks(Module[] owners)
{
    /// <summary>Of the networks of <paramref name="parameters"/>; parameters outside of networks have none.</summary>
    public static NetworkLocks Of(IEnumerable<Tensor> parameters) => new([.. parameters.Select(p => p.Owner?.Root).OfType<Module>().Distinct()]);

    /// <summary>Waits until all may be changed.</summary>
    public Uses EnterWrite()
    {
        if (owners.Length == 0)
            return default;
        if (owners.Length == 1)
            return new Uses(owners[0].Root.Lock.Enter(writes: true), []);
        var locks = owners.Select(o => o.Root.Lock).Distinct().Order().ToArray();
        return new Uses(default, [.. locks.Select(l => l.Enter(writes: true))]);
    }

    /// <summary>The uses; they end when disposed.</summary>
    internal readonly struct Uses(NetworkLock.Use one, NetworkLock.Use[] more) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            foreach (var use in more ?? [])
                use.Dispose();
        }
    }
}
