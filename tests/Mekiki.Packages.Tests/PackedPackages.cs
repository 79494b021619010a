using System.Globalization;
using System.IO.Compression;

namespace Mekiki.Packages.Tests;

/// <summary>The packages of this build in a folder, as a user finds them in a feed, and what the tests do with them.</summary>
/// <remarks>
/// Each run gives them a version of its own, so that no cache holds it. Packages of others come from the machine's cache or
/// from nuget.org, never Mekiki's: the configuration says which come from where.
/// </remarks>
public sealed class PackedPackages : IDisposable
{
    /// <summary>The configuration of the build that is packed.</summary>
    public const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string> packed, tool, run;

    public PackedPackages() =>
        (packed, tool, run) = (new(Pack), new(InstallTool), new(Train));

    /// <summary>The version of all of them.</summary>
    public string Version { get; } = $"0.1.0-test.{DateTime.UtcNow.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture)}";

    /// <summary>The folder with the packages.</summary>
    public string Feed => packed.Value;

    /// <summary>The folder in which the tool is installed.</summary>
    public string Tools => tool.Value;

    /// <summary>A run's folder: a network that the installed tool trained to tell dark from light.</summary>
    public string Run => run.Value;

    /// <summary>The installed tool.</summary>
    public string Mekiki => Path.Combine(Tools, OperatingSystem.IsWindows() ? "mekiki.exe" : "mekiki");

    public void Dispose() => folder.Dispose();

    /// <summary>The files of a package by their names.</summary>
    public ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(Feed, $"{id}.{Version}.{extension}"));

    /// <summary>An empty folder for a user's project, in which packages are found.</summary>
    public string Project(string name, params (string File, string Text)[] files)
    {
        _ = Feed;
        foreach (var (file, text) in files)
            File.WriteAllText(folder[$"projects/{name}/{file}"], text);
        return Path.GetDirectoryName(folder[$"projects/{name}/x"])!;
    }

    /// <summary>`dotnet` on a user's project. Where packages of others are needed and cannot be had, the test is skipped.</summary>
    public static string Dotnet(string project, params string[] arguments)
    {
        var (code, output) = Command.Run(project, "dotnet", arguments);
        Assert.SkipWhen(code != 0 && output.Contains("NU1301", StringComparison.Ordinal), "Needs nuget.org, or its packages in the machine's cache.");
        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)}: expected exit code 0, got {code}.\n{output}");
        return output;
    }

    /// <summary>A picture of one grey, as a BMP of 24 bits, which SkiaSharp's native library reads.</summary>
    public static byte[] Picture(byte grey)
    {
        const int Side = 16;
        var file = new byte[54 + Side * Side * 3];
        using var writer = new BinaryWriter(new MemoryStream(file));
        writer.Write("BM"u8);
        foreach (int value in new[] { file.Length, 0, 54, 40, Side, Side, 1 | 24 << 16, 0, file.Length - 54, 2835, 2835, 0, 0 })
            writer.Write(value);
        file.AsSpan(54).Fill(grey);
        return file;
    }

    private string Pack()
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the projects to pack is not around the tests.");
        string feed = Path.GetDirectoryName(folder["feed/x"])!;
        string output = Command.Done(Shared.Repository!, "dotnet", "pack", "-c", Configuration, "--no-build", "-o", feed, $"-p:MinVerVersionOverride={Version}", "-p:NoWarn=NU5104");
        Assert.DoesNotContain("warning", output);
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(folder["nuget.config"], $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{feed}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="packed"><package pattern="Mekiki" /><package pattern="Mekiki.*" /></packageSource>
                <packageSource key="nuget.org"><package pattern="*" /></packageSource>
              </packageSourceMapping>
              <config><add key="globalPackagesFolder" value="{folder["packages"]}" /></config>
              <fallbackPackageFolders>
                <clear />
                {(Directory.Exists(cache) ? $"<add key=\"machine\" value=\"{cache}\" />" : "")}
              </fallbackPackageFolders>
            </configuration>
            """);
        return feed;
    }

    private string InstallTool()
    {
        _ = Feed;
        string tools = Path.Combine(folder.Path, "tools");
        Dotnet(folder.Path, "tool", "install", "Mekiki.Tool", "--version", Version, "--tool-path", tools, "--configfile", folder["nuget.config"]);
        return tools;
    }

    private string Train()
    {
        for (int i = 0; i < 40; i++)
            File.WriteAllBytes(folder[$"pictures/{(i % 2 == 0 ? "dark" : "light")}/{i}.bmp"], Picture((byte)(i + i % 2 * 200)));
        string run = Path.Combine(folder.Path, "run");
        Command.Done(folder.Path, Mekiki, "train", "--data", Path.Combine(folder.Path, "pictures"), "--model", "cnn", "--epochs", "3", "--out", run);
        return run;
    }
}
