using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Mekiki.Workbench.Reports;

/// <summary>What the page's program reads: classes, counts, images with their answers, texts.</summary>
internal static class ReportData
{
    // Signs that mean something in HTML are escaped, so that no name ends the element it stands in.
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Which images the page shows: mistakes, then doubtful labels, then the least sure right answers.</summary>
    /// <param name="report">The report.</param>
    /// <param name="atlas">Takes the pictures.</param>
    /// <param name="words">The texts.</param>
    /// <returns>JSON.</returns>
    public static string Of(Report report, Atlas atlas, ReportWords words)
    {
        var answers = report.Answers;
        var set = report.Images.Set;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("language", words.Language);
            json.WriteString("key", report.Recognizer.WeightsSha256 + set.Fingerprint);
            WriteTexts(json, words);
            Write(json, "classes", answers.Classes);
            json.WriteStartArray("images");
            List<int> mistakes = [], rest = [];
            int written = 0;
            foreach (int n in report.Mistakes)
                if (WriteAnswer(json, report, atlas, n))
                    mistakes.Add(written++);
            var doubtful = new List<int>();
            foreach (var (image, suggestion) in report.Doubtful)
                if (WriteDoubtful(json, report, atlas, image, suggestion))
                    doubtful.Add(written++);
            foreach (int n in Enumerable.Range(0, answers.Count).Where(n => answers[n].IsRight).OrderBy(n => answers[n].Probability).Take(atlas.Most / 4))
                if (WriteAnswer(json, report, atlas, n))
                    rest.Add(written++);
            json.WriteEndArray();
            Write(json, "mistakes", mistakes);
            Write(json, "doubtful", doubtful);
            Write(json, "least_sure", rest);
            json.WriteNumber("hidden", report.Mistakes.Count - mistakes.Count);
            WriteConfusion(json, report);
            json.WriteStartObject("atlas");
            json.WriteNumber("width", atlas.Width);
            json.WriteNumber("height", atlas.Height);
            json.WriteNumber("columns", Math.Clamp(atlas.Count, 1, atlas.Columns));
            json.WriteNumber("heat_columns", Math.Clamp(report.Explanations.Count, 1, atlas.Columns));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A mistake is shown with the images that resemble it, as long as there is room.
    private static bool WriteAnswer(Utf8JsonWriter json, Report report, Atlas atlas, int n)
    {
        var answer = report.Answers[n];
        int place = atlas.PlaceOf(answer.Image);
        if (place < 0)
            return false;
        json.WriteStartObject();
        json.WriteString("name", report.Images.Set.Names[answer.Image]);
        json.WriteNumber("at", place);
        json.WriteNumber("class", answer.Label);
        json.WriteNumber("prediction", answer.Prediction);
        json.WriteNumber("own", Round(Math.Exp(answer.LogProbability)));
        if (report.Images.Groups is { } groups)
            json.WriteString("group", groups.Names[answer.Group]);
        json.WriteStartArray("top");
        foreach (var (c, p) in report.Answers.TopOf(n).Take(3))
        {
            json.WriteNumberValue(c);
            json.WriteNumberValue(Round(p));
        }

        json.WriteEndArray();
        if (report.Explanations.FindIndex(e => e.Answer == n) is var heat and >= 0)
            json.WriteNumber("heat", heat);
        if (report.Nearest.TryGetValue(n, out var near))
        {
            Write(json, "near_own", near.Own.Select(atlas.PlaceOf).Where(p => p >= 0));
            Write(json, "near_predicted", near.Predicted.Select(atlas.PlaceOf).Where(p => p >= 0));
        }

        json.WriteEndObject();
        return true;
    }

    private static bool WriteDoubtful(Utf8JsonWriter json, Report report, Atlas atlas, int image, string suggestion)
    {
        int place = atlas.PlaceOf(image), prediction = IndexOf(report.Answers.Classes, suggestion);
        if (place < 0 || prediction < 0)
            return false;
        json.WriteStartObject();
        json.WriteString("name", report.Images.Set.Names[image]);
        json.WriteNumber("at", place);
        json.WriteNumber("class", IndexOf(report.Answers.Classes, report.Images.Set.Classes[report.Images.Set.Labels[image]]));
        json.WriteNumber("prediction", prediction);
        json.WriteEndObject();
        return true;
    }

    // Of all pairs of classes that occur: row, column, count. The diagonal is what a class's images leave.
    private static void WriteConfusion(Utf8JsonWriter json, Report report)
    {
        int classes = report.Answers.Classes.Count;
        var counts = new SortedDictionary<(int Row, int Column), int>();
        int[] images = new int[classes];
        for (int n = 0; n < report.Answers.Count; n++)
        {
            var answer = report.Answers[n];
            images[answer.Label]++;
            counts[(answer.Label, answer.Prediction)] = counts.GetValueOrDefault((answer.Label, answer.Prediction)) + 1;
        }

        json.WriteStartObject("confusion");
        Write(json, "images", images);
        Write(json, "order", SideBySide(classes, counts));
        Write(json, "cells", counts.SelectMany(c => new[] { c.Key.Row, c.Key.Column, c.Value }));
        json.WriteEndObject();
    }

    // Pairs that are confused most are joined first, as long as both are at an end of their chain; then the chains follow each other.
    private static List<int> SideBySide(int classes, SortedDictionary<(int Row, int Column), int> counts)
    {
        var pairs = new Dictionary<(int, int), int>();
        foreach (var ((row, column), count) in counts)
            if (row != column)
                pairs[(Math.Min(row, column), Math.Max(row, column))] = pairs.GetValueOrDefault((Math.Min(row, column), Math.Max(row, column))) + count;
        List<int>[] chainOf = [.. Enumerable.Range(0, classes).Select(c => new List<int> { c })];
        foreach (var ((a, b), _) in pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key))
        {
            List<int> first = chainOf[a], second = chainOf[b];
            if (first == second || !(IsEnd(first, a) && IsEnd(second, b)))
                continue;
            if (first[^1] != a)
                first.Reverse();
            if (second[0] != b)
                second.Reverse();
            first.AddRange(second);
            foreach (int c in second)
                chainOf[c] = first;
        }

        return [.. chainOf.Distinct().SelectMany(chain => chain)];

        static bool IsEnd(List<int> chain, int c) => chain[0] == c || chain[^1] == c;
    }

    private static void WriteTexts(Utf8JsonWriter json, ReportWords words)
    {
        json.WriteStartObject("texts");
        foreach (string key in ReportWords.All.Keys)
            json.WriteString(key, words[key]);
        json.WriteEndObject();
    }

    private static int IndexOf(IReadOnlyList<string> classes, string name)
    {
        for (int c = 0; c < classes.Count; c++)
            if (classes[c] == name)
                return c;
        return -1;
    }

    private static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 5) : 0;

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
