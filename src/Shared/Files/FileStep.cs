namespace Mekiki.Files;

/// <summary>Tells of each change of a file just before it is made, so that tests can end the program there.</summary>
internal static class FileStep
{
    /// <summary>Under this name of <see cref="AppContext"/>, which all assemblies share, a test keeps an <c>Action&lt;string, string></c>: it is given the change and the file's path.</summary>
    public const string Watcher = "Mekiki.Files.FileStep";

    /// <summary>To be called before a change.</summary>
    /// <param name="change">Such as <c>rename</c>.</param>
    /// <param name="path">The file.</param>
    public static void Before(string change, string path) => (AppContext.GetData(Watcher) as Action<string, string>)?.Invoke(change, path);
}
