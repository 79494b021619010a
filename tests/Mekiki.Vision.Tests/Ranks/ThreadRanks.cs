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
    public static (T[] Results, Exception?[] Failures, ThreadRanks Ranks) Run<T>(int size, Func<RankGroup, T> work) => Run(size, (ranks, rank) => work(new Member(ranks, rank)));

    /// <summary>The same, where messages that are begun come later, in an order that changes from run to run.</summary>
    public static (T[] Results, Exception?[] Failures, ThreadRanks Ranks) RunLate<T>(int size, Func<RankGroup, T> work)
    {
        using ThreadRanks slices = new(size), sums = new(size);
        return Run(size, (ranks, rank) =>
        {
            using var late = new LateMember(new Member(ranks, rank), new Member(slices, rank), new Member(sums, rank));
            return work(late);
        });
    }

    private static (T[] Results, Exception?[] Failures, ThreadRanks Ranks) Run<T>(int size, Func<ThreadRanks, int, T> work)
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
                    results[rank] = work(ranks, rank);
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

    // Each kind of message has a thread of its own, which keeps their order.
    private sealed class LateMember(RankGroup group, RankGroup slices, RankGroup sums) : RankGroup, IDisposable
    {
        private readonly Line sliceLine = new(), sumLine = new();

        public override int Rank => group.Rank;

        public override int Size => group.Size;

        public override string Host => group.Host;

        public override void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts) => group.AllToAll(sent, sentCounts, received, receivedCounts);

        public override void AllGather(Span<float> all, ReadOnlySpan<int> counts) => group.AllGather(all, counts);

        public override PendingMessage? StartAllToAll(ReadOnlyMemory<float> sent, ReadOnlyMemory<int> sentCounts, Memory<float> received, ReadOnlyMemory<int> receivedCounts) =>
            sliceLine.Add(() => slices.AllToAll(sent.Span, sentCounts.Span, received.Span, receivedCounts.Span));

        public override PendingMessage? StartAllGather(Memory<float> all, ReadOnlyMemory<int> counts) => sumLine.Add(() => sums.AllGather(all.Span, counts.Span));

        public override void Broadcast(Span<byte> bytes) => group.Broadcast(bytes);

        public override byte[][] Gather(ReadOnlySpan<byte> mine) => group.Gather(mine);

        public override void Abort(string message, int exitCode) => group.Abort(message, exitCode);

        public void Dispose()
        {
            sliceLine.Dispose();
            sumLine.Dispose();
        }
    }

    private sealed class Line : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<Task> tasks = [];
        private readonly Thread thread;

        public Line()
        {
            thread = new Thread(() =>
            {
                foreach (var task in tasks.GetConsumingEnumerable())
                {
                    Thread.Sleep(Random.Shared.Next(2));
                    task.RunSynchronously();
                }
            }, StackBytes);
            thread.Start();
        }

        public PendingMessage Add(Action work)
        {
            var task = new Task(work);
            tasks.Add(task);
            return new Pending(task);
        }

        public void Dispose()
        {
            tasks.CompleteAdding();
            thread.Join();
            tasks.Dispose();
        }
    }

    private sealed class Pending(Task task) : PendingMessage
    {
        public override bool IsDone => task.IsCompletedSuccessfully;

        public override void Wait() => task.GetAwaiter().GetResult();
    }
}
