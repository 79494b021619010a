using System.Text.Json;
using Mekiki.Vision;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mekiki.Serving.Tests;

/// <summary>The document that describes the routes tells of those that there are, and of answers as they are.</summary>
public class OpenApiTests
{
    [Fact]
    public async Task Document_NamesAllRoutes()
    {
        await using var service = await Service.Start(o => (o.CanManage, o.Corrections) = (true, Path.GetTempPath()));
        var routes = service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => ($"/{e.RoutePattern.RawText!.Trim('/')}", e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0].ToLowerInvariant()))
            .Where(r => r.Item1 is not ("/" or "/api") && !r.Item1.StartsWith("/page/", StringComparison.Ordinal)).ToHashSet();
        var document = await Document(service);
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => (p.Name, m.Name))).ToHashSet();
        Assert.Equal(routes.Order(), described.Order());
        // Each name is one: clients are generated from them.
        string[] names = [.. document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => m.Value.GetProperty("operationId").GetString()!))];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public async Task References_LeadSomewhere()
    {
        await using var service = await Service.Start();
        var document = await Document(service);
        int count = 0;
        Walk(document);
        Assert.True(count > 50);

        void Walk(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
                foreach (var item in element.EnumerateArray())
                    Walk(item);
            if (element.ValueKind != JsonValueKind.Object)
                return;
            foreach (var property in element.EnumerateObject())
                if (property.Name == "$ref")
                {
                    var target = document;
                    foreach (string part in property.Value.GetString()!.Split('/')[1..])
                        Assert.True(target.TryGetProperty(part, out target), property.Value.GetString());
                    count++;
                }
                else
                    Walk(property.Value);
        }
    }

    [Fact]
    public async Task Answers_AreAsTheSchemasSay()
    {
        using var folder = new TemporaryFolder();
        await using var service = await Service.Start(o => o.Corrections = folder.Path);
        var schemas = (await Document(service)).GetProperty("components").GetProperty("schemas");
        byte[] png = Made.Pngs[0];
        Same("ImageAnswer", await Service.Json(service.Post("/models/kana/predict?unknown_at=95&set=90&explain=true", png)));
        var made = Made.Fresh(1, "a", "b");
        await using var labels = await Service.Start(null, ("labels", new Recognizer(made.Network, made.Card with { IsMultiLabel = true })));
        Same("ImageAnswer", await Service.Json(labels.Post("/models/labels/predict?threshold=0.0001", png)));
        Same("ImageAnswers", await Service.Json(service.Post("/models/kana/predict", [png, [1]])));
        Same("LabelScore", (await Service.Json(service.Post("/models/kana", png)))[0]);
        await using var with = await Service.Start(null, _ => Made.Training);
        while ((int)(await with.Post("/models/kana/similar", png)).StatusCode == 503)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Same("SimilarAnswer", await Service.Json(with.Post("/models/kana/similar", png)));
        Same("ModelList", await Service.Json(service.Client.GetAsync("/models", TestContext.Current.CancellationToken)));
        Same("ServerMetadata", await Service.Json(service.Client.GetAsync("/v2", TestContext.Current.CancellationToken)));
        Same("ModelMetadata", await Service.Json(service.Client.GetAsync("/v2/models/kana", TestContext.Current.CancellationToken)));
        Same("Kept", await Service.Json(service.Post($"/corrections?model=kana&label={Uri.EscapeDataString("あ")}", png)));
        string problem = await (await service.Post("/models/none/predict", png)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Same("Problem", JsonDocument.Parse(problem).RootElement);

        // No property that the schema does not name, and none missing that it requires; the same within.
        void Same(string name, JsonElement answer)
        {
            var schema = schemas.GetProperty(name);
            var properties = schema.GetProperty("properties");
            foreach (var required in schema.GetProperty("required").EnumerateArray())
                Assert.True(answer.TryGetProperty(required.GetString()!, out _), $"{name} lacks {required}");
            foreach (var property in answer.EnumerateObject())
            {
                Assert.True(properties.TryGetProperty(property.Name, out var expected), $"{name} has {property.Name}, which no schema names");
                string type = expected.TryGetProperty("type", out var told) ? told.GetString()! : "object";
                Assert.True(property.Value.ValueKind switch
                {
                    JsonValueKind.String => type == "string",
                    JsonValueKind.Number => type is "number" or "integer",
                    JsonValueKind.True or JsonValueKind.False => type == "boolean",
                    JsonValueKind.Array => type == "array",
                    _ => type == "object",
                }, $"{name}.{property.Name}: {type} for {property.Value.ValueKind}");
                if (property.Value.ValueKind == JsonValueKind.Array && expected.GetProperty("items").TryGetProperty("$ref", out var reference))
                    foreach (var item in property.Value.EnumerateArray())
                        Same(reference.GetString()!.Split('/')[^1], item);
            }
        }
    }

    private static async Task<JsonElement> Document(Service service) => await Service.Json(service.Client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
}
