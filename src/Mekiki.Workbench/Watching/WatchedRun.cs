using System.Globalization;
using System.Text.Json;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Watching;

/// <summary>A run whose files are looked at while it trains. Nothing of it is changed, and its process is not asked.</summary>
/// <remarks>Threads: one at a time.</remarks>
public sealed class WatchedRun
{
    private readonly StepSeries steps;

    internal WatchedRun(string folder, string name)
    {
        (Folder, Name) = (folder, name);
        steps = new StepSeries(Path.Combine(folder, "steps.jsonl"));
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>What it is called on the page.</summary>
    public string Name { get; }

    /// <summary>The pictures of the mistakes of the last test, if there are any: a PNG file.</summary>
    public string MistakesPicture => Path.Combine(Folder, TriedFile.PictureName);

    /// <summary>Asks the process that trains it to stop: it ends its batch and saves, as after Ctrl-C.</summary>
    /// <exception cref="MekikiException">Nobody trains it, or nothing can be written there.</exception>
    public void Stop()
    {
        if (RunSummary.Read(Folder).State != RunState.Running)
            throw new MekikiException($"{Folder}: expected a run that a process trains, got one that none trains.");
        StopRequest.Write(Folder);
    }

    /// <summary>Writes what the page shows as a JSON object.</summary>
    /// <param name="json">Receives it.</param>
    /// <param name="isWhole">Whether with curves, epochs and mistakes.</param>
    public void Write(Utf8JsonWriter json, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(json);
        var summary = RunSummary.Read(Folder);
        steps.Refresh();
        long wanted = summary.Description is { } description ? WantedImages(description) : 0;
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("folder", Folder);
        json.WriteString("state", summary.State.ToString().ToLowerInvariant());
        json.WriteString("model", summary.Model);
        json.WriteString("data", summary.Data);
        json.WriteNumber("epochs_done", summary.EpochsDone);
        json.WriteNumber("epochs", summary.Epochs);
        Number(json, "accuracy", summary.Accuracy);
        json.WriteNumber("step", (long)steps.Last.Step);
        Number(json, "progress", summary.State == RunState.Done ? 1 : wanted > 0 ? Math.Min(1, (double)steps.Images / wanted) : null);
        Number(json, "img_per_s", summary.State == RunState.Running && steps.Rate > 0 ? Math.Round(steps.Rate) : null);
        Number(json, "seconds_left", summary.State == RunState.Running && steps.Rate > 0 && wanted > 0 ? Math.Round(Math.Max(0, wanted - steps.Images) / steps.Rate) : null);
        if (summary.Problem is { } problem)
            json.WriteString("problem", problem);
        if (isWhole)
            WriteWhole(json, summary);
        json.WriteEndObject();
    }

    private void WriteWhole(Utf8JsonWriter json, RunSummary summary)
    {
        if (summary.Started is { } started)
            json.WriteString("started", started);
        json.WriteBoolean("is_stopping", StopRequest.IsThere(Folder));
        if (summary.Description is { } description)
        {
            json.WriteNumber("train_images", description.TrainImages);
            json.WriteNumber("test_images", description.TestImages);
            json.WriteNumber("classes", description.Classes);
            json.WriteString("options", OptionWords.Of(description.Options));
        }

        json.WriteStartObject("series");
        Numbers("steps", p => p.Step, 0);
        Numbers("loss", p => p.Loss, 5);
        Numbers("accuracy", p => p.Accuracy, 5);
        Numbers("lr", p => p.LearningRate, 9);
        json.WriteEndObject();
        WriteEpochs(json);
        WriteTried(json);

        void Numbers(string name, Func<StepSeries.Point, double> of, int digits)
        {
            json.WriteStartArray(name);
            foreach (var point in steps.Points)
                if (double.IsFinite(of(point)))
                    json.WriteNumberValue(Math.Round(of(point), digits));
                else
                    json.WriteNullValue();
            json.WriteEndArray();
        }
    }

    // The rows of log.csv under the names of its columns.
    private void WriteEpochs(Utf8JsonWriter json)
    {
        string[] lines = ReadLines(Path.Combine(Folder, "log.csv"));
        string[] columns = lines.Length > 0 ? lines[0].Split(',') : [];
        json.WriteStartArray("log");
        foreach (string[] row in lines.Skip(1).Select(l => l.Split(',')).Where(r => r.Length == columns.Length))
        {
            json.WriteStartObject();
            for (int c = 0; c < columns.Length; c++)
                if (double.TryParse(row[c], CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
                    json.WriteNumber(columns[c], value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteTried(Utf8JsonWriter json)
    {
        try
        {
            byte[] text = File.ReadAllBytes(Path.Combine(Folder, TriedFile.Name));
            using var _ = JsonDocument.Parse(text);
            json.WritePropertyName("tried");
            json.WriteRawValue(text, skipInputValidation: true);
            json.WriteBoolean("has_picture", File.Exists(MistakesPicture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Nothing was tested yet.
        }
    }

    private static long WantedImages(RunDescription run)
    {
        long epochs = (long)run.TrainImages * run.Options.Epochs, steps = run.Options.Steps is { } most ? most * run.Options.ImagesPerStep() : long.MaxValue;
        return Math.Min(epochs, steps);
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
    }
}
