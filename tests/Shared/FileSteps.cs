namespace Mekiki.Testing;

/// <summary>Ends a program, as a kill would, or lets the disk fail, just before one of the changes that it makes to files.</summary>
/// <remarks>
/// Files are watched through a seam of their own (<c>Mekiki.Files.FileStep</c>). From a kill on, no change is made any more, so that nothing is tidied up.
/// One at a time in a process; other tests' folders are not touched.
/// </remarks>
internal static class FileSteps
{
    // Of a change that is made again and again, such as appending what arrives, how many count: how often it is made depends on the network.
    private const int MostAlike = 2;
    private static readonly Lock gate = new();

    /// <summary>Runs something that is killed before the change with a number.</summary>
    /// <param name="folder">Changes elsewhere do not count.</param>
    /// <param name="number">1 for the first change.</param>
    /// <param name="run">What is killed.</param>
    /// <returns>Before which change it was killed; null: it came to its end.</returns>
    public static string? KillAt(string folder, int number, Action run) => At(folder, number, lasts: true, () => new KilledException(), run);

    /// <summary>As <see cref="KillAt"/>, but the system refuses the change, and those after it if it <paramref name="lasts"/>.</summary>
    public static string? FailAt(string folder, int number, bool lasts, Func<Exception> failure, Action run) => At(folder, number, lasts, failure, run);

    private static string? At(string folder, int number, bool lasts, Func<Exception> failure, Action run)
    {
        lock (gate)
        {
            int count = 0, alike = 0;
            string? reached = null, last = null;
            var counting = new Lock();
            Action<string, string> watcher = (change, path) =>
            {
                if (!path.StartsWith(folder, StringComparison.Ordinal))
                    return;
                lock (counting)
                {
                    string what = $"{change} {Path.GetFileName(path)}";
                    alike = what == last ? alike + 1 : 1;
                    last = what;
                    bool isCounted = alike <= MostAlike;
                    if (isCounted && ++count == number)
                        reached = what;
                    if (lasts ? count >= number : isCounted && count == number)
                        throw failure();
                }
            };
            AppContext.SetData("Mekiki.Files.FileStep", watcher);
            try
            {
                run();
            }
            catch (KilledException)
            {
            }
            finally
            {
                AppContext.SetData("Mekiki.Files.FileStep", null);
            }

            return reached;
        }
    }

    /// <summary>Copies a folder.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.GetFiles(from))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }

    private sealed class KilledException : Exception;
}
