using System.Diagnostics;
using System.Text.Json;

namespace Mekiki.Cli.Tests;

/// <summary>The program is killed again and again, as a power cut would; the run is resumed each time and ends as if nothing had been.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FourKills_EndWithTheWeightsOfTheUndisturbedRun() => KillAndResume(4, epochs: 3);

    // About half a minute on two cores.
    [Fact(Explicit = true)]
    public void TwentyKills_EndWithTheWeightsOfTheUndisturbedRun() => KillAndResume(20, epochs: 6);

    private void KillAndResume(int kills, int epochs)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Program), "Needs Linux and the program beside the tests.");
        string[] line = ["train", "--data", Pictures.Folder(folder, each: 100), "--model", "cnn", "--epochs", $"{epochs}", "--batch", "4", "--seed", "7", "--threads", "1", "--checkpoint-steps", "3", "--json"];
        string undisturbed = Sha256(Run([.. line, "--out", Path.Combine(folder.Path, "whole")]));

        string run = Path.Combine(folder.Path, "run");
        var generator = new Generator(20, (ulong)kills);
        int killed = 0, inTraining = 0;
        string? output = null;
        for (string[] next = [.. line, "--out", run]; output is null; next = ["train", "--resume", run, "--json"])
        {
            using var process = Start(next);
            if (killed == kills)
            {
                output = Ended(process);
                break;
            }

            // One in five at any moment from the start on, the others while it trains.
            bool atAnyMoment = killed % 5 == 4;
            while (!process.HasExited && !(atAnyMoment ? File.Exists(Path.Combine(run, "run.json")) : IsTraining(run)))
                Thread.Sleep(1);
            Thread.Sleep(generator.NextInt32(atAnyMoment ? 300 : 120));
            if (process.HasExited)
            {
                output = Ended(process);
                break;
            }

            inTraining += IsTraining(run) ? 1 : 0;
            process.Kill();
            process.WaitForExit();
            killed++;
            // The lock of the killed process is free; its file tells nothing any more.
            File.Delete(Path.Combine(run, "run.lock"));
        }

        Assert.True(killed == kills && inTraining > kills / 2, $"Expected {kills} kills, most of them while it trained, got {killed} and {inTraining}.");
        Assert.Equal(undisturbed, Sha256(output!));
        Assert.Equal(Log(Path.Combine(folder.Path, "whole")), Log(run));
        Assert.Equal(Steps(Path.Combine(folder.Path, "whole")), Steps(run));
        Assert.DoesNotContain(Directory.GetFiles(run), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "mekiki");

    private static bool IsTraining(string run) => File.Exists(Path.Combine(run, "run.lock"));

    private static string Run(string[] line)
    {
        using var process = Start(line);
        return Ended(process);
    }

    private static Process Start(string[] line) =>
        System.Diagnostics.Process.Start(new ProcessStartInfo(Program, line) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string Ended(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"Expected exit code 0, got {process.ExitCode}: {error.GetAwaiter().GetResult()}");
        return output;
    }

    private static string Sha256(string output) => JsonDocument.Parse(output).RootElement.GetProperty("weights_sha256").GetString()!;

    private static IEnumerable<string> Steps(string run) => File.ReadAllLines(Path.Combine(run, "steps.jsonl")).Select(line => line[..line.IndexOf(",\"seconds\"", StringComparison.Ordinal)]);

    // All but the seconds.
    private static IEnumerable<string> Log(string run) => File.ReadAllLines(Path.Combine(run, "log.csv")).Select(row => string.Join(',', row.Split(',')[..^2]));
}
