using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Packages.Tests;

/// <summary>What is in the packages: nothing that a user does not need, and all that nuget.org shows.</summary>
public partial class ContentTests(PackedPackages packages)
{
    [Fact]
    public void Packages_AreThese() =>
        Assert.Equal(
            ["Mekiki.Distributed.nupkg", "Mekiki.Distributed.snupkg", "Mekiki.Logging.nupkg", "Mekiki.Logging.snupkg", "Mekiki.Onnx.nupkg", "Mekiki.Onnx.snupkg", "Mekiki.Serving.nupkg", "Mekiki.Serving.snupkg", "Mekiki.Tool.nupkg", "Mekiki.Vision.nupkg", "Mekiki.Vision.snupkg", "Mekiki.nupkg", "Mekiki.snupkg"],
            Directory.EnumerateFiles(packages.Feed).Select(f => Path.GetFileName(f).Replace($".{packages.Version}", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Mekiki", "nupkg")]
    [InlineData("Mekiki", "snupkg")]
    [InlineData("Mekiki.Vision", "nupkg")]
    [InlineData("Mekiki.Vision", "snupkg")]
    [InlineData("Mekiki.Distributed", "nupkg")]
    [InlineData("Mekiki.Distributed", "snupkg")]
    [InlineData("Mekiki.Logging", "nupkg")]
    [InlineData("Mekiki.Logging", "snupkg")]
    [InlineData("Mekiki.Onnx", "nupkg")]
    [InlineData("Mekiki.Onnx", "snupkg")]
    [InlineData("Mekiki.Serving", "nupkg")]
    [InlineData("Mekiki.Serving", "snupkg")]
    [InlineData("Mekiki.Tool", "nupkg")]
    public void Contents_AreStored(string id, string extension)
    {
        using var package = packages.Open(id, extension);
        // These are the package format's own.
        string[] format = ["_rels/", "package/", "[Content_Types].xml"];
        var text = new StringBuilder();
        foreach (string name in package.Entries.Select(e => e.FullName).Where(n => !Array.Exists(format, f => n.StartsWith(f, StringComparison.Ordinal))).Order(StringComparer.Ordinal))
            text.Append(name).Append('\n');
        if (extension == "nupkg")
        {
            string description = Read(package, $"{id}.nuspec").Replace(packages.Version, "VERSION", StringComparison.Ordinal);
            description = OtherVersion().Replace(Commit().Replace(description, ""), "version=\"…\"");
            text.Append('\n').Append(description.ReplaceLineEndings("\n")).Append('\n');
        }

        Stored.Same($"{id}.{extension}", text.ToString());
    }

    [Theory]
    [InlineData("Mekiki")]
    [InlineData("Mekiki.Vision")]
    [InlineData("Mekiki.Distributed")]
    [InlineData("Mekiki.Logging")]
    [InlineData("Mekiki.Onnx")]
    [InlineData("Mekiki.Serving")]
    [InlineData("Mekiki.Tool")]
    public void Readmes_AreShort(string id)
    {
        using var package = packages.Open(id);
        string readme = Read(package, "README.md");
        Assert.StartsWith("# ", readme);
        Assert.InRange(readme.Count(c => c == '\n'), 10, 60);
    }

    [Fact]
    public void Icon_IsAPngOf128Pixels()
    {
        using var package = packages.Open("Mekiki");
        using var icon = package.GetEntry("icon.png")!.Open();
        var head = new byte[24];
        icon.ReadExactly(head);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], head[..4]);
        Assert.Equal([0, 0, 0, 128, 0, 0, 0, 128], head[16..]);
    }

    internal static string Read(ZipArchive package, string name)
    {
        using var reader = new StreamReader(package.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    [GeneratedRegex(" (commit|branch)=\"[^\"]*\"")]
    private static partial Regex Commit();

    [GeneratedRegex("(?<= )version=\"[0-9][^\"]*\"(?= exclude)")]
    private static partial Regex OtherVersion();
}
