namespace Mekiki.Testing;

/// <summary>A clock that goes on by a millisecond, or more, whenever it is read, so that a busy machine changes nothing.</summary>
internal sealed class CountingClock(int milliseconds = 1) : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref ticks, milliseconds * TimeSpan.TicksPerMillisecond);
}
