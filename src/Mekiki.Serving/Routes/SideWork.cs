using Mekiki.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary>What is computed beside the batches, one after another: an explanation takes as long as a hundred answers.</summary>
internal sealed class SideWork
{
    private const int MostWaiting = 64;

    private readonly SemaphoreSlim one = new(1);
    private int waiting;

    /// <summary>Runs it when its turn has come.</summary>
    /// <exception cref="ProblemException">Too many wait (429).</exception>
    public async Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting)
                throw new ProblemException(StatusCodes.Status429TooManyRequests, $"Explanations and similar images: expected at most {MostWaiting} at one time, got more. Ask again later.") { RetryAfter = 2 };
            await one.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref waiting);
            throw;
        }

        try
        {
            return await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            one.Release();
        }
    }
}
