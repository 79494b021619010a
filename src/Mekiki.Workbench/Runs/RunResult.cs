using System.Text.Json;
using System.Text.Json.Serialization;
using Mekiki.Files;

namespace Mekiki.Workbench.Runs;

/// <summary><c>result.json</c>: what a run brought; it is there once the run has come to its end.</summary>
/// <param name="Finished">When it ended.</param>
/// <param name="Epochs">How many epochs it took.</param>
/// <param name="TrainSeconds">How long all steps took.</param>
/// <param name="ImagesTrained">How many images the steps took; an image counts once for each epoch.</param>
/// <param name="WeightsSha256">Of the model that is kept.</param>
/// <param name="Metrics">What was measured of it, such as <c>test_accuracy</c>.</param>
internal sealed record RunResult(
    DateTimeOffset Finished, int Epochs, double TrainSeconds, long ImagesTrained, string WeightsSha256, IReadOnlyDictionary<string, double> Metrics)
{
    public void Write(string path) => OutputFile.Write(path, JsonSerializer.Serialize(this, RunResultJson.Default.RunResult) + "\n");
}

[JsonSerializable(typeof(RunResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
internal sealed partial class RunResultJson : JsonSerializerContext;
