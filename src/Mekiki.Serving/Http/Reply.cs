using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Mekiki.Serving.Http;

/// <summary>Writes answers.</summary>
internal static class Reply
{
    private const string JsonType = "application/json; charset=utf-8", ProblemType = "application/problem+json; charset=utf-8";

    public static Task Json<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string contentType = JsonType) =>
        Bytes(context, JsonSerializer.SerializeToUtf8Bytes(value, type), contentType, status);

    public static Task Text(HttpContext context, string text, string contentType) => Bytes(context, Encoding.UTF8.GetBytes(text), contentType);

    public static async Task Bytes(HttpContext context, ReadOnlyMemory<byte> bytes, string contentType, int status = StatusCodes.Status200OK)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Says what is wrong.</summary>
    public static Task Problem(HttpContext context, int status, string detail, int? retryAfter, bool isPlain)
    {
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return isPlain
            ? Json(context, new ErrorAnswer(detail), AnswerJson.Readable.ErrorAnswer, status)
            : Json(context, new Problem(ReasonPhrases.GetReasonPhrase(status), status, detail), AnswerJson.Readable.Problem, status, ProblemType);
    }
}
