using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Microsoft.Extensions.Options;

namespace FolderWatcher;

internal sealed class SorterOptions
{
    public string Folder { get; set; } = "inbox";

    public float Threshold { get; set; } = 0.9f;
}

/// <summary>Waits for image files, recognizes those that have come together, and moves each into the folder of its label.</summary>
internal sealed partial class Sorter(Recognizer recognizer, IOptions<SorterOptions> options, ILogger<Sorter> logger) : BackgroundService
{
    private readonly string folder = Path.GetFullPath(options.Value.Folder);
    private readonly Channel<string> files = Channel.CreateUnbounded<string>();

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        Directory.CreateDirectory(folder);
        using var watcher = new FileSystemWatcher(folder);
        // A file that is renamed into the folder is whole; one that is written there may not be yet: it is tried when it was closed.
        watcher.Renamed += (_, e) => files.Writer.TryWrite(e.FullPath);
        watcher.Created += (_, e) => files.Writer.TryWrite(e.FullPath);
        watcher.EnableRaisingEvents = true;
        foreach (string path in Directory.EnumerateFiles(folder))
            files.Writer.TryWrite(path);
        await foreach (var seen in recognizer.PredictAsync(Images(stopping), new PredictOptions { Top = 1, Threshold = options.Value.Threshold }, stopping))
            Move(seen);
    }

    private async IAsyncEnumerable<ImageInput> Images([EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (string path in files.Reader.ReadAllAsync(stopping))
            if (await IsWhole(path, stopping))
                yield return ImageInput.FromFile(path);
    }

    // Whether nobody writes it any more; false where it is gone or a folder.
    private static async Task<bool> IsWhole(string path, CancellationToken stopping)
    {
        long length = -1;
        while (File.Exists(path))
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                if (file.Length == length)
                    return true;
                length = file.Length;
            }
            catch (IOException)
            {
                length = -1;
            }

            await Task.Delay(100, stopping);
        }

        return false;
    }

    private void Move(ImagePrediction seen)
    {
        string name = seen.Prediction is not { } prediction ? "unreadable" : prediction.IsAccepted ? prediction.Label : "unsure";
        string target = Path.Combine(folder, name, Path.GetFileName(seen.Image));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        for (int i = 2; File.Exists(target); i++)
            target = Path.Combine(folder, name, $"{Path.GetFileNameWithoutExtension(seen.Image)}-{i}{Path.GetExtension(seen.Image)}");
        File.Move(seen.Image, target);
        Moved(logger, Path.GetFileName(seen.Image), name, seen.Prediction?.Probability, seen.Error);
    }

    [LoggerMessage(LogLevel.Information, "{Image}: {Folder} {Probability} {Error}")]
    private static partial void Moved(ILogger logger, string image, string folder, float? probability, string? error);
}
