using System.Runtime.ExceptionServices;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Data;

/// <summary>Walks over images of a set in batches, epoch after epoch; coming batches are prepared while one is used.</summary>
/// <remarks>
/// Which images come when, and every random draw in their transforms, depend on the seed, the epoch and the image alone:
/// the same batches come on any number of threads. A loader serves one reader at a time.
/// </remarks>
/// <example>
/// <code>
/// var loader = new Loader(set, split.Train, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { Shuffle = true });
/// loader.Start(epoch: 0);
/// while (loader.Next() is { } batch)
///     Console.WriteLine(Loss.CrossEntropy(net[batch.ToTensor()], batch.Labels));
/// </code>
/// </example>
public sealed class Loader
{
    private const ulong OrderPurpose = 0x4F52_4445_5200_0001; // keeps the order's draws apart from the images' own
    private const int PieceLength = 4 * 48 * 48, RingLength = 1 << 19, MostAhead = 8;
    private const long Closed = -1;

    private readonly ImageSet set;
    private readonly int[] subset, order;
    private readonly Pipeline pipeline;
    private readonly LoaderOptions options;
    private readonly Batch[] ring;
    private readonly int[] ready;       // of each batch in the ring, how many images are done
    private readonly Worker[] workers;
    private readonly int imagesPerPiece, piecesPerBatch;
    private ulong currentEpoch;
    private int current = -1, end;      // the reader's batch; batches before `end` may be prepared
    private int fetched;                // batches before it were asked of the disk
    private bool holds;                 // whether the reader has that batch, which takes a place in the ring
    private long ticket = Closed;       // the next piece to take; never the same number twice, so that late workers take nothing wrong
    private long origin;                // the ticket of the epoch's first piece
    private long completed;             // pieces done, of all epochs
    private int working;
    private Exception? failure;

    /// <summary>Creates a loader.</summary>
    /// <param name="set">The images.</param>
    /// <param name="subset">Indices of those that are used, such as <see cref="Split.Train"/>.</param>
    /// <param name="pipeline">What turns pixels into the network's input.</param>
    /// <param name="options">Batch size, order, seed and threads.</param>
    /// <exception cref="MekikiException">No image is left to load.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The set has no image of an index.</exception>
    public Loader(ImageSet set, ReadOnlySpan<int> subset, Pipeline pipeline, LoaderOptions? options = null)
    {
        (this.set, this.pipeline, this.options) = (set, pipeline, options ?? new LoaderOptions());
        this.subset = subset.ToArray();
        order = subset.ToArray();
        foreach (int index in order)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)set.Count, nameof(subset));
        int size = this.options.BatchSize;
        BatchCount = this.options.DropLast ? order.Length / size : (order.Length + size - 1) / size;
        if (BatchCount == 0)
            throw new MekikiException($"Loader: expected {(this.options.DropLast ? size : 1):N0} images or more, got {order.Length:N0}. Lower the batch size or use more images.");
        Shape = pipeline.OutputShape(set.Shape);
        size = Math.Min(size, order.Length);
        imagesPerPiece = Math.Max(1, PieceLength / Shape.Length);
        piecesPerBatch = (size + imagesPerPiece - 1) / imagesPerPiece;
        ring = new Batch[Math.Clamp(RingLength / (size * Shape.Length), 2, MostAhead)];
        ready = new int[ring.Length];
        for (int i = 0; i < ring.Length; i++)
            ring[i] = new Batch(size, Shape);
        // The reader is one of the threads: it helps when it comes for a batch that is not ready.
        workers = new Worker[(this.options.Threads == 0 ? Environment.ProcessorCount : this.options.Threads) - 1];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = new Worker(this);
    }

    /// <summary>How many batches an epoch has.</summary>
    public int BatchCount { get; }

    /// <summary>How many images an epoch has.</summary>
    public int ImageCount => Math.Min(order.Length, BatchCount * options.BatchSize);

    /// <summary>The shape (C, H, W) of each image in a batch.</summary>
    public ImageShape Shape { get; }

    /// <summary>Goes to the beginning of an epoch, or to batch <paramref name="batch"/> of it, as a resumed run does.</summary>
    public void Start(int epoch, int batch = 0)
    {
        long next = Interlocked.Exchange(ref ticket, Closed);
        if (next == Closed)
            next = completed;
        var spin = new SpinWait();
        while (Volatile.Read(ref completed) < next)
            spin.SpinOnce(sleep1Threshold: -1);

        currentEpoch = (ulong)epoch;
        subset.CopyTo(order, 0);
        var generator = new Generator(options.Seed, currentEpoch, OrderPurpose);
        if (options.Shuffle && options.Balance > 0)
            BalancedOrder.Draw(set, subset, options.Balance, ref generator, order);
        else if (options.Shuffle && set.Findings?.ShardStarts is { Length: > ShardOrder.Window } starts)
            ShardOrder.Draw(starts, subset, ref generator, order);
        else if (options.Shuffle)
            generator.Shuffle(order.AsSpan());
        (current, holds) = (batch - 1, false);
        origin = next - (long)batch * piecesPerBatch;
        Array.Clear(ready);
        end = Math.Min(BatchCount, batch + ring.Length);
        fetched = batch;
        Fetch();
        Interlocked.Exchange(ref ticket, next);
        Wake();
    }

    /// <summary>The next batch, or null at the end of the epoch.</summary>
    /// <remarks>The batch before it is overwritten from now on.</remarks>
    /// <exception cref="InvalidOperationException"><see cref="Start"/> was not called: no epoch has begun.</exception>
    /// <exception cref="MekikiException">A step of the pipeline cannot take such an image.</exception>
    public Batch? Next()
    {
        if (Volatile.Read(ref ticket) == Closed)
            throw new InvalidOperationException("Loader: expected Start before Next, got no epoch that has begun. Call loader.Start(epoch) first.");
        if (current + 1 >= BatchCount)
            return null;
        Release();
        int slot = ++current % ring.Length, count = CountOf(current);
        holds = true;
        var spin = new SpinWait();
        while (Volatile.Read(ref ready[slot]) < count)
            if (!TakePiece())
                spin.SpinOnce(sleep1Threshold: -1);
        if (failure is { } e)
        {
            failure = null;
            ExceptionDispatchInfo.Throw(e);
        }

        return ring[slot];
    }

    // The batch that the reader had makes room for one more. Behind a start within an epoch it had none, and its place may be filled already.
    private void Release()
    {
        if (holds)
            ready[current % ring.Length] = 0;
        Volatile.Write(ref end, Math.Min(BatchCount, current + 1 + ring.Length));
        Fetch();
        // Workers sleep once all is prepared; waking them costs more than a small batch, so they get several at once.
        long open = (long)end * piecesPerBatch - (Volatile.Read(ref ticket) - origin);
        if (open >= ring.Length / 2 * piecesPerBatch && Volatile.Read(ref working) == 0)
            Wake();
    }

    // Batches that are prepared soon, and as many behind them.
    private void Fetch()
    {
        for (int to = Math.Min(BatchCount, end + ring.Length); fetched < to; fetched++)
        {
            int count = CountOf(fetched);
            var (first, last) = options.Needed?.Invoke(count) ?? (0, count);
            foreach (int image in order.AsSpan(fetched * options.BatchSize)[first..last])
                set.Fetch(image);
        }
    }

    private void Wake()
    {
        foreach (var worker in workers)
            ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false);
    }

    private int CountOf(int batch) => Math.Min(options.BatchSize, order.Length - batch * options.BatchSize);

    /// <summary>Does one piece of the earliest batch that is not yet prepared.</summary>
    /// <returns>Whether there was one.</returns>
    private bool TakePiece()
    {
        long taken = Volatile.Read(ref ticket);
        while (true)
        {
            // Should a new epoch begin meanwhile, the ticket has changed, and the exchange below fails.
            if (taken == Closed || (taken - Volatile.Read(ref origin)) / piecesPerBatch >= Volatile.Read(ref end))
                return false;
            long seen = Interlocked.CompareExchange(ref ticket, taken + 1, taken);
            if (seen == taken)
                break;
            taken = seen;
        }

        int number = (int)((taken - origin) / piecesPerBatch), slot = number % ring.Length;
        int from = (int)((taken - origin) % piecesPerBatch) * imagesPerPiece, count = CountOf(number), to = Math.Min(from + imagesPerPiece, count);
        var batch = ring[slot];
        batch.Count = count;
        var needed = options.Needed?.Invoke(count) ?? (From: 0, To: count);
        try
        {
            for (int i = from; i < to; i++)
            {
                int place = number * options.BatchSize + i, image = order[place];
                batch.Label(set, i, image);
                if (i < needed.From || i >= needed.To)
                    continue;
                // An image that comes several times in an epoch is changed otherwise each time.
                var generator = options.Balance > 0 ? new Generator(options.Seed, currentEpoch, (ulong)image, (ulong)place) : new Generator(options.Seed, currentEpoch, (ulong)image);
                batch.Fill(set, pipeline, new ImageTurn(options.Seed, currentEpoch, (ulong)image), ref generator, i, image);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        Interlocked.Add(ref ready[slot], Math.Max(0, to - from));
        Interlocked.Increment(ref completed);
        return true;
    }

    private sealed class Worker(Loader loader) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            Interlocked.Increment(ref loader.working);
            while (loader.TakePiece())
            {
            }

            Interlocked.Decrement(ref loader.working);
        }
    }
}
