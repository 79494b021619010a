using Mekiki.Serving.Http;
using Mekiki.Serving.Models;
using Mekiki.Serving.OpenInference;
using Mekiki.Serving.Options;
using Mekiki.Vision;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary>The Open Inference Protocol, version 2: health, metadata, inference, and the repository where it may be managed.</summary>
internal sealed class InferenceRoutes(ServedModels models, Recognition recognition, Uploads uploads, Door door, ServingOptions options)
{
    private const string LengthHeader = "Inference-Header-Content-Length";

    public Task Server(HttpContext context, CancellationToken cancellation) =>
        Reply.Json(context, new ServerMetadata("mekiki", Machine.Version, options.CanManage ? ["binary_tensor_data", "classification", "model_repository"] : ["binary_tensor_data", "classification"]), InferJson.Readable.ServerMetadata);

    public Task Live(HttpContext context, CancellationToken cancellation) => Reply.Json(context, new LiveAnswer(true), InferJson.Readable.LiveAnswer);

    public Task Ready(HttpContext context, CancellationToken cancellation)
    {
        bool isReady = models.AreReady && !door.IsDraining;
        return Reply.Json(context, new ReadyAnswer(isReady), InferJson.Readable.ReadyAnswer, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public Task ModelReady(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = Find(context);
        return Reply.Json(context, new ModelReadyAnswer(model.Name, true), InferJson.Readable.ModelReadyAnswer);
    }

    public Task Model(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = Find(context);
        var input = loaded.Recognizer.Preprocessing.Input;
        return Reply.Json(context, InferAnswer.Metadata(model.Name, loaded.Version, input.Channels, loaded.Recognizer.Classes.Count), InferJson.Readable.ModelMetadata);
    }

    public async Task Infer(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = Find(context);
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        var request = InferRequest.Parse(body.Memory, context.Request.Headers[LengthHeader], options.MostImages, options.MostPixelCount);
        // Each output may ask for the classes of its images in words; the numbers are those of all classes.
        var how = new PredictOptions { Top = loaded.Recognizer.Classes.Count };
        var tasks = new List<Task<(Prediction? Prediction, string? Error)>>(request.Images.Count);
        try
        {
            foreach (var image in request.Images)
            {
                recognition.Reserve(model);
                tasks.Add(recognition.Recognize(model, loaded, image, how, cancellation));
            }
        }
        catch
        {
            await Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        var answers = await Task.WhenAll(tasks).ConfigureAwait(false);
        if (Array.Find(answers, a => a.Error is not null).Error is { } error)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, error);
        var (bytes, headLength) = InferAnswer.Write(request, model.Name, loaded, answers);
        if (headLength is { } length)
            context.Response.Headers[LengthHeader] = length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Reply.Bytes(context, bytes, headLength is null ? "application/json; charset=utf-8" : "application/octet-stream").ConfigureAwait(false);
    }

    public Task Index(HttpContext context, CancellationToken cancellation) => Reply.Json(
        context, [.. models.All.Select(m => new IndexEntry(m.Name, (m.Current?.Version ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture), m.Current is null ? "UNAVAILABLE" : "READY", m.Current is null ? "unloaded" : ""))],
        InferJson.Readable.IReadOnlyListIndexEntry);

    public Task Load(HttpContext context, CancellationToken cancellation)
    {
        var model = Named(context);
        model.Load();
        return Reply.Json(context, new ModelReadyAnswer(model.Name, true), InferJson.Readable.ModelReadyAnswer);
    }

    public Task Unload(HttpContext context, CancellationToken cancellation)
    {
        var model = Named(context);
        model.Unload();
        return Reply.Json(context, new ModelReadyAnswer(model.Name, false), InferJson.Readable.ModelReadyAnswer);
    }

    // A version that is asked for must be the one that answers.
    private (ServedModel Model, LoadedModel Loaded) Find(HttpContext context)
    {
        var (model, loaded) = recognition.Find(context);
        if (context.Request.RouteValues.TryGetValue("version", out object? version) && version as string != loaded.Version.ToString(System.Globalization.CultureInfo.InvariantCulture))
            throw new ProblemException(StatusCodes.Status404NotFound, $"Version: expected {loaded.Version} of '{model.Name}', got '{Printed.Short(version as string ?? "")}'.");
        return (model, loaded);
    }

    private ServedModel Named(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["name"]!;
        return models.Find(name) ?? throw new ProblemException(StatusCodes.Status404NotFound, $"Model: expected one of {string.Join(", ", models.All.Select(m => m.Name))}, got '{Printed.Short(name)}'.");
    }
}
