using Mekiki.Serving.Http;
using Mekiki.Serving.Models;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>POST /models/{name}/predict</c>: an image as the body, or many as parts of one.</summary>
internal sealed class PredictRoute(Recognition recognition, Uploads uploads, HeatMaps heatMaps)
{
    public async Task Answer(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = recognition.Find(context);
        var how = Query.Options(context.Request.Query, loaded.Recognizer);
        bool explains = Query.Flag(context.Request.Query, "explain");
        if (Uploads.IsMultipart(context.Request))
        {
            await Many(context, model, loaded, how, explains, cancellation).ConfigureAwait(false);
            return;
        }

        // A place is taken once all has come: a slow upload keeps none.
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        recognition.Reserve(model);
        var answer = await One(model, loaded, ImageInput.FromBytes(body.Memory), how, explains, cancellation).ConfigureAwait(false);
        if (answer.Error is { } error)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, error);
        await Reply.Json(context, answer with { Image = null }, AnswerJson.Readable.ImageAnswer).ConfigureAwait(false);
    }

    private async Task Many(HttpContext context, ServedModel model, LoadedModel loaded, PredictOptions how, bool explains, CancellationToken cancellation)
    {
        var tasks = new List<Task<ImageAnswer>>();
        try
        {
            await foreach (var (field, name, body) in uploads.Parts(context, cancellation).ConfigureAwait(false))
            {
                try
                {
                    recognition.Reserve(model);
                }
                catch
                {
                    body.Dispose();
                    throw;
                }

                tasks.Add(Part(model, loaded, Printed.Short(name ?? (field.Length > 0 ? field : $"image {tasks.Count + 1}")), body, how, explains, cancellation));
            }
        }
        catch
        {
            // None of what was begun is left behind.
            await Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        if (tasks.Count == 0)
            throw new ProblemException(StatusCodes.Status400BadRequest, "Body: expected one image or more as parts of multipart/form-data, got none.");
        await Reply.Json(context, new ImageAnswers(model.Name, loaded.Version, await Task.WhenAll(tasks).ConfigureAwait(false)), AnswerJson.Readable.ImageAnswers).ConfigureAwait(false);
    }

    private async Task<ImageAnswer> Part(ServedModel model, LoadedModel loaded, string name, Body body, PredictOptions how, bool explains, CancellationToken cancellation)
    {
        using (body)
            return await One(model, loaded, ImageInput.FromBytes(body.Memory, name), how, explains, cancellation).ConfigureAwait(false);
    }

    private async Task<ImageAnswer> One(ServedModel model, LoadedModel loaded, ImageInput image, PredictOptions how, bool explains, CancellationToken cancellation)
    {
        var (prediction, error) = await recognition.Recognize(model, loaded, image, how, cancellation).ConfigureAwait(false);
        if (prediction is null)
            return new ImageAnswer { Image = image.Name, Error = error };
        return Of(prediction, how) with
        {
            Image = image.Name,
            Explanation = explains ? Convert.ToBase64String(await heatMaps.Draw(loaded, image, null, cancellation).ConfigureAwait(false)) : null,
        };
    }

    private static ImageAnswer Of(Prediction prediction, PredictOptions how)
    {
        var top = new ClassScore[prediction.Top.Count];
        for (int i = 0; i < top.Length; i++)
            top[i] = new(prediction.Top[i].Label, prediction.Top[i].Probability);
        return new ImageAnswer
        {
            Label = top[0].Label,
            Probability = top[0].Probability,
            Top = top,
            Unknown = how.UnknownAt is null ? null : !prediction.IsKnown,
            // JSON has no infinity.
            KnownScore = how.UnknownAt is null || !double.IsFinite(prediction.KnownScore) ? null : prediction.KnownScore,
            Set = prediction.Set,
            Labels = prediction.Labels is { } labels ? [.. labels.Select(l => new ClassScore(l.Label, l.Probability))] : null,
        };
    }
}
