using System.Buffers;
using System.Diagnostics;
using Mekiki.Serving.Http;
using Mekiki.Serving.Metrics;
using Mekiki.Serving.Models;
using Mekiki.Serving.Options;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary>From bytes to an answer: a place in the queue, decoding beside the computing thread, a batch with whoever else waits.</summary>
internal sealed class Recognition(ServingOptions options, ServedModels models)
{
    // Of larger pictures only some are decoded at one time, so that small ones need not wait for a thread.
    private const long Small = 1 << 20;

    private readonly SemaphoreSlim largePictures = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>The model of a route, ready to answer.</summary>
    /// <exception cref="ProblemException">There is none of that name (404), or it is not loaded (503).</exception>
    public (ServedModel Model, LoadedModel Loaded) Find(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["name"]!;
        var model = models.Find(name) ?? throw new ProblemException(StatusCodes.Status404NotFound, $"Model: expected one of {string.Join(", ", models.All.Select(m => m.Name))}, got '{Printed.Short(name)}'. GET /models lists all.");
        context.Items[Door.KnownModel] = Door.KnownModel;
        return (model, model.Current ?? throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"Model: expected '{model.Name}' to be loaded, got one that is not. Ask again later.") { RetryAfter = 5 });
    }

    /// <summary>Takes a place in the model's queue, or refuses.</summary>
    /// <exception cref="ProblemException">It is full (429).</exception>
    public void Reserve(ServedModel model)
    {
        if (!model.Queue.TryReserve())
            throw new ProblemException(StatusCodes.Status429TooManyRequests, $"Queue: expected at most {options.MostWaiting:N0} images of '{model.Name}' at one time, got more. Ask again later.") { RetryAfter = 1 };
    }

    /// <summary>Recognizes an image that has a place in the queue, and gives the place back.</summary>
    /// <returns>What is seen, or why it cannot be read.</returns>
    public async Task<(Prediction? Prediction, string? Error)> Recognize(ServedModel model, LoadedModel loaded, ImageInput image, PredictOptions how, CancellationToken cancellation)
    {
        float[]? values = null;
        try
        {
            values = ArrayPool<float>.Shared.Rent(loaded.InputLength);
            long since = Stopwatch.GetTimestamp();
            using (var span = ServingTrace.Decode(model.Name))
                if (await Decode(loaded, image, values, cancellation).ConfigureAwait(false) is { } error)
                {
                    span.Fail(error);
                    return (null, error);
                }

            models.Meter.Stage(model.Name, "decode", since);
            using var computed = ServingTrace.Recognize(model.Name);
            var waiting = new WaitingImage(loaded, values, how, cancellation);
            model.Queue.Add(waiting);
            // Its numbers belong to the queue until the answer is there; whoever gives up does not wait for that.
            values = null;
            var prediction = await waiting.Task.WaitAsync(cancellation).ConfigureAwait(false);
            computed.Tell(waiting.Queued, waiting.BatchSize);
            ArrayPool<float>.Shared.Return(waiting.Values);
            return (prediction, null);
        }
        finally
        {
            if (values is not null)
                ArrayPool<float>.Shared.Return(values);
            model.Queue.Release();
        }
    }

    // Why it cannot be read, or null.
    private async ValueTask<string?> Decode(LoadedModel loaded, ImageInput image, float[] values, CancellationToken cancellation)
    {
        long pixels;
        try
        {
            var (height, width) = image.Size();
            pixels = (long)height * width;
        }
        catch (MekikiException e)
        {
            return e.Message;
        }

        if (pixels > options.MostPixelCount)
            return $"{image.Name}: expected at most {options.MostPixels:N0} megapixels, got {(double)pixels / (1 << 20):N1}. Send a smaller image.";
        if (pixels <= Small)
            return Write();
        await largePictures.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(Write, cancellation).ConfigureAwait(false);
        }
        finally
        {
            largePictures.Release();
        }

        string? Write() => loaded.Recognizer.TryPrepare(image, values.AsSpan(0, loaded.InputLength), out string? error) ? null : $"{image.Name}: {error}.";
    }
}
