namespace Mekiki.Fuzz;

/// <summary>How much memory an action takes at most, as the system counts it.</summary>
internal static class PeakMemory
{
    /// <summary>Bytes above those before it, seen every 2 ms.</summary>
    public static long Of(Action action)
    {
        // Memory that a collection does not give back to the system would be used again, unseen.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        long before = Environment.WorkingSet, peak = before;
        using var isDone = new ManualResetEventSlim();
        var watcher = new Thread(() =>
        {
            do
                peak = Math.Max(peak, Environment.WorkingSet);
            while (!isDone.Wait(2));
        });
        watcher.Start();
        action();
        isDone.Set();
        watcher.Join();
        return peak - before;
    }
}
