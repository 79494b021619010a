using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Evaluation;

/// <summary>An image that was taken for another class than its own.</summary>
/// <param name="Index">Its index in the set; from an <see cref="Evaluator"/>, how many images were added before it.</param>
/// <param name="Label">Its class.</param>
/// <param name="TakenFor">The class that the recognizer gave.</param>
/// <param name="Probability">Of the class that it gave, in [0, 1].</param>
/// <param name="LabelProbability">Of the image's own class, in [0, 1].</param>
public readonly record struct Mistake(int Index, string Label, string TakenFor, float Probability, float LabelProbability)
{
    /// <summary>Writes mistakes: image, class, what it was taken for, and both probabilities.</summary>
    /// <param name="path">The CSV file; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="mistakes">The rows.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void WriteCsv(string path, ImageSet set, IReadOnlyList<Mistake> mistakes)
    {
        var text = new StringBuilder("image,class,taken_for,probability,class_probability\n");
        foreach (var m in mistakes)
            text.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(set.Names[m.Index])},{Csv.Quote(m.Label)},{Csv.Quote(m.TakenFor)},{m.Probability:0.####},{m.LabelProbability:0.####}\n");
        OutputFile.Write(path, text.ToString());
    }

    /// <summary>Draws mistakes on a PNG file, a row for each pair of classes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="set">The images.</param>
    /// <param name="mistakes">The images that are drawn.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Draw(string path, ImageSet set, IEnumerable<Mistake> mistakes) =>
        ContactSheet.Write(path, set, [.. mistakes.GroupBy(m => $"{m.Label} {m.TakenFor}?").Select(g => (g.Key, g.Select(m => m.Index).ToArray()))]);
}
