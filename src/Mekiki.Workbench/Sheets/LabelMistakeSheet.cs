using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Sheets;

/// <summary>The images for which a recognizer predicts a label too many or too few, as a table and as pictures.</summary>
public static class LabelMistakeSheet
{
    /// <summary>Writes mistakes: image, its labels, those that are predicted, those that are missing and too many, with <c>;</c> between them, and how probable the prediction was as a whole.</summary>
    /// <param name="path">The CSV file; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="answers">What was answered.</param>
    /// <param name="mistakes">The rows, as numbers of answers.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void WriteCsv(string path, ImageSet set, LabelAnswers answers, IReadOnlyList<int> mistakes)
    {
        var text = new StringBuilder("image,labels,predicted,missing,too_many,certainty\n");
        foreach (int n in mistakes)
        {
            string[] own = [.. answers.LabelsOf(n)], predicted = [.. answers.PredictedOf(n)];
            text.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(set.Names[answers.ImageOf(n)])},{Joined(own)},{Joined(predicted)},{Joined(own.Except(predicted))},{Joined(predicted.Except(own))},{answers.Certainty(n):0.####}\n");
        }

        OutputFile.Write(path, text.ToString());

        static string Joined(IEnumerable<string> labels) => Csv.Quote(string.Join(';', labels));
    }

    /// <summary>Draws mistakes on a PNG file: for each label a row of the images that have it and are not said to, <c>- label</c>, and one of those that are said to and have it not, <c>+ label</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="set">The images.</param>
    /// <param name="answers">What was answered.</param>
    /// <param name="mistakes">The images that are drawn, as numbers of answers.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Draw(string path, ImageSet set, LabelAnswers answers, IEnumerable<int> mistakes)
    {
        var wrong = mistakes.SelectMany(n => Enumerable.Range(0, answers.Labels.Count).Where(k => answers.Has(n, k) != answers.IsPredicted(n, k)).Select(k => (Label: k, IsMissing: answers.Has(n, k), Image: answers.ImageOf(n))));
        ContactSheet.Write(path, set, [.. wrong.GroupBy(w => (w.Label, w.IsMissing)).OrderBy(g => g.Key.Label).ThenByDescending(g => g.Key.IsMissing)
            .Select(g => ($"{(g.Key.IsMissing ? "-" : "+")} {answers.Labels[g.Key.Label]}", g.Select(w => w.Image).ToArray()))]);
    }
}
