using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Lecture;

/// <summary><c>history.json</c>: on what the recognizers of a folder were trained, so that only such are put side by side.</summary>
/// <param name="Version">The version of Mekiki that began it.</param>
/// <param name="Machine">Processor, system and runtime.</param>
/// <param name="Data">The images.</param>
/// <param name="DataFingerprint">Of the images, see <see cref="Mekiki.Vision.Data.ImageSet.Fingerprint"/>.</param>
internal sealed record HistoryDescription(string Version, string Machine, DataOptions Data, string DataFingerprint)
{
    private static readonly HistoryDescriptionJson json = new(new JsonSerializerOptions(HistoryDescriptionJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Begins a folder, or checks that it was begun with the same images and split.</summary>
    /// <exception cref="MekikiException">It was begun with others, or its description is damaged.</exception>
    public void WriteOrMatch(string path)
    {
        if (!File.Exists(path))
        {
            OutputFile.Write(path, JsonSerializer.Serialize(this, json.HistoryDescription) + "\n");
            return;
        }

        var begun = Read(path);
        if (begun.DataFingerprint != DataFingerprint || (begun.Data.Train, begun.Data.Test, begun.Data.Seed) != (Data.Train, Data.Test, Data.Seed))
            throw new MekikiException($"{path}: expected the same images and split, got a line of history that was begun with {Words(begun)}; now it is {Words(this)}. Give the same options, or another folder with --out.");
    }

    private static HistoryDescription Read(string path)
    {
        try
        {
            var all = GivenOptions.Read(path);
            if (all["data"] is JsonObject data)
                all["data"] = GivenOptions.Over(data, new DataOptions(), DataOptions.Table, json.DataOptions);
            return all.Deserialize(json.HistoryDescription)!;
        }
        catch (Exception e) when (e is JsonException or MekikiException or IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected the description of a line of history, got: {GivenOptions.Reason(e)} Choose another folder with --out.", e);
        }
    }

    private static string Words(HistoryDescription d) => $"--data {d.Data.Source} --train {d.Data.Train} --test {d.Data.Test} --seed {d.Data.Seed} (images {d.DataFingerprint[..Math.Min(8, d.DataFingerprint.Length)]})";
}

[JsonSerializable(typeof(HistoryDescription))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true, UseStringEnumConverter = true)]
internal sealed partial class HistoryDescriptionJson : JsonSerializerContext;
