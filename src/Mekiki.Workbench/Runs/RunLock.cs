using Mekiki.Files;

namespace Mekiki.Workbench.Runs;

/// <summary>A file in a folder that is written to: who holds it alone writes. The system lets go of it even if the process is killed.</summary>
internal static class RunLock
{
    /// <summary>While a process trains.</summary>
    public const string Name = "run.lock";

    /// <summary>While a process makes a new run.</summary>
    public const string New = "new.lock";

    /// <summary>Takes a folder's lock, until it is disposed of.</summary>
    /// <param name="folder">The folder, which is there.</param>
    /// <param name="expected">What it should be, for messages: <c>a run that no other process trains</c>.</param>
    /// <param name="name">The file's name.</param>
    /// <exception cref="MekikiException">Another process holds it, or nothing can be written there.</exception>
    public static FileStream Take(string folder, string expected, string name = Name)
    {
        string path = Path.Combine(folder, name);
        FileStream? file = null;
        try
        {
            OutputFile.Guard(path, () =>
            {
                FileStep.Before("lock", path);
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            });
            return file!;
        }
        catch (MekikiException e) when (e.InnerException is { } cause && WriteFailure.IsHeld(cause))
        {
            throw new MekikiException($"{folder}: expected {expected}, got: {cause.Message} Wait for that process, or end it.");
        }
    }
}
