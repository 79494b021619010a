using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Lecture;

/// <summary><c>history.csv</c>: a row for each recognizer that is done, from the oldest to the newest.</summary>
public static class HistoryTable
{
    private const string Head = "year,recognizer,parameters,epochs,train_seconds,ms_per_image,accuracy,balanced_accuracy,stopped";
    private const long MostBytes = 1 << 20;

    /// <summary>Writes the rows; the file appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<HistoryRow> rows)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (var r in rows)
            text.Append(CultureInfo.InvariantCulture, $"{r.Year},{Csv.Quote(r.Model)},{r.Parameters},{r.Epochs},{r.TrainSeconds:0.##},{r.MillisecondsPerImage:0.####},{r.Accuracy:0.######},{r.BalancedAccuracy:0.######},{(r.IsStopped ? "yes" : "no")}\n");
        OutputFile.Write(path, text.ToString());
    }

    /// <summary>Reads the rows back; none if there is no such file.</summary>
    /// <exception cref="MekikiException">It is no such table; the wrong lines are named.</exception>
    public static IReadOnlyList<HistoryRow> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        if (new FileInfo(path).Length > MostBytes)
            throw new MekikiException($"{path}: expected a table of at most {MostBytes:N0} bytes, got more. Choose another folder with --out.");
        string[] lines = File.ReadAllText(path).TrimEnd('\n').Split('\n');
        if (lines[0] != Head)
            throw new MekikiException($"{path}: expected the first line '{Head}', got another. Choose another folder with --out.");
        var rows = new List<HistoryRow>();
        var wrong = new List<int>();
        for (int i = 1; i < lines.Length; i++)
            if (Row(Csv.Split(lines[i])) is { } row)
                rows.Add(row);
            else
                wrong.Add(i + 1);
        return wrong.Count == 0 ? rows : throw new MekikiException($"{path}: expected {Head.Split(',').Length} values in each line, got others in line {string.Join(", ", wrong.Take(10))}. Restore the file, or choose another folder with --out.");
    }

    private static HistoryRow? Row(string[] cells)
    {
        if (cells.Length != 9 || !int.TryParse(cells[0], CultureInfo.InvariantCulture, out int year) || !long.TryParse(cells[2], CultureInfo.InvariantCulture, out long parameters)
            || !int.TryParse(cells[3], CultureInfo.InvariantCulture, out int epochs) || Number(cells[4]) is not { } seconds || Number(cells[5]) is not { } milliseconds
            || cells[8] is not ("yes" or "no") || (Number(cells[6]) is null && cells[6].Length > 0) || (Number(cells[7]) is null && cells[7].Length > 0))
            return null;
        return new(year, cells[1], parameters, epochs, seconds, milliseconds, Number(cells[6]), Number(cells[7]), cells[8] == "yes");
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
