using System.Text.Json;
using Mekiki.Serving.Http;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Routes;

/// <summary><c>POST /models/{name}</c>: image classification as Hugging Face's inference API has it.</summary>
internal sealed class HuggingFaceRoute(Recognition recognition, Uploads uploads)
{
    public async Task Answer(HttpContext context, CancellationToken cancellation)
    {
        var (model, loaded) = recognition.Find(context);
        using var body = await uploads.Read(context, cancellation).ConfigureAwait(false);
        var (image, top) = context.Request.HasJsonContentType() ? FromJson(body.Span) : (body.Memory, 5);
        recognition.Reserve(model);
        var (prediction, error) = await recognition.Recognize(model, loaded, ImageInput.FromBytes(image), new PredictOptions { Top = top }, cancellation).ConfigureAwait(false);
        if (prediction is null)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, error!);
        await Reply.Json(context, [.. prediction.Top.Select(t => new LabelScore(t.Label, t.Probability))], AnswerJson.Readable.IReadOnlyListLabelScore).ConfigureAwait(false);
    }

    // {"inputs": base64, "parameters": {"top_k": N}}
    private static (ReadOnlyMemory<byte> Image, int Top) FromJson(ReadOnlySpan<byte> text)
    {
        byte[]? image = null;
        int top = 5;
        try
        {
            var reader = new Utf8JsonReader(text);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Wrong("another value");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isInputs = reader.ValueTextEquals("inputs"u8), isParameters = reader.ValueTextEquals("parameters"u8);
                reader.Read();
                if (isInputs)
                    image = reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw Wrong("inputs that are not base64");
                else if (isParameters && reader.TokenType == JsonTokenType.StartObject)
                    while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    {
                        bool isTop = reader.ValueTextEquals("top_k"u8);
                        reader.Read();
                        if (isTop)
                            top = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int count) && count >= 1 ? count : throw Wrong("a top_k that is no whole number of 1 or more");
                        else
                            reader.Skip();
                    }
                else
                    reader.Skip();
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is half a surrogate pair in a text.
            throw Wrong("no JSON");
        }

        return (image ?? throw Wrong("no inputs"), top);
    }

    private static ProblemException Wrong(string got) =>
        new(StatusCodes.Status400BadRequest, $"Body: expected {{\"inputs\": an image in base64, \"parameters\": {{\"top_k\": N}}}}, got {got}. Or send the image itself, without application/json.");
}
