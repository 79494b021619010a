using System.Diagnostics;
using System.Text.Json;

namespace Mekiki.Distributed.Tests;

/// <summary>The program mekiki as ranks that mpirun starts on this machine, oversubscribed, each with one thread.</summary>
internal sealed class Ranks(TemporaryFolder folder)
{
    private static readonly string program = Path.Combine(AppContext.BaseDirectory, "mekiki");

    private static string? Launcher { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "mpirun")).FirstOrDefault(File.Exists);

    public static void SkipWithoutMpi() => Assert.SkipUnless(OperatingSystem.IsLinux() && Launcher is not null && File.Exists(program), "Needs Linux, Open MPI's mpirun (apt install openmpi-bin), and the program beside the tests.");

    /// <summary>Runs the program, with ranks, or without mpirun where there are none.</summary>
    public (int Code, string Out, string Error) Run(int ranks, params string[] line) => Ended(Start(ranks, line));

    public Process Start(int ranks, params string[] line) => ranks == 0 ? Started(program, line) : StartMixed((ranks, [], line));

    /// <summary>Ranks of several kinds under one mpirun: how many, variables of the environment, and the line.</summary>
    public Process StartMixed(params (int Ranks, string[] Variables, string[] Line)[] kinds) =>
        Started(Launcher!, ["--oversubscribe", "--bind-to", "none", .. kinds.SelectMany((k, i) => (string[])[.. i > 0 ? [":"] : Array.Empty<string>(), "-n", $"{k.Ranks}", .. k.Variables.SelectMany(v => (string[])["-x", v]), program, .. k.Line])]);

    public static (int Code, string Out, string Error) Ended(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
    }

    /// <summary>The weights of a training that ended well, whose standard output holds one line of JSON and nothing else.</summary>
    public static string Sha256((int Code, string Out, string Error) ended)
    {
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(1, ended.Out.Count(c => c == '\n'));
        return JsonDocument.Parse(ended.Out).RootElement.GetProperty("weights_sha256").GetString()!;
    }

    private Process Started(string file, string[] line)
    {
        var start = new ProcessStartInfo(file, line) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MEKIKI_CACHE"] = Path.Combine(folder.Path, "cache");
        // The tests may run as root, where mpirun asks twice.
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        return Process.Start(start)!;
    }
}
