using System.Diagnostics;
using Mekiki.Vision;

namespace Mekiki.Serving.Models;

/// <summary>A prepared image that waits for its answer.</summary>
internal sealed class WaitingImage(LoadedModel model, float[] values, PredictOptions options, CancellationToken cancellation)
    : TaskCompletionSource<Prediction>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public LoadedModel Model { get; } = model;

    /// <summary>The C·H·W numbers of the model's input, or more.</summary>
    public float[] Values { get; } = values;

    public PredictOptions Options { get; } = options;

    public CancellationToken Cancellation { get; } = cancellation;

    public long Since { get; } = Stopwatch.GetTimestamp();

    /// <summary>How long it waited, once it is computed.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>With how many it was computed, itself included.</summary>
    public int BatchSize { get; set; }
}
