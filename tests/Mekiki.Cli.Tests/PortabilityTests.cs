using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests;

/// <summary>What keeps the program running on every system: a call into a system's own library is made on that system alone.</summary>
public partial class PortabilityTests
{
    /// <summary>
    /// Each method of a native library says the systems that have it. Then the compiler (rule CA1416, an error here) refuses
    /// each call that does not ask <c>OperatingSystem</c> first.
    /// </summary>
    [Fact]
    public void NativeMethods_SayTheirSystems()
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the sources is not around the tests.");
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Shared.Repository!, "src"), "*.cs", SearchOption.AllDirectories).Where(f => !Built().IsMatch(f))];
        var imports = files.SelectMany(f => Import().Matches(File.ReadAllText(f)).Select(m => (File: Path.GetFileName(f), Name: m.Groups["name"].Value, Systems: m.Groups["attributes"].Value + m.Groups["more"].Value))).ToArray();
        // The test sees those that there are today.
        Assert.Subset(imports.Select(i => i.Name).ToHashSet(), new HashSet<string> { "Advise", "ExecV", "Open", "ReturnPages" });
        Assert.DoesNotContain(imports, i => !i.Systems.Contains("[SupportedOSPlatform(\"", StringComparison.Ordinal));
        // No call goes around: by a loaded library, or with the rule switched off. MPI's constants are data of its library, which only a loaded one tells.
        Assert.Equal(["Mpi.cs"], files.Where(f => Around().IsMatch(File.ReadAllText(f))).Select(Path.GetFileName));
    }

    // The attributes before a method's signature.
    [GeneratedRegex(@"(?<attributes>(?:\[[^\n]+\]\s*)*)\[(?:LibraryImport|DllImport)\([^\n]*\]\s*(?<more>(?:\[[^\n]+\]\s*)*)[a-z][^\n(]* (?<name>\w+)\(")]
    private static partial Regex Import();

    [GeneratedRegex(@"NativeLibrary\.(?:GetExport|TryGetExport)|\bdelegate\* unmanaged|CA1416")]
    private static partial Regex Around();

    [GeneratedRegex(@"[\\/](?:bin|obj)[\\/]")]
    private static partial Regex Built();
}
