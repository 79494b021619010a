using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Reports;

/// <summary>The charts of a report.</summary>
internal static class ReportCharts
{
    private const int Bins = 15;

    /// <summary>Those of the page, and such as the page shows otherwise.</summary>
    public static IEnumerable<(string Name, Chart Chart)> Files(Report report, ReportWords words) =>
        [.. All(report, words), ("confusion", Confusion(report.Answers, words)), ("images-by-class", DataSections.CountChart(report.Data, words))];

    /// <summary>Those of the page.</summary>
    public static IEnumerable<(string Name, Chart Chart)> All(Report report, ReportWords words)
    {
        if (report.Epochs.Count > 0)
            yield return ("learning-curves", Learning(report.Epochs, words));
        yield return ("reliability", Reliability(report.Answers, words));
        yield return ("risk-coverage", Risk(report.Answers, words));
        yield return ("class-recall", Classes(report.Figures, words));
    }

    /// <summary>Writes charts into a folder, each as an SVG and a PNG file.</summary>
    public static void Write(string folder, IEnumerable<(string Name, Chart Chart)> charts)
    {
        OutputFile.MakeFolder(folder);
        foreach (var (name, chart) in charts)
        {
            OutputFile.Write(Path.Combine(folder, name + ".svg"), chart.ToSvg(alone: true));
            byte[] png = chart.ToPng();
            OutputFile.Write(Path.Combine(folder, name + ".png"), stream => stream.Write(png));
        }
    }

    // 1 - accuracy would hide the beginning, accuracy hides the end: shares of errors, on a logarithmic axis.
    internal static Chart Learning(IReadOnlyList<Dictionary<string, double>> epochs, ReportWords words)
    {
        (string Column, string Name)[] lines = [("train_accuracy", words["train"]), ("validation_accuracy", words["validation"]), ("test_accuracy", words["test"])];
        double least = 1e-4;
        // A pretrained network's linear head is epoch 0.
        var chart = new Chart(words["learning curves"], (words["epoch"], epochs[0]["epoch"], epochs[^1]["epoch"]), (words["errors"], Math.Log10(least), 0))
        {
            HasLegendBelow = true,
            XMarks = epochs.Count <= 12 ? [.. epochs.Select(e => e["epoch"])] : null,
            XText = v => v.ToString("0.#", CultureInfo.InvariantCulture),
            YText = v => (Math.Pow(10, v) * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %",
        };
        foreach (var (column, name) in lines)
            chart.Line(name, epochs.Where(e => e.TryGetValue(column, out double v) && double.IsFinite(v)).Select(e => (e["epoch"], Math.Log10(Math.Max(least, 1 - e[column])))));
        return chart;
    }

    // Of bins without images nothing is drawn.
    private static Chart Reliability(Answers answers, ReportWords words)
    {
        var chart = new Chart(words["reliability"], (words["probability"], 0, 1), (words["right"], 0, 1)) { XText = Percent, YText = Percent };
        chart.Guide(0, 0, 1, 1);
        for (int bin = 0; bin < Bins; bin++)
        {
            double low = bin / (double)Bins, high = (bin + 1) / (double)Bins;
            int[] inside = [.. Enumerable.Range(0, answers.Count).Where(n => answers[n].Probability > low && answers[n].Probability <= high)];
            if (inside.Length == 0)
                continue;
            int right = inside.Count(n => answers[n].IsRight);
            double share = (double)right / inside.Length, mean = inside.Average(n => answers[n].Probability);
            var interval = Interval.Wilson(share, inside.Length);
            chart.Bar(low + 0.004, high - 0.004, 0, share, string.Create(CultureInfo.InvariantCulture, $"{words["probability"]} {Percent(mean)}; {words["right"]} {Percent(share)}; {inside.Length:N0} {words["images"]}"))
                .Whisker((low + high) / 2, interval.Low, interval.High);
        }

        return chart;
    }

    private static Chart Risk(Answers answers, ReportWords words)
    {
        int[] order = [.. Enumerable.Range(0, answers.Count).OrderByDescending(n => answers[n].Probability)];
        var points = new List<(double, double)>();
        int wrong = 0, step = Math.Max(1, order.Length / 400);
        for (int k = 0; k < order.Length; k++)
        {
            wrong += answers[order[k]].IsRight ? 0 : 1;
            if (k % step == 0 || k == order.Length - 1)
                points.Add(((k + 1.0) / order.Length, (double)wrong / (k + 1)));
        }

        double most = Math.Max(1e-3, points.Max(p => p.Item2) * 1.1);
        return new Chart(words["risk coverage"], (words["share of answers"], 0, 1), (words["errors"], 0, most)) { XText = Percent, YText = v => (v * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %" }.Line(words["errors"], points);
    }

    private static Chart Classes(Figures figures, ReportWords words)
    {
        ClassFigures[] classes = [.. figures.Classes.Where(c => c.Images > 0).OrderBy(c => c.Recall)];
        double least = Math.Min(0.9, Math.Floor(classes[0].Recall * 10) / 10);
        var chart = new Chart(words["recall by class"], (words["classes by recall"], 0, classes.Length), (words["recall"], least, 1)) { XText = v => v.ToString("0", CultureInfo.InvariantCulture), YText = Percent };
        for (int i = 0; i < classes.Length; i++)
        {
            chart.Bar(i + 0.1, i + 0.9, least, classes[i].Recall, string.Create(CultureInfo.InvariantCulture, $"{classes[i].Label}: {Percent(classes[i].Recall)}, {classes[i].Correct:N0} / {classes[i].Images:N0}"));
            if (classes.Length <= 100)
                chart.Whisker(i + 0.5, classes[i].RecallInterval.Low, classes[i].RecallInterval.High);
        }

        return chart;
    }

    // A row for each class, from above; the darker, the larger the share of its images. What is right stands in the lightest shade.
    private static Chart Confusion(Answers answers, ReportWords words)
    {
        const int Side = 1000, LeastCell = 2, MostCell = 40, Readable = 12, NameLength = 5;
        int classes = answers.Classes.Count, cell = Math.Clamp(Side / classes, LeastCell, MostCell);
        var counts = new SortedDictionary<(int Row, int Column), int>();
        int[] images = new int[classes];
        for (int n = 0; n < answers.Count; n++)
        {
            var key = (answers[n].Label, answers[n].Prediction);
            counts[key] = counts.GetValueOrDefault(key) + 1;
            images[answers[n].Label]++;
        }

        double[] middles = cell < Readable ? [] : [.. Enumerable.Range(0, classes).Select(c => c + 0.5)];
        var chart = new Chart(words["confusion"], (words["predicted"], 0, classes), (words["class"], 0, classes), classes * cell + Chart.WidthBeside, classes * cell + Chart.HeightBeside)
        {
            XMarks = middles,
            YMarks = middles,
            XText = v => Name((int)v),
            YText = v => Name(classes - 1 - (int)v),
        };
        foreach (var ((row, column), count) in counts)
        {
            // Logarithmic, so that single mistakes are seen.
            int shade = row == column ? 0 : 1 + (int)Math.Min(ChartStyle.Shades - 2, (ChartStyle.Shades - 1) * Math.Log(1 + 99.0 * count / images[row]) / Math.Log(100));
            chart.Bar(column, column + 1, classes - 1 - row, classes - row, $"{answers.Classes[row]}, {answers.Classes[column]}: {count} / {images[row]}", $"shade{shade}");
        }

        return chart;

        string Name(int c) => answers.Classes[c] is { Length: > NameLength } name ? name[..(NameLength - 1)] + "…" : answers.Classes[c];
    }

    internal static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
