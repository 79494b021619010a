using System.Collections;
using System.Diagnostics;
using System.Text;

namespace Mekiki.Packages.Tests;

/// <summary>Runs a program to its end, as a user would in a shell.</summary>
internal static class Command
{
    /// <summary>Its exit code and all that it wrote, standard error included.</summary>
    public static (int Code, string Output) Run(string folder, string program, params string[] arguments)
    {
        using var process = Start(folder, program, arguments);
        var output = new StringBuilder();
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)}: expected an end within 10 minutes, got none.\n{output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());

        void Add(object sender, DataReceivedEventArgs line)
        {
            lock (output)
                if (line.Data is not null)
                    output.Append(line.Data).Append('\n');
        }
    }

    /// <summary>What it wrote; the test fails when it does.</summary>
    public static string Done(string folder, string program, params string[] arguments)
    {
        var (code, output) = Run(folder, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: expected exit code 0, got {code}.\n{output}");
        return output;
    }

    /// <summary>Starts it, with its output redirected.</summary>
    public static Process Start(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What `dotnet test` tells its own children must not reach another build.
        foreach (string name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => (string)v.Key).Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
            start.Environment.Remove(name);
        // No server stays behind: it would hold the redirected output open.
        foreach (var (name, value) in new[] { ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("UseSharedCompilation", "false"), ("DOTNET_CLI_UI_LANGUAGE", "en"), ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE", "1") })
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
