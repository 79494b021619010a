using System.Diagnostics;

namespace Mekiki.Serving.Metrics;

/// <summary>The stages of an image as spans below its request's: the source <c>Mekiki.Serving</c>, for OpenTelemetry and other listeners. It costs nothing where nobody listens.</summary>
internal static class ServingTrace
{
    private static readonly ActivitySource source = new(ServingMeter.Name, Machine.Version);

    /// <summary>An image is decoded; ends when disposed.</summary>
    public static Activity? Decode(string model) => Start("decode", model);

    /// <summary>An image waits and is computed; ends when disposed.</summary>
    public static Activity? Recognize(string model) => Start("recognize", model);

    /// <summary>Tells how long an image waited, and with how many it was computed.</summary>
    public static void Tell(this Activity? span, TimeSpan queued, int batchSize)
    {
        if (span is { IsAllDataRequested: true })
            span.SetTag("mekiki.queue.duration", queued.TotalSeconds).SetTag("mekiki.batch.size", batchSize);
    }

    /// <summary>Tells why there is no answer.</summary>
    public static void Fail(this Activity? span, string reason) => span?.SetStatus(ActivityStatusCode.Error, reason);

    private static Activity? Start(string name, string model) => source.StartActivity(name)?.SetTag("mekiki.model", model);
}
