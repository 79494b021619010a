using System.CommandLine;

namespace Mekiki.Cli.Parsing;

/// <summary>Looks at the files that a command is to write before it begins, so that no work is lost.</summary>
internal static class OutputPaths
{
    /// <summary>What is wrong with the paths that were given.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="files">Options that name files, and how the names must end; null: in any way.</param>
    public static IEnumerable<string> Problems(ParseResult arguments, params IReadOnlyList<(Option Option, string? Extension)> files)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (option, extension) in files)
        {
            if (arguments.GetValue<string?>(option.Name) is not { } path)
                continue;
            if (path.Length > 0 && !taken.TryAdd(Path.GetFullPath(path), option.Name))
                yield return $"{option.Name}: expected another file than {taken[Path.GetFullPath(path)]} writes, got '{path}' for both.";
            if (extension is not null && !path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                yield return $"{option.Name}: expected a name that ends in {extension}, got '{path}'.";
            else if (path.Length == 0 || Directory.Exists(path))
                yield return $"{option.Name}: expected the name of a file, got '{path}'.";
            else if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                yield return $"{option.Name}: expected a file in a folder that is there, got '{path}'. Make the folder first.";
        }
    }
}
