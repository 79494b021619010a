using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mekiki.Files;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>Options that a file gives, over those that are usual: a file that an earlier version wrote lacks the newer ones.</summary>
internal static class GivenOptions
{
    private const int MostBytes = 1 << 20;

    /// <summary>Reads a file that is one JSON object, of at most 1 MiB.</summary>
    /// <exception cref="JsonException">It is not, is longer, gives a name twice, or holds half a surrogate pair, which is no text.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static JsonObject Read(string path)
    {
        if (new FileInfo(path).Length > MostBytes)
            throw new JsonException($"more than {FileText.Bytes(MostBytes)}.");
        string text = File.ReadAllText(path);
        Check(Encoding.UTF8.GetBytes(text));
        return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("no JSON object.");
    }

    /// <summary>What a message says of a failure: .NET's repeats all that follows in the file.</summary>
    public static string Reason(Exception e) => e is JsonException { LineNumber: { } line, BytePositionInLine: { } at }
        ? string.Create(CultureInfo.InvariantCulture, $"no value of its kind at line {line + 1}, byte {at + 1}{(e is JsonException { Path: { } path } ? $" ({FileText.Short(path)})" : "")}.")
        : e.Message;

    // A node decodes its texts when they are asked for, and then does not say that the file is wrong. .NET would find names that come twice
    // (AllowDuplicateProperties), but draws a random number for that by OpenSSL, and ends the process where there is none.
    private static void Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var names = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        names.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        if (!names.Peek().Add(reader.GetString()!))
                            throw new JsonException($"the name '{FileText.Short(reader.GetString()!)}' twice.");
                        break;
                    case JsonTokenType.String:
                        reader.GetString();
                        break;
                }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"half a surrogate pair at byte {FileText.Number(reader.TokenStartIndex)}, which is no text.", e);
        }
    }

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
            all[name] = names.Contains(name) ? value?.DeepClone() : throw new JsonException($"the unknown option '{FileText.Short(name)}'.{Suggestion.Sentence(name, names)}");
        return all;
    }
}
