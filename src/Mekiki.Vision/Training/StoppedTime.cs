namespace Mekiki.Vision.Training;

/// <summary>For how long the process was stopped, by SIGSTOP, a debugger, or a frozen container; that is no time of training.</summary>
/// <remarks>
/// A thread sleeps a tenth of a second again and again. Where it slept for much longer, and the process used hardly any processor
/// time meanwhile, the process did not run. A machine that is only busy lets it use some. When the process goes on, whoever asks
/// for a time may be quicker than that thread: then it looks instead.
/// </remarks>
internal sealed class StoppedTime : IDisposable
{
    private const double LeastSeconds = 0.5, MostUse = 0.1;
    private static readonly TimeSpan nap = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly ManualResetEventSlim over = new();
    private double pending, used = ProcessorSeconds();
    private long begun = TimeProvider.System.GetTimestamp();
    private bool isWatching;

    private StoppedTime()
    {
    }

    /// <summary>Begins to watch, until it is disposed of; a clock that is not the system's, or a system without memory for a thread, is not watched.</summary>
    public static StoppedTime Watch(TimeProvider clock)
    {
        var watch = new StoppedTime();
        if (clock != TimeProvider.System)
            return watch;
        try
        {
            new Thread(watch.Sleep) { IsBackground = true, Name = "mekiki stops" }.Start();
            watch.isWatching = true;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
        }

        return watch;
    }

    /// <summary>What is left of a time if stops are taken off that were noticed and not taken off yet.</summary>
    public double Without(double seconds)
    {
        lock (gate)
        {
            if (isWatching && TimeProvider.System.GetElapsedTime(begun).TotalSeconds > nap.TotalSeconds + LeastSeconds)
                Look();
            double taken = Math.Min(pending, seconds);
            pending -= taken;
            return seconds - taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => over.Set();

    // For tests: a nap that took so long, in which the process used so much processor time.
    internal void Add(double seconds, double processorSeconds)
    {
        double extra = seconds - nap.TotalSeconds;
        if (extra < LeastSeconds || processorSeconds > MostUse * extra)
            return;
        lock (gate)
            pending += extra;
    }

    private void Sleep()
    {
        while (!over.Wait(nap))
            lock (gate)
                Look();
    }

    // What has gone since the last look, which begins anew.
    private void Look()
    {
        long now = TimeProvider.System.GetTimestamp();
        double processor = ProcessorSeconds();
        Add(TimeProvider.System.GetElapsedTime(begun, now).TotalSeconds, processor - used);
        (begun, used) = (now, processor);
    }

    private static double ProcessorSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
