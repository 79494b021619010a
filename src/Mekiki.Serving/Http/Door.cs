using System.Buffers;
using System.Diagnostics;
using System.Net;
using Mekiki.Serving.Metrics;
using Mekiki.Serving.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mekiki.Serving.Http;

/// <summary>What every request passes: headers that protect browsers, keys, the end of the service, time, and problems as answers.</summary>
internal sealed partial class Door(ServingOptions options, ServingMeter meter, IHostApplicationLifetime lifetime, ILogger logger)
{
    private readonly ApiKeyRule keys = new(options.ApiKeys);

    /// <summary>Whether a request must bring a key.</summary>
    public bool NeedsKey => keys.IsOn;

    /// <summary>Whether the service ends: it answers what it has begun, and nothing new.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Wraps what answers a route.</summary>
    /// <param name="answer">Answers; the token ends with the client or the time.</param>
    /// <param name="form">How the route behaves.</param>
    public RequestDelegate Open(Func<HttpContext, CancellationToken, Task> answer, RouteForm form = RouteForm.Usual) => async context =>
    {
        long since = Stopwatch.GetTimestamp();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(TimeSpan.FromSeconds(options.MostTime));
        try
        {
            Protect(context);
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            if (Refusal(context, form) is { } problem)
                throw problem;
            if (context.Request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding: expected none, got '{Printed.Short(encoding)}'. Send the body as it is.");
            // A larger body is refused here with a sentence, not by the server.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = null;
            await answer(context, time.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await Failed(context, e, form).ConfigureAwait(false);
        }

        if (context.Request.RouteValues.TryGetValue("name", out object? name) && context.GetEndpoint() is not null && context.Items.ContainsKey(KnownModel))
            meter.Request((string)name!, Outcome(context));
        if (options.LogsRequests)
            LogRequest(context.Request.Method, Printed.Short(context.Request.Path), context.Response.StatusCode, Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    };

    /// <summary>Set in a request's items once its model is known: only then is the name counted.</summary>
    public static object KnownModel { get; } = new();

    private ProblemException? Refusal(HttpContext context, RouteForm form)
    {
        if (IsDraining && form != RouteForm.Health)
        {
            context.Response.Headers.Connection = "close";
            return new(StatusCodes.Status503ServiceUnavailable, "Service: expected one that runs, got one that is ending. Ask another.") { RetryAfter = 5 };
        }

        if (form is RouteForm.Health or RouteForm.Open)
            return null;
        if (!keys.Allows(context.Request.Headers))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return new(StatusCodes.Status401Unauthorized, "Key: expected one of the service's keys, as Authorization: Bearer KEY or X-API-Key: KEY, got none of them.");
        }

        return keys.IsOn || HostIsOwn(context) ? null
            : new(StatusCodes.Status403Forbidden, $"Host: expected the address of this machine, got '{Printed.Short(context.Request.Host.Host)}'. A page elsewhere may not reach a service that asks for no key.");
    }

    // Without keys, on the loopback address: a page whose name suddenly leads here (DNS rebinding) must not ask, nor a page of another origin change anything.
    private bool HostIsOwn(HttpContext context)
    {
        if (context.Connection.LocalIpAddress is not { } address || !IPAddress.IsLoopback(address))
            return true;
        string host = context.Request.Host.Host;
        bool isLocal = host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var named) && IPAddress.IsLoopback(named));
        string? origin = context.Request.Headers.Origin;
        bool isOwnOrigin = string.IsNullOrEmpty(origin) || options.Origins.Contains(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase));
        return isLocal && isOwnOrigin;
    }

    private void Protect(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        string? origin = context.Request.Headers.Origin;
        if (options.Origins.Count > 0)
            headers.Vary = "Origin";
        if (!string.IsNullOrEmpty(origin) && options.Origins.Contains(origin))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowMethods = "GET, POST";
            headers.AccessControlAllowHeaders = "Authorization, Content-Type, X-API-Key, Inference-Header-Content-Length";
            headers.AccessControlExposeHeaders = "Retry-After, Inference-Header-Content-Length";
        }
        else
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private async Task Failed(HttpContext context, Exception e, RouteForm form)
    {
        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Nobody listens any more, or half an answer is gone: the connection must not seem whole.
            context.Abort();
            return;
        }

        var problem = e switch
        {
            ProblemException own => own,
            BadHttpRequestException bad => new ProblemException(bad.StatusCode, bad.Message),
            OperationCanceledException => new ProblemException(StatusCodes.Status503ServiceUnavailable, $"Time: expected a request that takes at most {options.MostTime} s, got one that takes longer. Ask again, or send less at once.") { RetryAfter = 1 },
            // What the client sends ends in its middle, or is no form.
            IOException or InvalidDataException => new ProblemException(StatusCodes.Status400BadRequest, $"Body: expected a whole one, got: {e.Message}"),
            MekikiException => new ProblemException(StatusCodes.Status422UnprocessableEntity, e.Message),
            _ => null,
        };
        if (problem is null)
        {
            LogBug(e, context.Request.Method, Printed.Short(context.Request.Path));
            problem = new ProblemException(StatusCodes.Status500InternalServerError, "Service: this is a bug in Mekiki; its log has the trace. Please report it.");
        }

        try
        {
            await Drain(context).ConfigureAwait(false);
            await Reply.Problem(context, problem.Status, problem.Message, problem.RetryAfter, form == RouteForm.PlainErrors || form == RouteForm.Health).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    // Many clients read no answer before all of their body is sent: what is left of it is thrown away, within bounds.
    private static async Task Drain(HttpContext context)
    {
        const int MostBytes = 64 << 20, Seconds = 2;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(TimeSpan.FromSeconds(Seconds));
        byte[] bytes = ArrayPool<byte>.Shared.Rent(1 << 14);
        try
        {
            for (int all = 0; all < MostBytes && await context.Request.Body.ReadAsync(bytes, time.Token).ConfigureAwait(false) is var count and > 0;)
                all += count;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or BadHttpRequestException)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string Outcome(HttpContext context) => context.RequestAborted.IsCancellationRequested ? "cancelled" : context.Response.StatusCode switch
    {
        < 400 => "ok",
        StatusCodes.Status429TooManyRequests => "refused",
        < 500 => "rejected",
        _ => "failed",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} {Milliseconds:0.0} ms")]
    private partial void LogRequest(string method, string path, int status, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path}: a bug in Mekiki")]
    private partial void LogBug(Exception bug, string method, string path);
}
