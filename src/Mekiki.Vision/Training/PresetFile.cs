using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mekiki.Vision.Training;

/// <summary>Options in a file, which <c>train --preset FILE</c> takes like a preset.</summary>
public static class PresetFile
{
    /// <summary>Writes options; the file appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, TrainOptions options) => RunFile.Write(path, JsonSerializer.Serialize(options, RunDescriptionJson.Default.TrainOptions) + "\n");

    /// <summary>Reads options; what is not there is as usual.</summary>
    /// <exception cref="MekikiException">It is no such file, or an option has no legal value.</exception>
    public static TrainOptions Read(string path)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(path)) is not JsonObject given)
                throw new JsonException("no object of options.");
            // What is usual for the model and the optimizer, and over it what the file gives.
            var usual = new TrainOptions();
            if (Text(given, "model") is { } model)
                usual = usual with { Model = model };
            if (Text(given, "optimizer") is { } optimizer)
                usual = usual with { Optimizer = optimizer };
            var all = JsonSerializer.SerializeToNode(usual, RunDescriptionJson.Default.TrainOptions)!.AsObject();
            foreach (var (name, value) in given)
                all[name] = all.ContainsKey(name) ? value?.DeepClone() : throw new JsonException($"the unknown option '{name}'.{Suggestion.Sentence(name, all.Select(o => o.Key))}");
            return all.Deserialize(RunDescriptionJson.Default.TrainOptions) ?? throw new JsonException("nothing.");
        }
        catch (Exception e) when (e is JsonException or MekikiException or IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected options as `mekiki tune` writes them, got: {e.Message} Give the name of a preset, or mend the file.", e);
        }
    }

    private static string? Text(JsonObject given, string name) => given[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
