using System.Text.RegularExpressions;

namespace Mekiki.Architecture.Tests;

/// <summary>The source files below <c>src</c>.</summary>
internal static partial class Sources
{
    /// <summary>All projects, by name.</summary>
    public static IEnumerable<(string Name, string File)> Projects() =>
        Directory.EnumerateFiles(Folder(), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (Path.GetFileNameWithoutExtension(f), f));

    /// <summary>All files, with their path below <c>src</c>, and their lines without comments.</summary>
    public static IEnumerable<(string Path, string[] Lines)> Files() =>
        from file in Directory.EnumerateFiles(Folder(), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let path = Path.GetRelativePath(Folder(), file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        select (path, File.ReadLines(file).Select(l => Comment().Replace(l, "${code}")).ToArray());

    /// <summary>The folder of a path.</summary>
    public static string FolderOf(string path) => path[..path.LastIndexOf('/')];

    /// <summary>The namespace that a file's folder asks for. Several assemblies compile what lies in <c>Shared</c>, each for itself; it belongs to the engine's namespaces.</summary>
    public static string NamespaceOf(string path) =>
        FolderOf(path).Split('/') is ["Shared", .. var folders] ? string.Join('.', folders.Prepend("Mekiki")) : FolderOf(path).Replace('/', '.');

    private static string Folder()
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the sources is not around the tests.");
        return Path.Combine(Shared.Repository!, "src");
    }

    // Not within a text such as "https://…".
    [GeneratedRegex("""^(?<code>(?:[^"/]|"(?:[^"\\]|\\.)*"|/(?!/))*)//.*$""")]
    private static partial Regex Comment();
}
