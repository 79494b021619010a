using Mekiki.Backends.Cpu.Threading;

namespace Mekiki;

/// <summary>How many threads compute, in the whole process.</summary>
public static class Threads
{
    /// <summary>At first one for each processor. Setting it to more than 64 means 64. It changes speed, never results.</summary>
    /// <exception cref="MekikiException">The number is out of range.</exception>
    public static int Count
    {
        get => Workers.Count;
        set => Workers.Count = value is >= 1 and <= 1024 ? Math.Min(value, 64) : throw new MekikiException($"--threads: expected 1 to 1,024, got {value}.");
    }

    /// <summary>Runs <paramref name="body"/> for each of 0, 1, … <paramref name="items"/> − 1, on all threads, and returns when the last has ended.</summary>
    /// <param name="items">How many there are. Each should be some microseconds of work or more.</param>
    /// <param name="body">Called once for each item, in any order, from any thread; within another call, on the calling thread alone.</param>
    /// <exception cref="AggregateException">An item failed.</exception>
    public static void For(int items, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Workers.Each(items, body);
    }

    /// <summary>One for each processor that the process may use, at most 64.</summary>
    public static int Default => Workers.DefaultCount;
}
