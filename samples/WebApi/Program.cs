using System.Text.Json.Serialization;
using Mekiki;
using Mekiki.Vision;
using WebApi;

// An HTTP service around one model file: POST an image to /predict, and its label comes back.
//   dotnet run --project samples/WebApi -- --model model.safetensors --urls http://localhost:5000
//   curl --data-binary @image.png http://localhost:5000/predict
// Without a model it begins with one that it trains on drawn characters. --check: it asks itself, and ends; exit code 0: all right.

bool isCheck = args.Contains("--check");
var builder = WebApplication.CreateSlimBuilder([.. args.Where(a => a != "--check")]);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswersJson.Default));
// One recognizer serves all requests: any number of threads may use it at once.
builder.Services.AddSingleton(services => services.GetRequiredService<IConfiguration>()["model"] is { } path ? Recognizer.Load(path) : DrawnCharacters.Train());
if (isCheck)
    builder.WebHost.UseUrls("http://127.0.0.1:0");

var app = builder.Build();
app.Services.GetRequiredService<Recognizer>();
app.MapGet("/classes", (Recognizer recognizer) => recognizer.Classes.ToArray());
app.MapPost("/predict", async (HttpRequest request, Recognizer recognizer, CancellationToken cancellation) =>
{
    try
    {
        var prediction = await recognizer.PredictAsync(request.Body, new PredictOptions { Top = 3, Threshold = 0.5f }, cancellation);
        return Results.Ok(new Answer(prediction.Label, prediction.Probability, prediction.IsAccepted, [.. prediction.Top]));
    }
    catch (MekikiException e)
    {
        // What was sent is no image: the message says what is wrong with it.
        return Results.Problem(e.Message, statusCode: StatusCodes.Status415UnsupportedMediaType);
    }
});
if (!isCheck)
{
    await app.RunAsync();
    return 0;
}

await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
var (image, label) = DrawnCharacters.Example();
var response = await client.PostAsync("/predict", new ByteArrayContent(image));
var answer = await response.Content.ReadFromJsonAsync(AnswersJson.Default.Answer);
var refused = await client.PostAsync("/predict", new StringContent("no image"));
string problem = await refused.Content.ReadAsStringAsync();
Console.WriteLine($"{label}: {answer!.Label} {answer.Probability:P1}; text instead of an image: {(int)refused.StatusCode} {problem}");
await app.StopAsync();
return answer.Label == label && (int)refused.StatusCode == 415 && problem.Contains("expected an image", StringComparison.Ordinal) ? 0 : 1;

namespace WebApi
{
    internal sealed record Answer(string Label, float Probability, bool IsAccepted, LabelProbability[] Top);

    [JsonSerializable(typeof(Answer))]
    [JsonSerializable(typeof(string[]))]
    [JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    internal sealed partial class AnswersJson : JsonSerializerContext;
}
