namespace Mekiki.Vision.Data;

/// <summary>Counts images that any thread decodes, and tells it ten times a second at most.</summary>
/// <param name="listener">Who is told; null: nobody.</param>
/// <param name="all">How many images there are.</param>
internal sealed class DecodingProgress(IProgress<(int Done, int All)>? listener, int all)
{
    private const long Pause = 100;
    private int done;
    private long next = Environment.TickCount64 + Pause;

    /// <summary>One more.</summary>
    public void Step()
    {
        if (listener is null)
            return;
        int count = Interlocked.Increment(ref done);
        long now = Environment.TickCount64, due = Volatile.Read(ref next);
        if (now >= due && Interlocked.CompareExchange(ref next, now + Pause, due) == due)
            listener.Report((count, all));
    }
}
