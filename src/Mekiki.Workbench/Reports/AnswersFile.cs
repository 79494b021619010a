using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Reports;

/// <summary>Every tested image with what a model answered, from which all figures can be computed again.</summary>
/// <remarks>
/// Columns: image, class, prediction; class_1 … class_5 and probability_1 … probability_5, the most probable classes; log_probability, the natural
/// logarithm of the probability of the image's own class; rank, how many classes are more probable; square_sum, Σ p² over all classes (Brier
/// score: square_sum - 2 e^log_probability + 1); max_logit and energy; nearness, how near the image is to training images, where the model has some
/// beside it (<see cref="FeatureNeighbours"/>); group, where images have groups. Numbers have as many digits as
/// their bits need.
/// </remarks>
public static class AnswersFile
{
    /// <summary>Writes the file: JSON lines where its name ends in .jsonl, else CSV. It appears only when whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="set">The images.</param>
    /// <param name="answers">What was answered for some of them.</param>
    /// <param name="groups">Their groups; null: there are none.</param>
    /// <param name="nearness">Of each answer, the image's score by <see cref="FeatureNeighbours.Scores"/>; null: there are no training images to compare with.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, ImageSet set, Answers answers, ImageGroups? groups = null, double[]? nearness = null)
    {
        int[] places = [.. Enumerable.Range(1, answers.TopCount)];
        string columns = $"class,prediction,{string.Join(',', places.Select(i => $"class_{i}"))},{string.Join(',', places.Select(i => $"probability_{i}"))},log_probability,rank,square_sum,max_logit,energy{(nearness is null ? "" : ",nearness")}";
        WriteLines(path, set, groups, answers.Count, n => (answers[n].Image, answers[n].Group), columns, AddCells, AddProperties);

        void AddCells(StringBuilder line, int n)
        {
            var answer = answers[n];
            var top = answers.TopOf(n);
            line.Append(',').Append(Csv.Quote(answers.Classes[answer.Label])).Append(',').Append(Csv.Quote(answers.Classes[answer.Prediction]));
            foreach (var (c, _) in top)
                line.Append(',').Append(Csv.Quote(answers.Classes[c]));
            foreach (var (_, p) in top)
                line.Append(CultureInfo.InvariantCulture, $",{p}");
            line.Append(CultureInfo.InvariantCulture, $",{answer.LogProbability},{answer.Rank},{answer.SquareSum},{answer.MaxLogit},{answer.Energy}");
            if (nearness is not null)
                line.Append(CultureInfo.InvariantCulture, $",{nearness[n]}");
        }

        void AddProperties(Utf8JsonWriter json, int n)
        {
            var answer = answers[n];
            json.WriteString("class", answers.Classes[answer.Label]);
            json.WriteString("prediction", answers.Classes[answer.Prediction]);
            json.WriteStartArray("top");
            foreach (var (c, p) in answers.TopOf(n))
            {
                json.WriteStartObject();
                json.WriteString("label", answers.Classes[c]);
                WriteNumber(json, "probability", p);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteNumber(json, "log_probability", answer.LogProbability);
            json.WriteNumber("rank", answer.Rank);
            WriteNumber(json, "square_sum", answer.SquareSum);
            WriteNumber(json, "max_logit", answer.MaxLogit);
            WriteNumber(json, "energy", answer.Energy);
            if (nearness is not null)
                WriteNumber(json, "nearness", nearness[n]);
        }
    }

    /// <summary>Writes a line for each answer: the image, what the answer says, and the image's group where there are groups. JSON lines where the file's name ends in .jsonl, else CSV.</summary>
    /// <param name="path">The file; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="groups">Their groups; null: there are none.</param>
    /// <param name="count">How many answers.</param>
    /// <param name="placeOf">Of an answer, which image it is for, and which group.</param>
    /// <param name="columns">The names of the columns between image and group.</param>
    /// <param name="addCells">Adds an answer's cells for these, each behind a comma.</param>
    /// <param name="addProperties">Writes them as properties.</param>
    internal static void WriteLines(string path, ImageSet set, ImageGroups? groups, int count, Func<int, (int Image, int Group)> placeOf, string columns, Action<StringBuilder, int> addCells, Action<Utf8JsonWriter, int> addProperties)
    {
        bool isJson = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        OutputFile.Write(path, stream =>
        {
            if (isJson)
                WriteJson(stream);
            else
                WriteCsv(stream);
        });

        void WriteCsv(Stream stream)
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
            writer.Write($"image,{columns}{(groups is null ? "" : ",group")}\n");
            var line = new StringBuilder();
            for (int n = 0; n < count; n++)
            {
                var (image, group) = placeOf(n);
                addCells(line.Clear().Append(Csv.Quote(set.Names[image])), n);
                if (groups is not null)
                    line.Append(',').Append(Csv.Quote(groups.Names[group]));
                writer.Write(line.Append('\n'));
            }
        }

        void WriteJson(Stream stream)
        {
            var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            for (int n = 0; n < count; n++)
            {
                var (image, group) = placeOf(n);
                using (var json = new Utf8JsonWriter(stream, options))
                {
                    json.WriteStartObject();
                    json.WriteString("image", set.Names[image]);
                    addProperties(json, n);
                    if (groups is not null)
                        json.WriteString("group", groups.Names[group]);
                    json.WriteEndObject();
                }

                stream.WriteByte((byte)'\n');
            }
        }
    }

    /// <summary>Writes a number; null where it is infinite or none, which JSON cannot say.</summary>
    internal static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    /// <summary>Writes a number with as many digits as its bits need.</summary>
    internal static void WriteNumber(Utf8JsonWriter json, string name, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
