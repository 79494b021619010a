namespace Mekiki.Cli.Hosting;

/// <summary>A sign of life once a minute, for runs whose standard error is a file.</summary>
internal sealed class Heartbeat(TimeProvider clock)
{
    private static readonly TimeSpan pause = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private long last = clock.GetTimestamp();

    /// <summary>Whether a minute has gone by since the last sign, or since the beginning. Whoever is told so gives one.</summary>
    public bool IsDue()
    {
        long now = clock.GetTimestamp();
        lock (gate)
        {
            if (clock.GetElapsedTime(last, now) < pause)
                return false;
            last = now;
            return true;
        }
    }
}
