using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Sheets;

/// <summary>The images that a recognizer predicts wrongly, as a table and as pictures.</summary>
public static class MistakeSheet
{
    /// <summary>Writes mistakes: image, class, the class that the model predicts, and both probabilities.</summary>
    /// <param name="path">The CSV file; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="mistakes">The rows.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void WriteCsv(string path, ImageSet set, IReadOnlyList<Mistake> mistakes)
    {
        var text = new StringBuilder("image,class,predicted,probability,class_probability\n");
        foreach (var m in mistakes)
            text.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(set.Names[m.Index])},{Csv.Quote(m.Label)},{Csv.Quote(m.Predicted)},{m.Probability:0.####},{m.LabelProbability:0.####}\n");
        OutputFile.Write(path, text.ToString());
    }

    /// <summary>Draws mistakes on a PNG file, a row for each pair of classes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="set">The images.</param>
    /// <param name="mistakes">The images that are drawn.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Draw(string path, ImageSet set, IEnumerable<Mistake> mistakes) =>
        ContactSheet.Write(path, set, [.. mistakes.GroupBy(m => $"{m.Label} {m.Predicted}?").Select(g => (g.Key, g.Select(m => m.Index).ToArray()))]);
}
