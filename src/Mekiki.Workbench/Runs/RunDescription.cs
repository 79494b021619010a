using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary><c>run.json</c>: every option of a run, and what it ran on.</summary>
/// <param name="Version">The version of Mekiki.</param>
/// <param name="Started">When it began.</param>
/// <param name="Machine">Processor, system and runtime.</param>
/// <param name="Data">The images.</param>
/// <param name="DataFingerprint">Of the images, see <see cref="Mekiki.Vision.Data.ImageSet.Fingerprint"/>.</param>
/// <param name="Classes">How many classes they have.</param>
/// <param name="TrainImages">How many of them train.</param>
/// <param name="TestImages">How many of them test.</param>
/// <param name="Skipped">How many files could not be read.</param>
/// <param name="Options">How the network is trained.</param>
/// <param name="RunOptions">What is kept while it trains; null: the usual.</param>
/// <param name="Found">What was found in the folder, archive or list of the images; null: they are no files, or an earlier version wrote this.</param>
/// <param name="FromSha256">Of the weights that it began with, where <see cref="TrainOptions.From"/> gave them.</param>
internal sealed record RunDescription(
    string Version, DateTimeOffset Started, string Machine, DataOptions Data, string DataFingerprint, int Classes, int TrainImages, int TestImages, int Skipped, TrainOptions Options, RunOptions? RunOptions = null, string? FromSha256 = null, FoundFiles? Found = null)
{
    // What held until November 2026, when runs did not say it.
    private static readonly DataOptions before = new() { Fit = ImageFit.Stretch, Channels = 1 };
    private static readonly RunDescriptionJson json = new(new JsonSerializerOptions(RunDescriptionJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Write(string path) => OutputFile.Write(path, JsonSerializer.Serialize(this, json.RunDescription) + "\n");

    /// <summary>Opens the run's images where they lay when it began.</summary>
    /// <param name="folder">The run's, for messages.</param>
    /// <param name="threads">How many threads decode; 0: one for each processor.</param>
    /// <param name="progress">Told now and then how many are decoded, of how many; null: nobody.</param>
    /// <exception cref="MekikiException">They are not there any more.</exception>
    public ImageSet OpenImages(string folder, int threads, IProgress<(int Done, int All)>? progress = null)
    {
        try
        {
            return (Data with { Progress = progress }).Open(threads);
        }
        catch (MekikiException e)
        {
            throw new MekikiException($"{folder}: expected the run's images at {Data.Source}, where they lay when it began, got: {e.Message} If they were moved, say by --data where they are.", e);
        }
    }

    /// <summary>Reads a description; options that it lacks, as an earlier version's does, are as usual.</summary>
    /// <exception cref="MekikiException">There is none, it is damaged, or it has an option that this version does not know.</exception>
    public static RunDescription Read(string path)
    {
        try
        {
            var all = GivenOptions.Read(path);
            if (all["data"] is JsonObject data)
                all["data"] = GivenOptions.Over(data, before, DataOptions.Table, json.DataOptions);
            if (all["options"] is JsonObject options)
                all["options"] = GivenOptions.OfTraining(options);
            // Until November 2026 they were called so.
            if (all.Remove("keeps", out var keeps))
                all["run_options"] = keeps;
            if (all["run_options"] is JsonObject given)
                all["run_options"] = GivenOptions.Over(given, new RunOptions(), RunOptions.Table, json.RunOptions);
            return all.Deserialize(json.RunDescription)!;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MekikiException($"{path}: expected the description of a run, got no such file. Give the folder that `mekiki train` made.", e);
        }
        catch (Exception e) when (e is JsonException or MekikiException or IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected the description of a run, got: {GivenOptions.Reason(e)} Restore the file, or begin a new run.", e);
        }
    }
}

[JsonSerializable(typeof(RunDescription))]
[JsonSerializable(typeof(TrainOptions))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true, UseStringEnumConverter = true)]
internal sealed partial class RunDescriptionJson : JsonSerializerContext;
