using System.Diagnostics;

namespace Mekiki.Cli.Tests;

/// <summary>The program as a process: what only a real shell, pipe or signal shows.</summary>
public class ProcessTests
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, "mekiki");

    [Fact]
    public void ReaderThatLeaves_EndsItQuietly()
    {
        var (code, error) = Shell($"{Program} --help | head -n 1; echo ${{PIPESTATUS[0]}} >&2");
        Assert.Equal((0, "0\n"), (code, error));
        (_, error) = Shell($"{Program} --help | true; echo ${{PIPESTATUS[0]}} >&2");
        Assert.Equal("0\n", error);
    }

    [Fact]
    public void FullOutput_IsSaid()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full.");
        var (code, error) = Shell($"{Program} data list > /dev/full");
        Assert.Equal(ExitCode.Mistake, code);
        Assert.StartsWith("Reading or writing failed: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void OutputThatIsAppended_IsNotOverwritten()
    {
        using var folder = new TemporaryFolder();
        var (code, _) = Shell($"(echo first; {Program} --version; echo last) > {folder["out.txt"]}");
        Assert.Equal(0, code);
        Assert.Equal(["first", Machine.Version, "last"], File.ReadAllLines(folder["out.txt"]));
    }

    private static (int Code, string Error) Shell(string command)
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && File.Exists(Program), "Needs bash and the program beside the tests.");
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
