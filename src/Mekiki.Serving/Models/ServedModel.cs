using Mekiki.Serving.Metrics;
using Mekiki.Serving.Options;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Microsoft.Extensions.Logging;

namespace Mekiki.Serving.Models;

/// <summary>A model by its name: the recognizer that answers now, its file, and the images that wait for it.</summary>
internal sealed partial class ServedModel(ModelRegistration registration, ServingOptions options, WeightRoom room, ComputeTurns turns, ServingMeter meter, ILogger logger) : IDisposable
{
    private readonly Lock loading = new();
    private volatile LoadedModel? current;
    private FileStamp stamp;
    private int version;
    private long weightBytes;
    private (ImageSet Set, int[] Images)? examples;
    private CancellationTokenSource? looking;

    public string Name => registration.Name;

    public ModelRegistration Registration => registration;

    public ImageQueue Queue { get; } = new(registration.Name, options, turns, meter);

    /// <summary>What answers now; null: it is not loaded.</summary>
    public LoadedModel? Current => current;

    /// <summary>Reads the file. The new model takes the place of the old one, which answers what it has begun.</summary>
    /// <exception cref="MekikiException">The file is bad; the old model, if there is one, stays.</exception>
    public void Load()
    {
        lock (loading)
        {
            // Before it is read: what is written while it is read is seen later.
            stamp = FileStamp.Of(registration.File);
            var recognizer = Recognizer.Load(registration.Path);
            recognizer.Threads = options.Threads;
            long bytes = recognizer.Network.StateDict().Sum(w => w.Tensor.Count * (long)sizeof(float));
            room.Change(Name, weightBytes, bytes);
            weightBytes = bytes;
            Warm(recognizer);
            current = new LoadedModel(recognizer, ++version, Look(recognizer));
        }
    }

    /// <summary>Forgets the model; what waits is still answered.</summary>
    public void Unload()
    {
        lock (loading)
        {
            current = null;
            room.Change(Name, weightBytes, 0);
            weightBytes = 0;
        }
    }

    /// <summary>Reads the file again if it changed; a bad one keeps the old model and is logged.</summary>
    /// <returns>Whether another model answers now.</returns>
    public bool Refresh()
    {
        if (current is null || FileStamp.Of(registration.File) == stamp)
            return false;
        try
        {
            Load();
            meter.Reload(Name, "ok");
            LogReloaded(Name, registration.File);
            return true;
        }
        catch (Exception e) when (e is MekikiException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            meter.Reload(Name, "failed");
            LogNotReloaded(Name, e.Message);
            return false;
        }
    }

    public void Dispose()
    {
        looking?.Cancel();
        Queue.Dispose();
    }

    // Looks at the training images while the model answers already.
    private Task<SimilarImages>? Look(Recognizer recognizer)
    {
        looking?.Cancel();
        if (registration.Examples is null)
            return null;
        var (set, images) = examples ??= registration.Examples(recognizer);
        var token = (looking = new()).Token;
        var similar = Task.Run(() => SimilarImages.Of(recognizer, set, images, token), token);
        _ = similar.ContinueWith(task => LogNoExamples(Name, task.Exception!.InnerException!.Message), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return similar;
    }

    // The first answer packs the weights; whoever asks first shall not wait for that.
    private static void Warm(Recognizer recognizer)
    {
        var input = recognizer.Preprocessing.Input;
        recognizer.Scores(Tensor.From(new float[input.Length], [1, input.Channels, input.Height, input.Width]));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model}: read again from {File}.")]
    private partial void LogReloaded(string model, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model}: similar training images cannot be shown. {Reason}")]
    private partial void LogNoExamples(string model, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model}: the old model goes on, since the new file is bad. {Reason}")]
    private partial void LogNotReloaded(string model, string reason);
}
