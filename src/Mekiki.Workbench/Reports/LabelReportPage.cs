using System.Globalization;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Pictures;
using static Mekiki.Workbench.Reports.HtmlPage;
using static Mekiki.Workbench.Reports.ReportPage;

namespace Mekiki.Workbench.Reports;

/// <summary>A report on labels as one HTML file that needs nothing else: texts as texts, charts as SVG, small pictures on one file.</summary>
internal sealed class LabelReportPage
{
    private const int MostOpen = 20, FewestMistakes = 12;

    private readonly LabelReport report;
    private readonly ReportWords words;
    private readonly HtmlPage page;
    private readonly Dictionary<string, Chart> charts;

    public LabelReportPage(LabelReport report)
    {
        (this.report, words) = (report, new(report.Options.Language));
        page = new(words, new Atlas(report.Images.Set, report.Options.MostImages));
        charts = LabelCharts.All(report, words).ToDictionary(c => c.Name, c => c.Chart);
    }

    private LabelEstimates Figures => report.Figures;

    public string ToHtml()
    {
        page.Section("verdict", () => page.Verdict(report.Verdict));
        page.Section("what", WriteCard);
        page.Section("figures", WriteFigures);
        if (report.Options.Requirements.Count > 0)
            page.Section("requirements", () => page.Table([words["requirements"], words["value"], words["requirement met"]], report.Options.Requirements.Select(r => new[] { r.ToString(), Value(r.ValueIn(Figures), false), words[r.IsMet(Figures) ? "requirement met" : "requirement missed"] }), numbers: 1));
        page.Section("labels", WriteLabels);
        page.Section("thresholds", WriteThresholds);
        page.Section("curves", WriteCurves);
        page.Section("mistakes", WriteMistakes);
        page.Section("calibration", WriteCalibration);
        page.Section("review", WriteReview);
        if (report.Comparison is not null)
            page.Section("compare", WriteComparison);
        page.Section("data", WriteData);
        page.Section("reproduce", WriteReproduce);
        return page.ToHtml(
            $"{words["title"]}: {report.Recognizer.Card.Model}, {DataPage.Short(report.Images.Set.Source)}",
            $"{report.Made.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)} · Mekiki {report.Recognizer.Card.Version}");
    }

    private void WriteCard()
    {
        var (card, run) = (report.Recognizer.Card, report.Run);
        page.Facts(
        [
            ("model", $"{card.Model}, {page.Fill("number of labels", N(card.Classes.Count))}"),
            ("file", report.Model),
            ("trained on", card.Data),
            ("tested on", $"{report.Images.Set.Source}, {N(report.Answers.Count)} {words["images"]}"),
            ("preprocessing", Prepared(card.Preprocessing)),
            ("options", run is null ? null : Trained(run).TrimStart()),
            ("seed", run?.Options.Seed.ToString(CultureInfo.InvariantCulture)),
            ("version", card.Version),
            ("machine", run?.Machine),
            ("weights", report.Recognizer.WeightsSha256),
            ("use", words["label use text"]),
            ("limits", words["label limits text"]),
        ]);
        page.Note(words["left out of labels"]);
    }

    private void WriteFigures()
    {
        (string Name, Estimate Value, bool Percent)[] rows =
            [("map figure", Figures.MeanAveragePrecision, true), ("macro_f1", Figures.MacroF1, true), ("micro_f1", Figures.MicroF1, true), ("all right", Figures.AllRight, true), ("label loss", Figures.Loss, false)];
        page.Table([words["figure"], words["value"], words["interval"]], rows.Select(r => new[] { words[r.Name], Value(r.Value.Value, r.Percent), Interval(r.Value, r.Percent) }), numbers: 1);
        page.Note(report.Images.Groups is { } groups ? page.Fill("bootstrap group note", N(Figures.Groups), groups.Pattern) : words["bootstrap note"]);
    }

    private void WriteLabels()
    {
        WriteChart("label-f1");
        page.Details($"{words["labels"]} ({N(Figures.Labels.Count)})", Figures.Labels.Count <= MostOpen, () => page.Table(
            [words["label"], words["number of images"], words["predicted images"], words["precision"], words["recall"], "F1", words["average precision"], words["from probability"]],
            Figures.Labels.Select((l, k) => new[] { l.Label, N(l.Images), N(l.Predicted), Value(l.Precision, true), Value(l.Recall, true), Value(l.F1, true), Value(l.AveragePrecision, true), Value(report.Answers.Thresholds[k], true) }), numbers: 1));
        page.Note(report.Recognizer.Card.LabelCalibration is { } c ? page.Fill("label thresholds", N(c.Images), Value(c.LossBefore ?? double.NaN, false), Value(c.LossAfter ?? double.NaN, false)) : words["no label thresholds"]);
    }

    private void WriteThresholds()
    {
        WriteChart("thresholds");
        page.Note(words["threshold help"]);
    }

    private void WriteCurves()
    {
        if (report.Epochs.Count == 0)
        {
            page.Note(words["no curves"]);
            return;
        }

        WriteChart("learning-curves");
        page.Note(words["exact curves"]);
    }

    private void WriteMistakes()
    {
        page.Note(words[report.Mistakes.Count == 0 ? "no mistakes" : "label mistakes help"]);
        int[] shown = [.. report.Mistakes.Take(report.Options.MostImages)];
        WriteCards(shown.Take(FewestMistakes));
        if (shown.Length > FewestMistakes)
            page.Details($"{words["show"]} ({N(shown.Length - FewestMistakes)})", false, () => WriteCards(shown.Skip(FewestMistakes)));
        if (shown.Length < report.Mistakes.Count)
            page.Note(page.Fill("more mistakes", N(report.Mistakes.Count - shown.Length)));
    }

    private void WriteCards(IEnumerable<int> numbers)
    {
        page.Html("<div class=\"cards\">\n");
        foreach (int n in numbers)
            page.Card(report.Answers.ImageOf(n), report.Images.Set.Names[report.Answers.ImageOf(n)], Lines(n));
        page.Html("</div>\n");
    }

    private IEnumerable<(string Style, string Text)> Lines(int n)
    {
        var answers = report.Answers;
        foreach (var (key, style, has, says) in new[] { ("missing labels", "wrong", true, false), ("extra labels", "wrong", false, true), ("right labels", "own", true, true) })
        {
            int[] own = [.. Enumerable.Range(0, answers.Labels.Count).Where(k => answers.Has(n, k) == has && answers.IsPredicted(n, k) == says).OrderByDescending(k => answers.Probability(n, k))];
            if (own.Length > 0)
                yield return (style, page.Fill(key, string.Join(", ", own.Select(k => $"{answers.Labels[k]} {ReportCharts.Percent(answers.Probability(n, k))}"))));
        }
    }

    private void WriteCalibration()
    {
        WriteChart("reliability");
        page.Note(words["reliability help"]);
    }

    private void WriteReview()
    {
        page.Note(words["label review help"]);
        bool hasGroups = report.Answers.HasGroups;
        page.Table([words["look at"], words["threshold"], words["others"], words["at most wrong"], .. hasGroups ? [words["at most wrong by group"]] : Array.Empty<string>(), words["seen wrong"]], report.Review.Select(r => (string[])[N(r.Reviewed), double.IsInfinity(r.Threshold) ? "–" : Value(r.Threshold, true), N(r.Rest), N(r.WrongBoundByImage), .. hasGroups ? [N(r.WrongBound)] : Array.Empty<string>(), N(r.LabelledWrong)]), numbers: 0);
        if (hasGroups)
            page.Note(words["review groups"]);
    }

    private void WriteComparison()
    {
        var c = report.Comparison!;
        var labels = c.Labels!;
        page.Facts([("file", report.Options.Compare), ("number of images", N(c.Images)), ("first alone", N(c.Test.OnlyFirst)), ("second alone", N(c.Test.OnlySecond)),
            ("difference", Difference(page, c))]);
        (string Name, PairedDifference Figure)[] rows = [("map figure", labels.Differences.MeanAveragePrecision), ("macro_f1", labels.Differences.MacroF1), ("micro_f1", labels.Differences.MicroF1), ("all right", labels.Differences.AllRight)];
        page.Table([words["figure"], words["first"], words["second"], words["difference interval"], "p"], rows.Select(r => new[] { words[r.Name], Value(r.Figure.First, true), Value(r.Figure.Second, true), $"{Value(r.Figure.Interval.Low, true)} – {Value(r.Figure.Interval.High, true)}", Small(r.Figure.P) }), numbers: 1);
        page.Table([words["label"], words["number of images"], $"F1, {words["first"]}", $"F1, {words["second"]}"], labels.Labels.Take(MostOpen).Select(l => new[] { l.First.Label, N(l.First.Images), Value(l.First.F1, true), Value(l.Second.F1, true) }), numbers: 1);
    }

    private void WriteData()
    {
        var set = report.Images.Set;
        page.Facts([("source", set.Source), ("number of images", N(set.Count)), ("fingerprint", set.Fingerprint)]);
        var sections = new DataSections(page, words, report.Data);
        sections.Problems(report.Images.Notes);
    }

    private void WriteReproduce() => page.Html($"<pre>{E(string.Join('\n', [.. Commands(report.Run, report.Model, report.Options), $"mekiki test {report.Model}"]))}</pre>\n");

    private void WriteChart(string name) => page.Figure(charts[name]);
}
