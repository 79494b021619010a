using System.Globalization;
using Mekiki.Serving.Http;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>POST /models/{name}/similar?count=5</c>: an image in, the training images that the network finds most like it out.</summary>
internal sealed class SimilarRoute(Recognition recognition, Uploads uploads, SideWork work)
{
    private const int Usual = 5, Most = 50;

    public async Task Answer(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = recognition.Find(context);
        if (loaded.Similar is not { IsFaulted: false } task)
            throw new ProblemException(StatusCodes.Status404NotFound, $"Examples: expected '{model.Name}' to be served with its training images, got it without. Start the service with --examples.");
        string? given = Query.Text(context.Request.Query, "count");
        int count = Usual;
        if (given is not null && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Most))
            throw new ProblemException(StatusCodes.Status400BadRequest, $"count: expected a whole number of 1 to {Most}, got '{Printed.Short(given)}'.");
        if (Uploads.IsMultipart(context.Request))
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "Content-Type: expected one image as the body, got multipart/form-data.");
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        if (!task.IsCompletedSuccessfully)
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"Examples: expected the training images of '{model.Name}' to be looked at, got some that still are. Ask again later.") { RetryAfter = 5 };
        var similar = await task.ConfigureAwait(false);
        var nearest = await work.Run(
            () => similar.Nearest(loaded.Recognizer.Features(loaded.Recognizer.Prepare(ImageInput.FromBytes(body.Memory))).Values, count)
                .Select(n => new SimilarImage(similar.Name(n.Image), similar.Label(n.Image), n.Similarity, Convert.ToBase64String(similar.Png(n.Image)))).ToArray(),
            cancellation).ConfigureAwait(false);
        await Reply.Json(context, new SimilarAnswer(model.Name, loaded.Version, nearest), AnswerJson.Readable.SimilarAnswer).ConfigureAwait(false);
    }
}
