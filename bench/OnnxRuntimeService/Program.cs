using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

// OnnxRuntimeService MODEL.onnx URL: a file that `mekiki export` wrote, its images uint8 (N, C, H, W), answered one request at a time as the
// documentation of both shows it: one session for all, the image decoded and scaled in the handler, and Run on it.
var session = new InferenceSession(args[0]);
var (name, input) = session.InputMetadata.Single();
int channels = input.Dimensions[1], height = input.Dimensions[2], width = input.Dimensions[3];
using var card = System.Text.Json.JsonDocument.Parse(session.ModelMetadata.CustomMetadataMap["mekiki"]);
string[] classes = [.. card.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!)];

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[1]);
var app = builder.Build();
app.MapPost("/predict", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    byte[] pixels = new byte[channels * height * width];
    Decode(body.ToArray(), pixels);
    using var value = OrtValue.CreateTensorValueFromMemory(pixels, [1, channels, height, width]);
    using var run = new RunOptions();
    using var outputs = session.Run(run, [name], [value], session.OutputNames);
    float[] probabilities = outputs[0].GetTensorDataAsSpan<float>().ToArray();
    var top = Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i]).Take(5).Select(i => new Score(classes[i], probabilities[i])).ToArray();
    return Results.Ok(new Answer(top[0].Label, top[0].Probability, top));
});
app.Run();

void Decode(byte[] file, byte[] pixels)
{
    using var bitmap = SKBitmap.Decode(file, new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888));
    var decoded = bitmap.GetPixelSpan();
    int step = channels == 1 ? 1 : 4;
    for (int i = 0; i < height * width; i++)
        for (int c = 0; c < channels; c++)
            pixels[c * height * width + i] = decoded[i / width * bitmap.RowBytes + i % width * step + c];
}

internal sealed record Score(string Label, float Probability);

internal sealed record Answer(string Label, float Probability, Score[] Top);
