using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision;

namespace Mekiki.Workbench.Runs;

/// <summary>How far a run has come.</summary>
public enum RunState
{
    /// <summary>It came to its end.</summary>
    Done,

    /// <summary>A process trains it now.</summary>
    Running,

    /// <summary>It was stopped, and can be resumed.</summary>
    Interrupted,

    /// <summary>Files that it needs are missing or damaged.</summary>
    Damaged,
}

/// <summary>What a run's folder tells at a glance, without its images and weights being read.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Started">When it began; null where its description is damaged.</param>
/// <param name="Model">The network's name.</param>
/// <param name="Data">The images' source.</param>
/// <param name="EpochsDone">Epochs that have ended.</param>
/// <param name="Epochs">Epochs that were wanted.</param>
/// <param name="Accuracy">Test accuracy of the model that is kept, in [0, 1]; null before it was tested.</param>
/// <param name="TrainSeconds">How long the steps of these epochs took.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Problem">What is damaged; null if nothing is.</param>
public sealed record RunSummary(
    string Folder, DateTimeOffset? Started, string Model, string Data, int EpochsDone, int Epochs, double? Accuracy, double TrainSeconds, RunState State, string? Problem)
{
    /// <summary>What the run says of itself; null where that is damaged.</summary>
    internal RunDescription? Description { get; private init; }

    private static readonly string[] files = ["run.json", "model.safetensors", "checkpoint.safetensors"];

    /// <summary>The runs in a folder, the oldest first; or the one that the folder is.</summary>
    /// <exception cref="MekikiException">There is no such folder.</exception>
    public static IReadOnlyList<RunSummary> List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new MekikiException($"{folder}: expected a folder with runs, got no such folder. `mekiki train` makes one.");
        string[] runs = IsRun(folder) ? [folder] : [.. Directory.EnumerateDirectories(folder).Where(IsRun)];
        return [.. runs.Select(Read).OrderBy(r => r.Started).ThenBy(r => r.Folder, StringComparer.Ordinal)];
    }

    /// <summary>Whether a folder is that of a run.</summary>
    internal static bool IsRun(string folder) => files.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Looks into a run's folder.</summary>
    public static RunSummary Read(string folder)
    {
        RunDescription description;
        try
        {
            description = RunDescription.Read(Path.Combine(folder, "run.json"));
        }
        catch (MekikiException e)
        {
            return new(folder, null, "", "", 0, 0, null, 0, RunState.Damaged, e.CommandLineMessage);
        }

        var (epochs, seconds) = ReadLog(Path.Combine(folder, "log.csv"));
        bool isDone = File.Exists(Path.Combine(folder, "result.json"));
        string? model = ProblemOf(Path.Combine(folder, "model.safetensors"), out double? accuracy);
        string? problem = isDone || epochs > 0 ? model : null;
        if (!isDone)
            problem ??= ProblemOfCheckpoints(folder);
        var state = IsLocked(Path.Combine(folder, "run.lock")) ? RunState.Running : problem is not null ? RunState.Damaged : isDone ? RunState.Done : RunState.Interrupted;
        return new(folder, description.Started, description.Options.Model, description.Data.Source, epochs, description.Options.Epochs, accuracy, seconds, state, problem) { Description = description };
    }

    private static (int Epochs, double Seconds) ReadLog(string path)
    {
        try
        {
            string[] lines = File.ReadAllLines(path);
            int column = Array.IndexOf(lines.Length > 0 ? lines[0].Split(',') : [], "train_seconds"), epochs = 0;
            double seconds = 0;
            foreach (string[] row in lines.Skip(1).Select(line => line.Split(',')))
            {
                if (int.TryParse(row[0], CultureInfo.InvariantCulture, out int epoch))
                    epochs = Math.Max(epochs, epoch);
                if (column >= 0 && column < row.Length && double.TryParse(row[column], CultureInfo.InvariantCulture, out double took))
                    seconds += took;
            }

            return (epochs, seconds);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }

    private static string? ProblemOf(string model, out double? accuracy)
    {
        accuracy = null;
        try
        {
            accuracy = ModelCard.Read(model).Metrics.TryGetValue("test_accuracy", out double value) ? value : null;
            return null;
        }
        catch (MekikiException e)
        {
            return e.CommandLineMessage;
        }
    }

    // One of the two is enough; none at all means that the run begins anew.
    private static string? ProblemOfCheckpoints(string folder)
    {
        string? problem = null;
        foreach (string path in new[] { "checkpoint.safetensors", "checkpoint-previous.safetensors" }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
            try
            {
                SafetensorsFile.Open(path).Dispose();
                return null;
            }
            catch (MekikiException e)
            {
                problem ??= e.CommandLineMessage;
            }

        return problem;
    }

    private static bool IsLocked(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return File.Exists(path);
        }
    }
}
