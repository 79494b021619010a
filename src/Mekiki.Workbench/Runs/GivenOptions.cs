using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>Options that a file gives, over those that are usual: a file that an earlier version wrote lacks the newer ones.</summary>
internal static class GivenOptions
{
    /// <summary>Reads a text that is one JSON object.</summary>
    /// <exception cref="JsonException">It is not, or gives a name twice.</exception>
    public static JsonObject Parse(string text) =>
        JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject ?? throw new JsonException("no JSON object.");

    /// <summary>All training options: what is given, and for the rest what is usual for its model and optimizer.</summary>
    /// <exception cref="JsonException">A name is unknown.</exception>
    /// <exception cref="MekikiException">There is no such model or optimizer.</exception>
    public static JsonObject OfTraining(JsonObject given)
    {
        var usual = new TrainOptions();
        if (Text("model") is { } model)
            usual = usual with { Model = model };
        if (Text("optimizer") is { } optimizer)
            usual = usual with { Optimizer = optimizer };
        return Over(given, usual, TrainOptions.Table, RunDescriptionJson.Default.TrainOptions);

        string? Text(string name) => given[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    /// <summary>All options of a kind: what is given, and for the rest what is usual.</summary>
    /// <exception cref="JsonException">A name is unknown.</exception>
    public static JsonObject Over<T>(JsonObject given, T usual, OptionTable<T> table, JsonTypeInfo<T> type) where T : class, new()
    {
        var all = JsonSerializer.SerializeToNode(usual, type)!.AsObject();
        string[] names = [.. table.Select(r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.Property))];
        foreach (var (name, value) in given)
            all[name] = names.Contains(name) ? value?.DeepClone() : throw new JsonException($"the unknown option '{name}'.{Suggestion.Sentence(name, names)}");
        return all;
    }
}
