using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary><c>log.csv</c>: a row for each epoch.</summary>
internal static class EpochLog
{
    private const string Head = "epoch,steps,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,balanced_accuracy,top5_accuracy,validation_loss,validation_accuracy,train_seconds,test_seconds";

    /// <summary>Adds a row, behind a head if it is the first. No row stands there for this epoch or a later one.</summary>
    /// <exception cref="MekikiException">It cannot be written; what is half a row is taken away where the run goes on.</exception>
    public static void Add(string path, EpochResult epoch) => OutputFile.Guard(path, () =>
    {
        FileStep.Before("append", path);
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(Encoding.UTF8.GetBytes((file.Length == 0 ? Head + '\n' : "") + Row(epoch) + '\n'));
        file.Flush(flushToDisk: true);
    });

    /// <summary>Takes away what was written after epoch <paramref name="last"/>, from where the run goes on, and what is half a row.</summary>
    public static void CutAfter(string path, int last)
    {
        if (File.Exists(path))
            GrowingFile.Cut(path, Whole(path, last).Bytes);
    }

    /// <summary>How many epochs have a row, of the first <paramref name="last"/>.</summary>
    public static int RowsUntil(string path, int last) => File.Exists(path) ? Whole(path, last).Rows : 0;

    // Of the head and the rows behind it, which end with a line feed.
    private static (long Bytes, int Rows) Whole(string path, int last)
    {
        ReadOnlySpan<byte> text = File.ReadAllBytes(path);
        if (!text.StartsWith("epoch,"u8) || text.IndexOf((byte)'\n') is var head && head < 0)
            return (0, 0);
        int kept = head + 1, rows = 0, before = 0;
        for (int length; (length = text[kept..].IndexOf((byte)'\n') + 1) > 0; kept += length)
        {
            if (!Utf8Parser.TryParse(text.Slice(kept, length), out int epoch, out int digits) || text[kept + digits] != ',' || epoch > last)
                break;
            rows += epoch > before ? 1 : 0;
            before = epoch;
        }

        return (kept, rows);
    }

    private static string Row(EpochResult e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.Steps},{e.LearningRate:0.#########},{e.TrainLoss:0.######},{e.TrainAccuracy:0.######},{e.TestLoss:0.######},{e.TestAccuracy:0.######},{e.BalancedAccuracy:0.######},{e.Top5Accuracy:0.######},{e.Validation?.Loss:0.######},{e.Validation?.Accuracy:0.######},{e.TrainSeconds:0.###},{e.TestSeconds:0.###}");
}
