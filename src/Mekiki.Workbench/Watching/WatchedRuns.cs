using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Watching;

/// <summary>The runs that a page shows: those that were named, and those in folders that were named, also if they begin later.</summary>
/// <remarks>Threads: one at a time.</remarks>
public sealed class WatchedRuns
{
    private readonly string[] folders;
    private readonly Dictionary<string, WatchedRun> byFolder = new(StringComparer.Ordinal);

    /// <param name="folders">Folders of runs, or folders that hold some, one or more.</param>
    /// <exception cref="MekikiException">One of them is no folder.</exception>
    public WatchedRuns(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        foreach (string folder in folders)
            if (!Directory.Exists(folder))
                throw new MekikiException($"{folder}: expected the folder of a run, or one with runs, got no such folder. `mekiki train` makes one.");
        this.folders = [.. folders.Select(Path.GetFullPath)];
    }

    /// <summary>The runs that are there now, the newest first.</summary>
    public IReadOnlyList<WatchedRun> Refresh()
    {
        string[] found = [.. folders.SelectMany(Runs).Distinct(StringComparer.Ordinal)];
        foreach (string folder in byFolder.Keys.Except(found).ToArray())
            byFolder.Remove(folder);
        foreach (string folder in found)
            if (!byFolder.ContainsKey(folder))
                byFolder[folder] = new WatchedRun(folder, NameOf(folder));
        return [.. byFolder.Values.OrderByDescending(r => File.GetLastWriteTimeUtc(Path.Combine(r.Folder, "run.json"))).ThenBy(r => r.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Runs(string folder)
    {
        try
        {
            return RunSummary.IsRun(folder) ? [folder] : [.. Directory.EnumerateDirectories(folder).Where(RunSummary.IsRun)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Its folder's name, and a number where another has the same.
    private string NameOf(string folder)
    {
        string bare = Path.GetFileName(folder), name = bare;
        for (int i = 2; byFolder.Values.Any(r => r.Name == name); i++)
            name = $"{bare}-{i}";
        return name;
    }
}
