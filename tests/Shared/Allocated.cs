namespace Mekiki.Testing;

/// <summary>How much memory something takes from the collector's heap, on whatever threads.</summary>
internal static class Allocated
{
    private const int Tries = 8;

    /// <summary>Holds it below a bound. The process counts, and other tests that run beside take memory too: what is above is tried again, and the least counts.</summary>
    public static void AtMost(long bytes, Action action) => AtMostAsync(bytes, () =>
    {
        action();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    /// <inheritdoc cref="AtMost"/>
    public static async Task AtMostAsync(long bytes, Func<Task> action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Tries && least > bytes; i++)
        {
            long before = GC.GetTotalAllocatedBytes();
            await action();
            least = Math.Min(least, GC.GetTotalAllocatedBytes() - before);
        }

        Xunit.Assert.InRange(least, 0, bytes);
    }
}
