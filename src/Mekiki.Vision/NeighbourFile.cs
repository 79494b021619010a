using System.Text.Json;
using System.Text.Json.Serialization;
using Mekiki.Files;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision;

/// <summary>Features of training images in a file beside their model file: a tensor (M, D) of 16 bits, and in the metadata the model's weights and the thresholds.</summary>
/// <remarks>A file of its own, so that a model file holds weights alone, under the names that other programs expect.</remarks>
internal static class NeighbourFile
{
    private const string Key = "mekiki.neighbours", Features = "features", Ending = ".safetensors";

    /// <summary>Where the neighbours of a model file lie.</summary>
    public static string Of(string modelFile) => (modelFile.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? modelFile[..^Ending.Length] : modelFile) + ".neighbours" + Ending;

    public static string Write(FeatureNeighbours neighbours, string weightsSha256, string modelFile)
    {
        string path = Of(modelFile);
        new SafetensorsWriter()
            .AddText(Key, JsonSerializer.Serialize(new NeighbourCard(weightsSha256, neighbours.Known), NeighbourCardJson.Default.NeighbourCard))
            .Add(Features, [neighbours.Count, neighbours.Length], neighbours.Values, StoredType.F16)
            .Save(path);
        return path;
    }

    /// <exception cref="MekikiException">It is damaged, or belongs to other weights.</exception>
    public static FeatureNeighbours Read(string path, Recognizer recognizer)
    {
        using var file = SafetensorsFile.Open(path);
        var card = CardOf(file);
        if (card.WeightsSha256 != recognizer.WeightsSha256)
            throw new MekikiException($"{path}: expected training images of the model beside it, with the weights {recognizer.WeightsSha256}, got those of {FileText.Short(card.WeightsSha256)}. The model was changed since: calibrate it again.");
        if (!file.ReadAll().TryGetValue(Features, out var features) || features.DType != DType.Float32 || features.Shape.Rank != 2 || features.Shape.ElementCount == 0)
            throw Damaged(path, "no table of features");
        return new([], features.ToArray(), features.Shape[1]) { Known = card.Known };
    }

    private static NeighbourCard CardOf(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(Key, out string? text))
            throw Damaged(file.Name, "a safetensors file without them");
        try
        {
            return JsonSerializer.Deserialize(text, NeighbourCardJson.Default.NeighbourCard) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw Damaged(file.Name, FileText.Short(e.Message));
        }
    }

    private static MekikiException Damaged(string path, string got) => new($"{path}: expected features of training images ('{Key}'), got: {got}. The file is damaged: calibrate the model again.");
}

/// <summary>What a file of neighbours tells beside the features.</summary>
/// <param name="WeightsSha256">Of the model that they belong to.</param>
/// <param name="Known">The thresholds.</param>
internal sealed record NeighbourCard(string WeightsSha256, IReadOnlyList<ShareThreshold> Known);

[JsonSerializable(typeof(NeighbourCard))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class NeighbourCardJson : JsonSerializerContext;
