using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Http;

/// <summary>Memory for bodies: those of all requests together take a bounded amount.</summary>
/// <param name="mostBytes">How much.</param>
internal sealed class UploadRoom(long mostBytes)
{
    private long taken;

    /// <summary>Takes room for bytes that have come, not for those that a client announces.</summary>
    /// <exception cref="ProblemException">There is none now (429).</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= mostBytes)
            return;
        Interlocked.Add(ref taken, -bytes);
        throw new ProblemException(StatusCodes.Status429TooManyRequests, $"Body: expected that all bodies together take at most {mostBytes >> 20:N0} MiB, got more requests than fit. Ask again later.") { RetryAfter = 1 };
    }

    /// <summary>Gives room back.</summary>
    public void Return(int bytes) => Interlocked.Add(ref taken, -bytes);
}
