namespace Mekiki.Serving.Models;

/// <summary>Models compute one batch after another, in the order in which they came: each has all threads, and none waits for more than a batch of each other.</summary>
internal sealed class ComputeTurns
{
    private readonly object gate = new();
    private long next, now;

    /// <summary>Waits for the turn.</summary>
    public void Enter()
    {
        lock (gate)
            for (long own = next++; own != now;)
                Monitor.Wait(gate);
    }

    /// <summary>Ends the turn.</summary>
    public void Leave()
    {
        lock (gate)
        {
            now++;
            Monitor.PulseAll(gate);
        }
    }
}
