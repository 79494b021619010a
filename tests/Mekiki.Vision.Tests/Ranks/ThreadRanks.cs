using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Tests.Ranks;

/// <summary>Ranks that are threads of this process, which copy from each other's memory: all that messages promise, without messages.</summary>
internal sealed class ThreadRanks : IDisposable
{
    private const int StackBytes = 1 << 20;
    private readonly int size;
    private readonly Barrier barrier;
    private readonly CancellationTokenSource aborted = new();
    private readonly object[] posted;

    private ThreadRanks(int size) => (this.size, barrier, posted) = (size, new Barrier(size), new object[size]);

    public string? Aborted { get; private set; }

    /// <summary>Numbers that went from a rank to another.</summary>
    public long Sent;

    /// <summary>Runs the same on every rank; null where it threw.</summary>
    public static (T[] Results, Exception?[] Failures, ThreadRanks Ranks) Run<T>(int size, Func<RankGroup, T> work)
    {
        using var ranks = new ThreadRanks(size);
        var results = new T[size];
        var failures = new Exception?[size];
        var threads = new Thread[size];
        for (int r = 0; r < size; r++)
        {
            int rank = r;
            threads[r] = new Thread(() =>
            {
                try
                {
                    results[rank] = work(new Member(ranks, rank));
                }
                catch (Exception e)
                {
                    failures[rank] = e;
                }
            }, StackBytes);
            threads[r].Start();
        }

        foreach (var thread in threads)
            thread.Join();
        return (results, failures, ranks);
    }

    public void Dispose()
    {
        barrier.Dispose();
        aborted.Dispose();
    }

    // Each rank shows something, all look, and nobody goes on before all have looked.
    private void Meet(int rank, object shown, Action<object[]> look)
    {
        posted[rank] = shown;
        barrier.SignalAndWait(aborted.Token);
        look(posted);
        barrier.SignalAndWait(aborted.Token);
    }

    private sealed class Member(ThreadRanks ranks, int rank) : RankGroup
    {
        public override int Rank => rank;

        public override int Size => ranks.size;

        public override string Host => $"host-{rank}";

        public override void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts)
        {
            float[] mine = new float[received.Length];
            int[] counts = receivedCounts.ToArray();
            int[] places = new int[Size + 1];
            for (int r = 0; r < Size; r++)
                places[r + 1] = places[r] + sentCounts[r];
            Assert.Equal(sent.Length, places[Size]);
            ranks.Meet(rank, (sent.ToArray(), places), all =>
            {
                int at = 0, others = 0;
                for (int r = 0; r < all.Length; r++)
                {
                    var (values, starts) = ((float[], int[]))all[r];
                    int length = starts[rank + 1] - starts[rank];
                    if (length != counts[r])
                        throw new InvalidOperationException($"Rank {rank} expects {counts[r]} numbers of rank {r}, which sends {length}.");
                    values.AsSpan(starts[rank], length).CopyTo(mine.AsSpan(at));
                    at += length;
                    others += r == rank ? 0 : length;
                }

                Assert.Equal(mine.Length, at);
                Interlocked.Add(ref ranks.Sent, others);
            });
            mine.CopyTo(received);
        }

        public override void AllGather(Span<float> all, ReadOnlySpan<int> counts)
        {
            float[] whole = new float[all.Length];
            int[] lengths = counts.ToArray();
            int place = lengths.AsSpan(0, rank).ToArray().Sum();
            ranks.Meet(rank, all.Slice(place, lengths[rank]).ToArray(), shown =>
            {
                int at = 0;
                foreach (float[] run in shown.Cast<float[]>())
                {
                    run.CopyTo(whole, at);
                    at += run.Length;
                }

                Assert.Equal(whole.Length, at);
                Interlocked.Add(ref ranks.Sent, whole.Length - lengths[rank]);
            });
            whole.CopyTo(all);
        }

        public override void Broadcast(Span<byte> bytes)
        {
            byte[] first = [];
            ranks.Meet(rank, bytes.ToArray(), all => first = (byte[])all[0]);
            first.CopyTo(bytes);
        }

        public override byte[][] Gather(ReadOnlySpan<byte> mine)
        {
            byte[][] all = [];
            ranks.Meet(rank, mine.ToArray(), shown => all = [.. shown.Cast<byte[]>()]);
            return all;
        }

        public override void Abort(string message, int exitCode)
        {
            ranks.Aborted ??= $"{message} ({exitCode})";
            ranks.aborted.Cancel();
        }
    }
}
