using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary><c>log.csv</c>: a row for each epoch.</summary>
internal static class EpochLog
{
    private const string Head = "epoch,steps,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,balanced_accuracy,top5_accuracy,validation_loss,validation_accuracy,train_seconds,test_seconds";

    /// <summary>Adds a row; one that stands there for this epoch or a later one, from before a resume, gives way.</summary>
    public static void Add(string path, EpochResult epoch) => OutputFile.Write(path, string.Join('\n', [.. Before(path, epoch.Epoch), Row(epoch)]) + '\n');

    /// <summary>Takes away what was written after epoch <paramref name="last"/>, from where the run goes on.</summary>
    public static void CutAfter(string path, int last)
    {
        if (!File.Exists(path))
            return;
        string kept = string.Join('\n', Before(path, last + 1)) + '\n';
        if (kept != File.ReadAllText(path))
            OutputFile.Write(path, kept);
    }

    /// <summary>How many epochs have a row, of the first <paramref name="last"/>.</summary>
    public static int RowsUntil(string path, int last) => Before(path, last + 1).Skip(1).Select(line => line.Split(',')[0]).Distinct().Count();

    private static List<string> Before(string path, int epoch)
    {
        var lines = new List<string> { Head };
        if (File.Exists(path))
            foreach (string line in File.ReadAllLines(path).Skip(1))
                if (int.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out int number) && number < epoch)
                    lines.Add(line);
        return lines;
    }

    private static string Row(EpochResult e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.Steps},{e.LearningRate:0.#########},{e.TrainLoss:0.######},{e.TrainAccuracy:0.######},{e.TestLoss:0.######},{e.TestAccuracy:0.######},{e.BalancedAccuracy:0.######},{e.Top5Accuracy:0.######},{e.Validation?.Loss:0.######},{e.Validation?.Accuracy:0.######},{e.TrainSeconds:0.###},{e.TestSeconds:0.###}");
}
