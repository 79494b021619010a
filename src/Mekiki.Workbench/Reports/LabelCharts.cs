using System.Globalization;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Pictures;
using static Mekiki.Workbench.Reports.ReportCharts;

namespace Mekiki.Workbench.Reports;

/// <summary>The charts of a report on labels.</summary>
internal static class LabelCharts
{
    private const int Bins = 15, Thresholds = 50;

    public static IEnumerable<(string Name, Chart Chart)> All(LabelReport report, ReportWords words)
    {
        if (report.Epochs.Count > 0)
            yield return ("learning-curves", Learning(report.Epochs, words));
        yield return ("label-f1", Labels(report.Figures, words));
        yield return ("thresholds", Threshold(report.Answers, words));
        yield return ("reliability", Reliability(report.Answers, words));
    }

    private static Chart Labels(LabelEstimates figures, ReportWords words)
    {
        LabelFigures[] labels = [.. figures.Labels.Where(l => l.Images > 0).OrderBy(l => l.F1)];
        var chart = new Chart(words["F1 by label"], (words["labels by F1"], 0, labels.Length), ("F1", 0, 1)) { XText = v => v.ToString("0", CultureInfo.InvariantCulture), YText = Percent };
        for (int i = 0; i < labels.Length; i++)
            chart.Bar(i + 0.1, i + 0.9, 0, labels[i].F1, string.Create(CultureInfo.InvariantCulture, $"{labels[i].Label}: F1 {Percent(labels[i].F1)}, {words["average precision"]} {Percent(labels[i].AveragePrecision)}, {labels[i].Images:N0} {words["images"]}"));
        return chart;
    }

    // One threshold for all labels: over all decisions together.
    private static Chart Threshold(LabelAnswers answers, ReportWords words)
    {
        List<(double, double)> precision = [], recall = [], f1 = [];
        for (int i = 1; i < Thresholds; i++)
        {
            double threshold = (double)i / Thresholds;
            long there = 0, said = 0, right = 0;
            for (int n = 0; n < answers.Count; n++)
                for (int k = 0; k < answers.Labels.Count; k++)
                {
                    bool has = answers.Has(n, k), says = answers.Probability(n, k) >= threshold;
                    (there, said, right) = (there + (has ? 1 : 0), said + (says ? 1 : 0), right + (has && says ? 1 : 0));
                }

            if (said > 0)
                precision.Add((threshold, (double)right / said));
            if (there > 0)
                recall.Add((threshold, (double)right / there));
            if (there + said > 0)
                f1.Add((threshold, 2.0 * right / (there + said)));
        }

        return new Chart(words["threshold curve"], (words["least probability"], 0, 1), (words["share"], 0, 1)) { XText = Percent, YText = Percent, HasLegendBelow = true }
            .Line(words["precision"], precision).Line(words["recall"], recall).Line(words["micro_f1"], f1);
    }

    // Of all decisions; of bins without any nothing is drawn.
    private static Chart Reliability(LabelAnswers answers, ReportWords words)
    {
        var chart = new Chart(words["label reliability"], (words["probability"], 0, 1), (words["share that has it"], 0, 1)) { XText = Percent, YText = Percent };
        chart.Guide(0, 0, 1, 1);
        long[] count = new long[Bins], has = new long[Bins];
        for (int n = 0; n < answers.Count; n++)
            for (int k = 0; k < answers.Labels.Count; k++)
            {
                int bin = Math.Clamp((int)Math.Ceiling(answers.Probability(n, k) * Bins) - 1, 0, Bins - 1);
                (count[bin], has[bin]) = (count[bin] + 1, has[bin] + (answers.Has(n, k) ? 1 : 0));
            }

        for (int bin = 0; bin < Bins; bin++)
        {
            if (count[bin] == 0)
                continue;
            double low = bin / (double)Bins, high = (bin + 1) / (double)Bins, share = (double)has[bin] / count[bin];
            var interval = Interval.Wilson(share, count[bin]);
            chart.Bar(low + 0.004, high - 0.004, 0, share, string.Create(CultureInfo.InvariantCulture, $"{words["probability"]} {Percent(low)} – {Percent(high)}; {words["share that has it"]} {Percent(share)} ({has[bin]:N0} / {count[bin]:N0})"))
                .Whisker((low + high) / 2, interval.Low, interval.High);
        }

        return chart;
    }
}
