using System.Text.RegularExpressions;

namespace Mekiki.Tests;

/// <summary>The engine's house rules, held by its sources: they are looked for above the test's own folder, and the test is skipped where they are not.</summary>
public partial class ArchitectureTests
{
    private static readonly string? Engine = FindEngine();

    [Fact]
    public void PointersAndUnsafeCode_StandBehindTheBackendAlone()
    {
        string[] wrong = [.. Sources().Where(s => !s.Folder.StartsWith("Backends/Cpu", StringComparison.Ordinal) && s.Folder != "Files" && Unsafe().IsMatch(s.Text)).Select(s => s.Path)];
        // A buffer hands its memory to the processor's storage, and must say where it lies.
        Assert.Equal(["TensorBuffer.cs"], wrong);
    }

    [Fact]
    public void Operations_ReadNoElements()
    {
        // Shapes, sizes, labels and indices are theirs (`Integers` are checked indices, a result's `Values` a part of it); elements are the backend's.
        string[] wrong = [.. Sources().Where(s => s.Folder == "Operations").SelectMany(s => Elements().Matches(s.Text).Select(m => $"{s.Path}: {m.Value}"))];
        Assert.Empty(wrong);
    }

    [Fact]
    public void Namespaces_DependOneWay()
    {
        // The root namespace (Tensor, Module, Shape, …) is what all others speak of, so it is left out.
        var uses = new SortedDictionary<string, SortedSet<string>>();
        foreach (var (_, folder, text) in Sources())
        {
            if (folder.Length == 0)
                continue;
            string own = folder.Replace('/', '.');
            var used = uses.TryGetValue(own, out var known) ? known : uses[own] = [];
            foreach (Match match in Using().Matches(text))
                if (match.Groups[1].Value != own)
                    used.Add(match.Groups[1].Value);
        }

        var circles = uses.Keys.Where(start => Reaches(start, start, [])).ToArray();
        Assert.Empty(circles);

        bool Reaches(string from, string to, HashSet<string> seen) =>
            uses.TryGetValue(from, out var next) && next.Any(n => n == to || (seen.Add(n) && Reaches(n, to, seen)));
    }

    [Fact]
    public void TheBorder_KnowsNothingOfWhatStandsBehindIt()
    {
        Assert.Empty(Sources().Where(s => s.Folder == "Backends" && s.Text.Contains("Backends.Cpu", StringComparison.Ordinal)).Select(s => s.Path));
        string[] behind = [.. Sources().Where(s => s.Folder.StartsWith("Backends", StringComparison.Ordinal)).Where(s => Upwards().IsMatch(s.Text)).Select(s => s.Path)];
        Assert.Empty(behind);
        string[] around = [.. Sources().Where(s => s.Folder is "Operations" or "Layers" or "Losses" or "Optimizers" or "Schedules" or "Autograd" && s.Text.Contains("Backends.Cpu", StringComparison.Ordinal)).Select(s => s.Path)];
        Assert.Empty(around);
    }

    private static IEnumerable<(string Path, string Folder, string Text)> Sources()
    {
        Assert.SkipWhen(Engine is null, "the engine's sources are not above the tests' folder");
        foreach (string file in Directory.EnumerateFiles(Engine, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string path = Path.GetRelativePath(Engine, file).Replace('\\', '/');
            if (!path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
                yield return (path, Path.GetDirectoryName(path)!.Replace('\\', '/'), File.ReadAllText(file));
        }
    }

    private static string? FindEngine()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "src", "Mekiki", "Mekiki.csproj")))
                return Path.Combine(folder.FullName, "src", "Mekiki");
        return null;
    }

    [GeneratedRegex(@"\bunsafe\b|\bfixed \(|\bstackalloc [a-z]+\*")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"Span<float>|float\[\]|\.Item\(|\bDownload\b|\.ItemOf\b")]
    private static partial Regex Elements();

    [GeneratedRegex(@"^using Mekiki\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^using Mekiki\.(Autograd|Operations|Layers|Losses|Optimizers|Schedules|Files)", RegexOptions.Multiline)]
    private static partial Regex Upwards();
}
