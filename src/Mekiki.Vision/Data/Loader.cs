using System.Runtime.ExceptionServices;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Data;

/// <summary>Walks over images of a set in batches, epoch after epoch; the next batch is prepared while one is used.</summary>
/// <remarks>
/// Which images come when, and every random draw in their transforms, depend on the seed, the epoch and the image alone:
/// the same batches come on any number of threads. A loader serves one reader at a time.
/// <code>
/// loader.Start(epoch);
/// while (loader.Next() is { } batch) …
/// </code>
/// </remarks>
public sealed class Loader
{
    private const ulong OrderPurpose = 0x4F52_4445_5200_0001; // keeps the order's draws apart from the images' own
    private const int PieceLength = 4 * 48 * 48;

    private readonly ImageSet set;
    private readonly int[] subset, order;
    private readonly Pipeline pipeline;
    private readonly LoaderOptions options;
    private readonly Batch[] batches;
    private readonly Worker[] workers;
    private readonly int imagesPerPiece;
    private ulong currentEpoch;
    private int prepared = -1;
    private int pieces;  // of the prepared batch that nobody has taken; below 0 when late workers come
    private int done;    // images of the prepared batch that are ready
    private Exception? failure;

    /// <summary>Creates a loader.</summary>
    /// <param name="set">The images.</param>
    /// <param name="subset">Indices of those that are used, such as <see cref="Split.Train"/>.</param>
    /// <param name="pipeline">What turns pixels into the network's input.</param>
    /// <param name="options">Batch size, order, seed and threads.</param>
    /// <exception cref="MekikiException">No image is left to load.</exception>
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
        batches = [new Batch(Math.Min(size, order.Length), Shape), new Batch(Math.Min(size, order.Length), Shape)];
        imagesPerPiece = Math.Max(1, PieceLength / Shape.Length);
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
        Wait();
        currentEpoch = (ulong)epoch;
        subset.CopyTo(order, 0);
        if (options.Shuffle)
            new Generator(options.Seed, currentEpoch, OrderPurpose).Shuffle(order.AsSpan());
        Prepare(batch);
    }

    /// <summary>The next batch, or null at the end of the epoch.</summary>
    public Batch? Next()
    {
        if (prepared < 0)
            return null;
        Wait();
        var batch = batches[prepared & 1];
        Prepare(prepared + 1);
        return batch;
    }

    private void Prepare(int number)
    {
        prepared = number < BatchCount ? number : -1;
        if (prepared < 0)
            return;
        var batch = batches[prepared & 1];
        batch.Count = Math.Min(options.BatchSize, order.Length - prepared * options.BatchSize);
        Volatile.Write(ref done, 0);
        Interlocked.Exchange(ref pieces, (batch.Count + imagesPerPiece - 1) / imagesPerPiece);
        for (int i = 0; i < workers.Length && (i + 1) * imagesPerPiece < batch.Count; i++)
            ThreadPool.UnsafeQueueUserWorkItem(workers[i], preferLocal: false);
    }

    private void Wait()
    {
        if (prepared < 0)
            return;
        Work();
        var spin = new SpinWait();
        while (Volatile.Read(ref done) < batches[prepared & 1].Count)
            spin.SpinOnce(sleep1Threshold: -1);
        if (failure is { } e)
        {
            failure = null;
            ExceptionDispatchInfo.Throw(e);
        }
    }

    /// <summary>Takes pieces of the prepared batch until none is left.</summary>
    private void Work()
    {
        for (int piece; (piece = Interlocked.Decrement(ref pieces)) >= 0;)
        {
            // Nothing of the batch changes before `done` is full, so a piece that is taken holds it.
            var batch = batches[prepared & 1];
            int first = prepared * options.BatchSize, from = piece * imagesPerPiece, to = Math.Min(from + imagesPerPiece, batch.Count);
            try
            {
                for (int slot = from; slot < to; slot++)
                    batch.Fill(set, pipeline, options.Seed, currentEpoch, slot, order[first + slot]);
            }
            catch (Exception e)
            {
                failure = e;
            }

            Interlocked.Add(ref done, to - from);
        }
    }

    private sealed class Worker(Loader loader) : IThreadPoolWorkItem
    {
        public void Execute() => loader.Work();
    }
}
