using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mekiki.Workbench.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Cli.Hosting;

/// <summary>A page that shows trainings while they go on, on this machine alone.</summary>
internal static class WatchPage
{
    /// <summary>Where it is, unless said otherwise.</summary>
    public const int UsualPort = 5081;

    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    // A page elsewhere cannot set it without being asked for leave, which nobody gives.
    private const string StopHeader = "X-Mekiki-Stop";

    private static readonly (string File, string Type)[] files = [("watch.html", "text/html; charset=utf-8"), ("watch.css", "text/css; charset=utf-8"), ("watch.js", "text/javascript; charset=utf-8"), ("curves.js", "text/javascript; charset=utf-8"), ("words.js", "text/javascript; charset=utf-8")];

    /// <summary>The address of a port on this machine.</summary>
    public static string UrlOf(int port) => $"http://127.0.0.1:{port}";

    /// <summary>A program that answers with the page and what it asks for.</summary>
    /// <param name="host">Gets messages.</param>
    /// <param name="runs">What is shown.</param>
    /// <param name="url">Where it will listen.</param>
    public static WebApplication Build(Host host, WatchedRuns runs, string url)
    {
        var app = WebServer.Builder(host, [url]).Build();
        var gate = new Lock();
        foreach (var (file, type) in files)
        {
            byte[] bytes = file == "watch.html" ? Page(host) : WatchAssets.Read(file);
            Map(file == "watch.html" ? "/" : "/" + file, "GET", context => Send(context, bytes, type));
        }

        Map("/runs", "GET", context => Send(context, Json(json =>
        {
            json.WriteStartArray();
            foreach (var run in runs.Refresh())
                run.Write(json, isWhole: false);
            json.WriteEndArray();
        }), "application/json; charset=utf-8"));
        Map("/runs/{name}", "GET", context => Find(context) is { } run ? Send(context, Json(json => run.Write(json, isWhole: true)), "application/json; charset=utf-8") : None(context));
        Map("/runs/{name}/mistakes.png", "GET", context => Find(context) is { } run && Picture(run) is { } png ? Send(context, png, "image/png") : None(context));
        Map("/runs/{name}/stop", "POST", context =>
        {
            if (!context.Request.Headers.ContainsKey(StopHeader))
                return Say(context, StatusCodes.Status403Forbidden, $"Stop: expected the header {StopHeader}, got none.");
            if (Find(context) is not { } run)
                return None(context);
            try
            {
                run.Stop();
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            }
            catch (MekikiException e)
            {
                return Say(context, StatusCodes.Status409Conflict, e.CommandLineMessage);
            }
        });
        return app;

        void Map(string pattern, string method, RequestDelegate answer) => app.MapMethods(pattern, [method], context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.CacheControl = "no-cache";
            // Names of other machines may be made to lead here: a page of theirs would read what is shown.
            return WebServer.IsThisMachine(context.Request.Host.Host) ? answer(context) : Say(context, StatusCodes.Status403Forbidden, "Host: expected the address of this machine.");
        });

        WatchedRun? Find(HttpContext context)
        {
            string? name = context.Request.RouteValues["name"] as string;
            lock (gate)
                return runs.Refresh().FirstOrDefault(r => r.Name == name);
        }

        byte[] Json(Action<Utf8JsonWriter> write)
        {
            var bytes = new ArrayBufferWriter<byte>();
            using var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            lock (gate)
                write(json);
            json.Flush();
            return bytes.WrittenSpan.ToArray();
        }
    }

    /// <summary>Shows the page until it is disposed of, and says where.</summary>
    /// <param name="host">Gets messages.</param>
    /// <param name="runs">What is shown.</param>
    /// <param name="port">Where; 0: wherever is free.</param>
    /// <exception cref="MekikiException">Another program listens there.</exception>
    public static IDisposable Show(Host host, WatchedRuns runs, int port)
    {
        var app = Build(host, runs, UrlOf(port));
        try
        {
            WebServer.Start(app, "--port", [UrlOf(port)], host.Interrupt.Token).GetAwaiter().GetResult();
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }

        host.Say($"Shown at {app.Urls.First()}.");
        return app;
    }

    // In the language that the command was told; null: the browser's.
    private static byte[] Page(Host host)
    {
        byte[] page = WatchAssets.Read("watch.html");
        return host.AskedLanguage is { } language ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(page).Replace("<html lang=\"en\">", $"<html lang=\"en\" data-language=\"{language.Code}\">", StringComparison.Ordinal)) : page;
    }

    private static byte[]? Picture(WatchedRun run)
    {
        try
        {
            return File.ReadAllBytes(run.MistakesPicture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Task Send(HttpContext context, byte[] bytes, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static Task None(HttpContext context) => Say(context, StatusCodes.Status404NotFound, "Run: expected one that is shown, got none of that name.");

    private static Task Say(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return Send(context, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");
    }
}
