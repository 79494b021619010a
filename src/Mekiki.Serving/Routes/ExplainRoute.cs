using Mekiki.Serving.Http;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>POST /models/{name}/explain</c>: an image in, the same over the map of what decided the answer out.</summary>
internal sealed class ExplainRoute(Recognition recognition, Uploads uploads, HeatMaps heatMaps)
{
    private static readonly (string Name, ExplanationMethod Method)[] methods =
        [("occlusion", ExplanationMethod.Occlusion), ("integrated-gradients", ExplanationMethod.IntegratedGradients), ("grad-cam", ExplanationMethod.GradCam), ("hirescam", ExplanationMethod.HiResCam), ("words", ExplanationMethod.VisualWords)];

    public async Task Answer(HttpContext context, CancellationToken cancellation)
    {
        var (_, loaded) = recognition.Find(context);
        var query = context.Request.Query;
        string method = Query.Text(query, "method") ?? methods[0].Name;
        int place = Array.FindIndex(methods, m => m.Name == method);
        if (place < 0)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"method: expected one of {string.Join(", ", methods.Select(m => m.Name))}, got '{Printed.Short(method)}'.");
        if (Uploads.IsMultipart(context.Request))
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "Content-Type: expected one image as the body, got multipart/form-data.");
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        var options = new ExplanationOptions { Method = methods[place].Method, Label = Query.Text(query, "class"), Against = Query.Text(query, "against") };
        await Reply.Bytes(context, await heatMaps.Draw(loaded, ImageInput.FromBytes(body.Memory), options, cancellation).ConfigureAwait(false), "image/png").ConfigureAwait(false);
    }
}
