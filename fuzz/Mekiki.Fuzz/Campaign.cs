using System.Diagnostics;
using System.Globalization;

namespace Mekiki.Fuzz;

/// <summary>Starts a worker for each format, one after another, watches it, and begins anew behind an input that ended it.</summary>
internal static class Campaign
{
    private const long MostBytes = 4L << 30;
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(200), longest = TimeSpan.FromSeconds(60);

    /// <summary>Runs it, and prints a line of CSV for each format.</summary>
    public static int Run(Arguments arguments)
    {
        Console.WriteLine("format,inputs,refused,accepted,wrong,slow,large,crashes,seconds");
        bool isWhole = true;
        foreach (var format in arguments.Formats)
            isWhole &= Run(format, arguments);
        return isWhole ? 0 : 1;
    }

    private static bool Run(Format format, Arguments arguments)
    {
        string folder = Worker.FolderOf(arguments.Out, format);
        File.Delete(Path.Combine(folder, "progress"));
        using var progress = new Progress(Path.Combine(folder, "progress"));
        var clock = Stopwatch.StartNew();
        int crashes = 0;
        for (long first = 0; first < arguments.Count; first = progress.Index + 1)
        {
            string? end = Watch(format, first, arguments, progress);
            if (end is null)
                break;
            crashes++;
            File.WriteAllBytes(Path.Combine(folder, $"{end}-{progress.Index}.bin"), format.Input(arguments.Seed, progress.Index));
        }

        long faults = progress[Verdict.Wrong] + progress[Verdict.Slow] + progress[Verdict.Large] + crashes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{format.Name},{arguments.Count},{progress[Verdict.Refused]},{progress[Verdict.Accepted]},{progress[Verdict.Wrong]},{progress[Verdict.Slow]},{progress[Verdict.Large]},{crashes},{clock.Elapsed.TotalSeconds:0}"));
        return faults == 0;
    }

    private static long BytesOf(Process worker)
    {
        try
        {
            worker.Refresh();
            return worker.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has come to its end meanwhile.
            return 0;
        }
    }

    // Null: it came to its end; otherwise what ended it.
    private static string? Watch(Format format, long first, Arguments arguments, Progress progress)
    {
        string[] words = [format.Name, "--first", $"{first}", "--count", $"{arguments.Count}", "--seed", $"{arguments.Seed}", "--out", arguments.Out, .. arguments.From is { } from ? new[] { "--from", from } : []];
        using var worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, words))!;
        long index = -1;
        var since = Stopwatch.StartNew();
        while (!worker.WaitForExit(look))
        {
            if (progress.Index != index)
                (index, since) = (progress.Index, Stopwatch.StartNew());
            string? end = since.Elapsed > longest ? "hang" : BytesOf(worker) > MostBytes ? "memory" : null;
            if (end is null)
                continue;
            worker.Kill();
            worker.WaitForExit();
            return end;
        }

        return worker.ExitCode == 0 ? null : "crash";
    }
}
