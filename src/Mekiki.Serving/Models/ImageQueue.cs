using System.Diagnostics;
using Mekiki.Serving.Metrics;
using Mekiki.Serving.Options;
using Mekiki.Vision;

namespace Mekiki.Serving.Models;

/// <summary>The images of one model that wait. A thread takes those that are there, up to 32, and computes them together.</summary>
/// <remarks>It counts images, not requests. What was cancelled while it waited is not computed.</remarks>
internal sealed class ImageQueue : IDisposable
{
    // Less work than this is computed by one thread: to wake others costs more than they bring, and they decode what comes next meanwhile.
    private const double SecondsForOne = 0.01;

    private readonly string name;
    private readonly int most, maxDelay;
    private readonly ComputeTurns turns;
    private readonly ServingMeter meter;
    private readonly object gate = new();
    private readonly Queue<WaitingImage> waiting = new();
    private readonly List<WaitingImage> batch = new(ServingOptions.MostBatch);
    private readonly List<PredictOptions> options = new(ServingOptions.MostBatch);
    private TensorBuffer values = new(0);
    private double secondsAnImage;
    private bool isClosed;
    private int length;

    /// <param name="name">The model's name.</param>
    /// <param name="options">The most images, and the delay.</param>
    /// <param name="turns">Whose turn it is among the models.</param>
    /// <param name="meter">Counts.</param>
    public ImageQueue(string name, ServingOptions options, ComputeTurns turns, ServingMeter meter)
    {
        (this.name, most, maxDelay, this.turns, this.meter) = (name, options.MostWaiting, options.MaxDelay, turns, meter);
        new Thread(Run) { IsBackground = true, Name = $"mekiki {name}" }.Start();
    }

    /// <summary>Images that are decoded, wait or are computed.</summary>
    public int Length => Volatile.Read(ref length);

    /// <summary>Takes a place for an image that is still to be decoded.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref length) <= most)
            return true;
        Interlocked.Decrement(ref length);
        return false;
    }

    /// <summary>Gives a place back, when the answer is there or will never be.</summary>
    public void Release() => Interlocked.Decrement(ref length);

    /// <summary>Adds an image that has a place.</summary>
    public void Add(WaitingImage image)
    {
        lock (gate)
        {
            waiting.Enqueue(image);
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Ends the thread once nothing waits.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }

    private void Run()
    {
        while (Take())
        {
            turns.Enter();
            try
            {
                Compute();
            }
            catch (Exception e)
            {
                // The answers are lost, the queue goes on; who asked says what went wrong.
                foreach (var image in batch)
                    image.TrySetException(e);
            }
            finally
            {
                turns.Leave();
            }
        }
    }

    // The next images that are of one model as it was read at one time; false: there will be none.
    private bool Take()
    {
        batch.Clear();
        lock (gate)
        {
            while (true)
            {
                Fill();
                if (batch.Count > 0)
                    break;
                if (isClosed)
                    return false;
                Monitor.Wait(gate);
            }

            for (long since = Stopwatch.GetTimestamp(); maxDelay > 0 && !isClosed && batch.Count < ServingOptions.MostBatch; Fill())
            {
                double left = maxDelay - Stopwatch.GetElapsedTime(since).TotalMilliseconds;
                if (left <= 0 || waiting.Count > 0 || !Monitor.Wait(gate, (int)Math.Ceiling(left)))
                    break;
            }
        }

        return true;
    }

    private void Fill()
    {
        while (batch.Count < ServingOptions.MostBatch && waiting.TryPeek(out var image) && (batch.Count == 0 || batch[0].Model == image.Model))
        {
            waiting.Dequeue();
            if (image.Cancellation.IsCancellationRequested)
                image.TrySetCanceled(image.Cancellation);
            else
                batch.Add(image);
        }
    }

    private void Compute()
    {
        var model = batch[0].Model;
        int each = model.InputLength;
        if (values.Count < batch.Count * each)
            values = new(ServingOptions.MostBatch * each);
        options.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            batch[i].Values.AsSpan(0, each).CopyTo(values.Span[(i * each)..]);
            options.Add(batch[i].Options);
            (batch[i].Queued, batch[i].BatchSize) = (Stopwatch.GetElapsedTime(batch[i].Since), batch.Count);
            meter.Stage(name, "queue", batch[i].Since);
        }

        long since = Stopwatch.GetTimestamp();
        var input = model.Recognizer.Preprocessing.Input;
        bool isLittle = batch.Count * secondsAnImage < SecondsForOne;
        using var threads = Threads.Use(isLittle ? 1 : 0);
        var answers = model.Recognizer.Predict(values.ToTensor([batch.Count, input.Channels, input.Height, input.Width]), options);
        meter.Stage(name, "compute", since);
        Learn(Stopwatch.GetElapsedTime(since).TotalSeconds * (isLittle ? 1 : Threads.Count) / batch.Count);
        meter.Batch(name, batch.Count);
        for (int i = 0; i < batch.Count; i++)
        {
            meter.Image(name);
            batch[i].TrySetResult(answers[i]);
        }
    }

    // What an image takes one thread, by those of late; an interruption does not count for long.
    private void Learn(double seconds) => secondsAnImage += (seconds - secondsAnImage) / 8;
}
