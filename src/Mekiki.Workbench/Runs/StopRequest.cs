using Mekiki.Files;

namespace Mekiki.Workbench.Runs;

/// <summary>A file in a run's folder that asks the process that trains it to stop as after Ctrl-C: batch, model and checkpoint, end.</summary>
internal static class StopRequest
{
    private const string Name = "stop";

    /// <summary>Asks.</summary>
    /// <exception cref="MekikiException">Nothing can be written there.</exception>
    public static void Write(string folder) => OutputFile.Write(Path.Combine(folder, Name), "");

    /// <summary>Whether somebody asks.</summary>
    public static bool IsThere(string folder) => File.Exists(Path.Combine(folder, Name));

    /// <summary>Takes the request away, once it is known or nobody is there to follow it.</summary>
    public static void Clear(string folder)
    {
        if (IsThere(folder))
            AtomicFile.TryDelete(Path.Combine(folder, Name));
    }
}
