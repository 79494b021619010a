using Mekiki.Serving.Http;
using Mekiki.Serving.Models;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary>Draws which parts of an image decided an answer. Each takes as long as a hundred answers, so one is drawn at a time.</summary>
internal sealed class HeatMaps
{
    private const int MostWaiting = 64;

    private readonly SemaphoreSlim one = new(1);
    private int waiting;

    /// <summary>The image over its heat map, as a PNG file.</summary>
    /// <exception cref="ProblemException">Too many wait (429).</exception>
    /// <exception cref="MekikiException">The image cannot be read, or the options do not fit the model.</exception>
    public async Task<byte[]> Draw(LoadedModel model, ImageInput image, ExplanationOptions? options, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting)
                throw new ProblemException(StatusCodes.Status429TooManyRequests, $"Explanations: expected at most {MostWaiting} at one time, got more. Ask again later.") { RetryAfter = 2 };
            await one.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref waiting);
            throw;
        }

        try
        {
            return await Task.Run(
                () =>
                {
                    var pixels = model.Recognizer.Prepare(image);
                    return HeatPicture.Png(pixels, model.Recognizer.Preprocessing, Explainer.Explain(model.Recognizer, pixels, options, cancellation));
                },
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            one.Release();
        }
    }
}
