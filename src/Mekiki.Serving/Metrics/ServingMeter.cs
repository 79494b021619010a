using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mekiki.Serving.Metrics;

/// <summary>What the service counts and measures: the meter <c>Mekiki.Serving</c>, for OpenTelemetry and other listeners.</summary>
internal sealed class ServingMeter : IDisposable
{
    public const string Name = "Mekiki.Serving";

    private readonly Meter meter = new(Name, Machine.Version);
    private readonly Counter<long> images, requests, reloads;
    private readonly Histogram<double> duration;
    private readonly Histogram<int> batchSize;

    /// <param name="queueLengths">Of each model, how many images are decoded, wait or are computed.</param>
    public ServingMeter(Func<IEnumerable<(string Model, long Length)>> queueLengths)
    {
        images = meter.CreateCounter<long>("mekiki.inference.images", "{image}", "Images that were recognized.");
        requests = meter.CreateCounter<long>("mekiki.inference.requests", "{request}", "Requests by outcome.");
        duration = meter.CreateHistogram<double>("mekiki.inference.duration", "s", "Time of each stage: decode and queue of an image, compute of a batch.");
        batchSize = meter.CreateHistogram<int>("mekiki.batch.size", "{image}", "Images that were computed together.");
        reloads = meter.CreateCounter<long>("mekiki.model.reloads", "{reload}", "Models that were read again, by outcome.");
        meter.CreateObservableGauge("mekiki.queue.length", () => queueLengths().Select(q => new Measurement<long>(q.Length, new KeyValuePair<string, object?>("model", q.Model))), "{image}", "Images that are decoded, wait or are computed.");
    }

    /// <summary>Whether an instrument is of this meter, and not of another service in the same program.</summary>
    public bool Has(Instrument instrument) => instrument.Meter == meter;

    public void Image(string model) => images.Add(1, new KeyValuePair<string, object?>("model", model));

    public void Request(string model, string outcome) => requests.Add(1, new("model", model), new("outcome", outcome));

    public void Reload(string model, string outcome) => reloads.Add(1, new("model", model), new("outcome", outcome));

    public void Batch(string model, int images) => batchSize.Record(images, new KeyValuePair<string, object?>("model", model));

    /// <param name="model">The model's name.</param>
    /// <param name="stage">decode, queue or compute.</param>
    /// <param name="since">When it began (<see cref="Stopwatch.GetTimestamp"/>).</param>
    public void Stage(string model, string stage, long since) => duration.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new("model", model), new("stage", stage));

    public void Dispose() => meter.Dispose();
}
