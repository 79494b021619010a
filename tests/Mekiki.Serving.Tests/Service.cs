using System.Net.Http.Headers;
using System.Text.Json;
using Mekiki.Serving.Options;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mekiki.Serving.Tests;

/// <summary>A service that listens on a port of its own, and a client for it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TemporaryFolder folder = new();

    private Service(WebApplication app, TemporaryFolder folder) => (this.app, this.folder) = (app, folder);

    /// <summary>Starts one.</summary>
    /// <param name="configure">Its options.</param>
    /// <param name="models">Names and models; none: the trained one, as kana.</param>
    public static Task<Service> Start(Action<ServingOptions>? configure = null, params (string Name, Recognizer Model)[] models) => Start(configure, null, models);

    /// <summary>Starts one whose models show training images.</summary>
    public static async Task<Service> Start(Action<ServingOptions>? configure, Func<Recognizer, (ImageSet Set, int[] Images)>? examples, params (string Name, Recognizer Model)[] models)
    {
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (name, model) in models.Length > 0 ? models : [("kana", Made.Trained)])
        {
            model.Save(folder[name + ".safetensors"]);
            if (examples is null)
                builder.Services.AddMekiki(name, folder[name + ".safetensors"]);
            else
                builder.Services.AddMekiki(name, folder[name + ".safetensors"], examples);
        }

        builder.Services.AddMekiki(configure ?? (_ => { }));
        var app = builder.Build();
        app.MapMekiki();
        await app.StartAsync();
        return new Service(app, folder) { Client = { BaseAddress = new Uri(app.Urls.Single()) } };
    }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public Uri Address => Client.BaseAddress!;

    public IServiceProvider Services => app.Services;

    /// <summary>The file of a model.</summary>
    public string FileOf(string name) => folder[name + ".safetensors"];

    public Task Stop() => app.StopAsync();

    /// <summary>Posts bytes.</summary>
    public Task<HttpResponseMessage> Post(string path, byte[] body, string type = "image/png") =>
        Client.PostAsync(path, new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } }, TestContext.Current.CancellationToken);

    /// <summary>Posts images as the parts of one body.</summary>
    public Task<HttpResponseMessage> Post(string path, IEnumerable<byte[]> images)
    {
        var form = new MultipartFormDataContent();
        foreach (var (i, image) in images.Index())
            form.Add(new ByteArrayContent(image), "image", $"{i}.png");
        return Client.PostAsync(path, form, TestContext.Current.CancellationToken);
    }

    /// <summary>The answer of a request that must succeed.</summary>
    public static async Task<JsonElement> Json(Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The status and the sentence of a request that must fail.</summary>
    public static async Task<(int Status, string Detail)> Problem(Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        bool isPlain = document.RootElement.TryGetProperty("error", out var error);
        Assert.Equal(isPlain ? "application/json" : "application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, (isPlain ? error : document.RootElement.GetProperty("detail")).GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        folder.Dispose();
    }
}
