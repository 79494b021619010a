using System.Diagnostics;
using Mekiki.Vision.Ranks;

namespace Mekiki.Distributed;

/// <summary>How quick messages between two ranks are, by the call that training uses, in which all ranks take part.</summary>
/// <param name="Rank">The rank that rank 0 sent to, and that sent back.</param>
/// <param name="Host">Its machine.</param>
/// <param name="Microseconds">How long a message of one number takes: half of the shortest way there and back.</param>
/// <param name="GigabytesPerSecond">How much a long message carries: 10⁹ bytes a second.</param>
/// <example>
/// <code>
/// foreach (var connection in Connection.Measure(MpiRanks.Join()!))
///     Console.WriteLine($"{connection.Host}: {connection.Microseconds:0.0} µs");
/// </code>
/// </example>
public sealed record Connection(int Rank, string Host, double Microseconds, double GigabytesPerSecond)
{
    private const int Short = 1, Long = 1 << 20, ShortTries = 50, LongTries = 5;

    /// <summary>Measures those between rank 0 and each other; every rank calls it.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <returns>One for each rank but 0; what the others measured is of no use.</returns>
    public static IReadOnlyList<Connection> Measure(MpiRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        float[] sent = new float[Long], received = new float[Long];
        var all = new List<Connection>();
        for (int other = 1; other < ranks.Size; other++)
        {
            double quickest = Best(ranks, other, sent.AsSpan(0, Short), received, ShortTries);
            double longest = Best(ranks, other, sent, received, LongTries);
            all.Add(new(other, ranks.Hosts[other], quickest / 2 * 1e6, Long * sizeof(float) * 2 / longest / 1e9));
        }

        return all;
    }

    // Seconds there and back.
    private static double Best(RankGroup ranks, int other, ReadOnlySpan<float> sent, Span<float> received, int tries)
    {
        int[] none = new int[ranks.Size], to = new int[ranks.Size], from = new int[ranks.Size];
        (to[other], from[0]) = (sent.Length, sent.Length);
        double best = double.PositiveInfinity;
        for (int i = 0; i <= tries; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            One(ranks.Rank == 0, to, ranks.Rank == other, from, sent, received);
            One(ranks.Rank == other, from, ranks.Rank == 0, to, sent, received);
            // The first makes the connection.
            if (i > 0)
                best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return best;

        void One(bool sends, int[] sentCounts, bool receives, int[] receivedCounts, ReadOnlySpan<float> sent, Span<float> received) =>
            ranks.AllToAll(sends ? sent : default, sends ? sentCounts : none, receives ? received[..sent.Length] : default, receives ? receivedCounts : none);
    }
}
