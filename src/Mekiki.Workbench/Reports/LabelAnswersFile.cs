using System.Globalization;
using System.Text;
using System.Text.Json;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Reports;

/// <summary>Every tested image with what a model of any number of labels answered, from which all figures can be computed again.</summary>
/// <remarks>
/// Columns: image; labels and predicted, with <c>;</c> between them; certainty, how probable it is that all labels are right; loss, the mean binary
/// cross-entropy over labels; probability:LABEL, of each label; group, where images have groups. In JSON labels are arrays, and
/// <c>probabilities</c> has a value of each label. Numbers have as many digits as their bits need.
/// </remarks>
public static class LabelAnswersFile
{
    /// <summary>Writes the file: JSON lines where its name ends in .jsonl, else CSV. It appears only when whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="set">The images.</param>
    /// <param name="answers">What was answered for some of them.</param>
    /// <param name="groups">Their groups; null: there are none.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, ImageSet set, LabelAnswers answers, ImageGroups? groups = null)
    {
        string columns = $"labels,predicted,certainty,loss,{string.Join(',', answers.Labels.Select(label => Csv.Quote($"probability:{label}")))}";
        AnswersFile.WriteLines(path, set, groups, answers.Count, n => (answers.ImageOf(n), answers.GroupOf(n)), columns, AddCells, AddProperties);

        void AddCells(StringBuilder line, int n)
        {
            line.Append(',').Append(Csv.Quote(string.Join(';', answers.LabelsOf(n)))).Append(',').Append(Csv.Quote(string.Join(';', answers.PredictedOf(n))));
            line.Append(CultureInfo.InvariantCulture, $",{answers.Certainty(n)},{answers.Loss(n)}");
            for (int k = 0; k < answers.Labels.Count; k++)
                line.Append(CultureInfo.InvariantCulture, $",{answers.Probability(n, k)}");
        }

        void AddProperties(Utf8JsonWriter json, int n)
        {
            WriteLabels(json, "labels", answers.LabelsOf(n));
            WriteLabels(json, "predicted", answers.PredictedOf(n));
            AnswersFile.WriteNumber(json, "certainty", answers.Certainty(n));
            AnswersFile.WriteNumber(json, "loss", answers.Loss(n));
            json.WriteStartObject("probabilities");
            for (int k = 0; k < answers.Labels.Count; k++)
                AnswersFile.WriteNumber(json, answers.Labels[k], answers.Probability(n, k));
            json.WriteEndObject();
        }
    }

    private static void WriteLabels(Utf8JsonWriter json, string name, IReadOnlyList<string> labels)
    {
        json.WriteStartArray(name);
        foreach (string label in labels)
            json.WriteStringValue(label);
        json.WriteEndArray();
    }
}
