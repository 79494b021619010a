using System.Diagnostics;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>Lessons as their readers run them. All of them run by <c>.ci/run --lessons</c>.</summary>
public class RunTests
{
    [Theory]
    [InlineData("02-derivatives", "The value of dy/dx is 12.0")]
    [InlineData("05-mlp", "In the network's constructor write: layer = Child(\"layer\", new Linear(…)).")]
    public async Task Lesson_RunsFromItsFile_AndWritesItsPage(string name, string printed)
    {
        using var folder = new TemporaryFolder();
        var (code, output) = await Run(Repository.At($"lessons/{name}.cs"), "--quick", "--out", folder.Path);
        Assert.True(code == 0, output);
        Assert.Contains(printed, output);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(printed), await File.ReadAllTextAsync(folder[name + ".html"], TestContext.Current.CancellationToken));
    }

    // A lesson, and any program that refers to the sources, is built for debugging unless its reader says otherwise.
    [Fact]
    public async Task Sources_AreOptimized_AlsoForDebugging()
    {
        var (code, output) = await Dotnet(Repository.At("src/Mekiki"), "msbuild", "-getProperty:Optimize,Configuration,DebugType", "-p:Configuration=Debug", "-nologo");
        Assert.True(code == 0, output);
        Assert.Matches("\"Optimize\": \"true\"", output);
        Assert.Matches("\"Configuration\": \"Debug\"", output);
        Assert.Matches("\"DebugType\": \"portable\"", output);
    }

    private static Task<(int Code, string Output)> Run(string file, params string[] arguments) => Dotnet(Path.GetDirectoryName(file)!, ["run", "-c", "Release", file, "--", .. arguments]);

    private static async Task<(int Code, string Output)> Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(10));
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
