using Mekiki.Backends.Cpu.Threading;

namespace Mekiki;

/// <summary>How many threads compute: in the whole process, or for what one thread asks for.</summary>
public static class Threads
{
    private const int Most = 64;

    /// <summary>At first one for each processor. Setting it to more than 64 means 64. It changes speed, never results.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set below 1.</exception>
    public static int Count
    {
        get => Workers.Count;
        set => Workers.Count = (int)Math.Min(Ranges.AtLeast(1, value, "Threads"), Most);
    }

    /// <summary>Uses so many threads for what the calling thread computes, until the result is disposed: <c>using (Threads.Use(1)) …</c>.</summary>
    /// <param name="count">1 or more, of which at most 64 work; 0: as many as <see cref="Count"/> says.</param>
    /// <returns>The time in which it holds; to be disposed on the same thread.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Span Use(int count)
    {
        Ranges.AtLeast(0, count, "Threads");
        var before = new Span(Workers.OwnCount);
        if (count > 0)
            Workers.OwnCount = Math.Min(count, Most);
        return before;
    }

    /// <summary>Runs <paramref name="body"/> for each of 0, 1, … <paramref name="items"/> − 1, on all threads, and returns when the last has ended.</summary>
    /// <param name="items">How many there are. Each should be some microseconds of work or more.</param>
    /// <param name="body">Called once for each item, in any order, from any thread; within another call, on the calling thread alone.</param>
    /// <exception cref="AggregateException">An item failed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="items"/> is negative.</exception>
    public static void For(int items, Action<int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentNullException.ThrowIfNull(body);
        Workers.Each(items, body);
    }

    /// <summary>The time in which a number of threads holds; ends when disposed.</summary>
    public readonly ref struct Span
    {
        private readonly int before;

        internal Span(int before) => this.before = before;

        /// <summary>Goes back to the number before.</summary>
        public void Dispose() => Workers.OwnCount = before;
    }

    /// <summary>One for each processor that the process may use, at most 64.</summary>
    public static int Default => Workers.DefaultCount;
}
