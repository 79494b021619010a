using System.Runtime.ExceptionServices;

namespace Mekiki.Workbench.Runs;

/// <summary>Writes files in the order in which they were handed over, on another thread, so that training does not wait for the disk.</summary>
internal sealed class BackgroundWriter
{
    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = [];
    private Thread? thread;
    private ExceptionDispatchInfo? failure;

    /// <summary>Hands over what shall be written next.</summary>
    /// <exception cref="MekikiException">What was handed over before could not be written; from then on nothing is.</exception>
    public void Post(Action write)
    {
        lock (gate)
        {
            failure?.Throw();
            waiting.Enqueue(write);
            if (thread is not null)
                return;
            if (TryStart())
                return;
        }

        // Without memory for another thread, this one writes.
        Work();
    }

    private bool TryStart()
    {
        var started = new Thread(Work) { Name = "mekiki files" };
        try
        {
            started.Start();
            thread = started;
            return true;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Waits until all is written.</summary>
    /// <exception cref="MekikiException">Something could not be written.</exception>
    public void Drain()
    {
        Thread? running;
        lock (gate)
            running = thread;
        running?.Join();
        failure?.Throw();
    }

    private void Work()
    {
        while (true)
        {
            Action? write;
            lock (gate)
                if (failure is not null || !waiting.TryDequeue(out write))
                {
                    thread = null;
                    return;
                }

            try
            {
                write();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
