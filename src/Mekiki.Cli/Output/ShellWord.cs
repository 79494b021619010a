namespace Mekiki.Cli.Output;

/// <summary>A path in a line of the shell that the user may copy.</summary>
internal static class ShellWord
{
    private const string Plain = "/\\._-+:~@%,=";

    /// <summary>The path, in quotes if it has spaces or other signs that mean something to a shell.</summary>
    public static string Of(string path) =>
        path.Length > 0 && path.All(c => char.IsLetterOrDigit(c) || Plain.Contains(c)) ? path : OperatingSystem.IsWindows() ? $"\"{path}\"" : $"'{path.Replace("'", "'\\''")}'";
}
