using System.Text;
using Mekiki.Fuzz.Mutations;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lecture;
using Mekiki.Workbench.Runs;

namespace Mekiki.Fuzz.Formats;

/// <summary>JSON: presets, descriptions of runs and of lines of history, steps, model cards.</summary>
internal static class JsonFormats
{
    public static IEnumerable<Format> All { get; } =
    [
        new("preset", () => [WeightsFormats.OfFile("p.json", path => PresetFile.Write(path, new TrainOptions { Model = "mlp", Momentum = 0.5, Optimizer = "sgd" }))], TextMutation.Apply, (input, work) => PresetFile.Read(work.Write("p.json", input))),
        new("run.json", () => [WeightsFormats.OfFile("run.json", Run().Write)], TextMutation.Apply, (input, work) => RunDescription.Read(work.Write("run.json", input))),
        new("history.json", () => [WeightsFormats.OfFile("history.json", path => History().WriteOrMatch(path))], TextMutation.Apply, (input, work) => History().WriteOrMatch(work.Write("history.json", input))),
        new("steps.jsonl", () => ["{\"step\":1,\"epoch\":1,\"loss\":2.5}\n{\"step\":2,\"epoch\":1,\"loss\":2.25}\n{\"step\":3}\n"u8.ToArray()], TextMutation.Apply, (input, work) => StepLog.CutAfter(work.Write("steps.jsonl", input), 2)),
        new("card", () => [Encoding.UTF8.GetBytes(WeightsFormats.Small().Card.ToJson())], TextMutation.Apply, (input, work) => ModelCard.FromJson(Encoding.UTF8.GetString(input), work.Folder)),
    ];

    private static RunDescription Run() => new("1", DateTimeOffset.UnixEpoch, "m", new DataOptions { Source = "x", Size = 8 }, "f", 2, 1, 1, 0, new TrainOptions(), new RunOptions { CheckpointSteps = 3 }, Found: new FoundFiles(3, 2, [new("hidden", 1, ["x"])], "l"));

    private static HistoryDescription History() => new("1", "m", new DataOptions { Source = "x" }, "0123456789");
}
