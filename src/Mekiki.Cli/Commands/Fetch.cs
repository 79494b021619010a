using Mekiki.Cli.Output;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Commands;

/// <summary>Downloads for a command, with a bar.</summary>
internal static class Fetch
{
    /// <summary>What is wrong with the address of a mirror.</summary>
    public static IEnumerable<string> CheckAddress(string? address) =>
        address is not null && !(Uri.TryCreate(address, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
            ? [$"--url: expected an address that begins with http:// or https://, got '{address}'. Give the whole address."]
            : [];

    /// <summary>Fetches a file.</summary>
    /// <param name="host">Where the bar is drawn.</param>
    /// <param name="name">What the bar calls it.</param>
    /// <param name="retries">How often a broken connection is tried again.</param>
    /// <param name="prepare">Makes the download.</param>
    /// <returns>The file; null: it was interrupted, which is told.</returns>
    public static DownloadedFile? Run(Host host, string name, int retries, Func<DownloadOptions, Download> prepare)
    {
        ProgressBar? bar = null;
        try
        {
            return prepare(new DownloadOptions { Retries = retries, Clock = host.Clock, Progress = Show }).RunAsync(host.Interrupt.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (host.Interrupt.IsRequested)
        {
            bar?.Dispose();
            host.Say("What has arrived is kept; the same command goes on from there.");
            return null;
        }
        finally
        {
            bar?.Dispose();
        }

        void Show(DownloadProgress progress)
        {
            if (progress.Message is { } message)
            {
                bar?.Dispose();
                bar = null;
                host.Say(message);
                return;
            }

            bar ??= new ProgressBar(host, name, progress.Total ?? 0, Amounts.Bytes, progress.Received);
            bar.Report(progress.Received);
        }
    }
}
