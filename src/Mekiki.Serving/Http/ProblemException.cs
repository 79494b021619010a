namespace Mekiki.Serving.Http;

/// <summary>A request that is not answered as it wishes: the status code, and a sentence for whoever sent it.</summary>
/// <param name="status">4xx or 5xx.</param>
/// <param name="detail">What was expected, what came, what to do.</param>
internal sealed class ProblemException(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>Seconds after which the client may ask again; null: it need not.</summary>
    public int? RetryAfter { get; init; }
}
