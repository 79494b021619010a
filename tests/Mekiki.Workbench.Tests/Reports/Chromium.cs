using System.Diagnostics;

namespace Mekiki.Workbench.Tests.Reports;

/// <summary>A real browser without a window: opens a page, runs it, and gives its document back.</summary>
internal static class Chromium
{
    private static readonly string? program = new[] { "chromium", "chromium-browser", "google-chrome" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>The document after the page's program has run, and what the page wrote to the console.</summary>
    public static async Task<(string Document, string[] Console)> Open(string page, TemporaryFolder folder, CancellationToken cancellation)
    {
        Assert.SkipUnless(program is not null, "chromium is not installed.");
        // Nothing is reached over the network: every name leads to a port where nobody listens.
        var start = new ProcessStartInfo(program!)
        {
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--host-resolver-rules=MAP * 127.0.0.1:9",
                "--enable-logging=stderr", "--v=0", $"--user-data-dir={folder[Guid.NewGuid().ToString("N")]}", "--window-size=1280,1000", "--virtual-time-budget=20000", "--dump-dom", new Uri(page).AbsoluteUri,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (document, log) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (await document, [.. (await log).Split('\n').Where(l => l.Contains("CONSOLE", StringComparison.Ordinal))]);
    }
}
