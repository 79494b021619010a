namespace Mekiki.Vision.Ranks;

/// <summary>A message between ranks that is on its way while the rank computes.</summary>
/// <example>
/// <code>
/// float[] all = new float[ranks.Size];
/// int[] counts = [.. Enumerable.Repeat(1, ranks.Size)];
/// var message = ranks.StartAllGather(all, counts);
/// // … what does not touch `all` …
/// message?.Wait();
/// </code>
/// </example>
public abstract class PendingMessage
{
    /// <summary>Lets it go on, and tells whether it is done. Called now and then: some networks move messages only while somebody asks.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Returns when it is done.</summary>
    public abstract void Wait();
}
