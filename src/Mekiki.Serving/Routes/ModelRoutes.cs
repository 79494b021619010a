using Mekiki.Serving.Http;
using Mekiki.Serving.Models;
using Mekiki.Serving.Options;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>GET /models</c>, <c>/models/{name}/card</c>, <c>/models/{name}/report</c>: which models there are, and what is known of each.</summary>
internal sealed class ModelRoutes(ServedModels models, Recognition recognition, ServingOptions options)
{
    // The page of a report has its own program and style inside, and itself says that it runs these alone and reaches nothing.
    private const string ReportPolicy = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public Task List(HttpContext context, CancellationToken cancellation) => Reply.Json(
        context, new ModelList([.. models.All.Select(Facts)], options.Corrections is not null, options.CanManage, options.MostImages, options.MostBodyBytes), AnswerJson.Readable.ModelList);

    public Task Card(HttpContext context, CancellationToken cancellation) =>
        Reply.Text(context, recognition.Find(context).Loaded.Recognizer.Card.ToJson(), "application/json; charset=utf-8");

    public async Task Report(HttpContext context, CancellationToken cancellation)
    {
        var (model, _) = recognition.Find(context);
        if (model.Registration.Report is not { } path || !File.Exists(path))
            throw new ProblemException(StatusCodes.Status404NotFound, $"Report: expected report.html beside the model file of '{model.Name}', got none. Write it by `mekiki report`.");
        context.Response.Headers.ContentSecurityPolicy = ReportPolicy;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.SendFileAsync(path, cancellation).ConfigureAwait(false);
    }

    private static ModelFacts Facts(ServedModel model)
    {
        bool hasReport = model.Registration.Report is { } path && File.Exists(path);
        if (model.Current is not { } loaded)
            return new(model.Name, "unloaded", 0, null, 0, null, false, false, hasReport, false, null);
        var card = loaded.Recognizer.Card;
        var input = card.Preprocessing.Input;
        return new(model.Name, "ready", loaded.Version, card.Model, card.Classes.Count, [input.Channels, input.Height, input.Width], card.Calibration is not null || card.LabelCalibration is not null, card.IsMultiLabel, hasReport, loaded.Similar is { IsFaulted: false },
            card.Metrics.TryGetValue("test_accuracy", out double accuracy) && double.IsFinite(accuracy) ? accuracy : null);
    }
}
