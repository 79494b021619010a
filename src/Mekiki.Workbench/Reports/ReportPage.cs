using System.Globalization;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Explanations;
using Mekiki.Workbench.Pictures;
using Mekiki.Workbench.Runs;
using SkiaSharp;
using static Mekiki.Workbench.Reports.HtmlPage;

namespace Mekiki.Workbench.Reports;

/// <summary>A report as one HTML file that needs nothing else: texts as texts, charts as SVG, small pictures on one PNG.</summary>
internal sealed class ReportPage
{
    private const int MapQuality = 80;

    private readonly Report report;
    private readonly ReportWords words;
    private readonly Atlas atlas;
    private readonly HtmlPage page;
    private readonly Dictionary<string, Chart> charts = [];

    public ReportPage(Report report)
    {
        (this.report, words, atlas) = (report, new(report.Options.Language), new(report.Images.Set, report.Options.MostImages));
        page = new(words, atlas);
        foreach (var (name, chart) in report.Charts(words))
            charts[name] = chart;
    }

    private Figures Figures => report.Figures;

    public string ToHtml()
    {
        // Mistakes take their places among the pictures first.
        string data = ReportData.Of(report, atlas, words);
        foreach (var (id, write) in Sections())
            page.Section(id, write);
        return page.ToHtml(
            $"{words["title"]}: {report.Recognizer.Card.Model}, {DataPage.Short(report.Images.Set.Source)}",
            $"{report.Made.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)} · Mekiki {report.Recognizer.Card.Version}",
            HeatStyle() + MapStyle(), data, Asset("report.js"));
    }

    private string HeatStyle()
    {
        if (report.Explanations.Count == 0)
            return "";
        SKBitmap[] heats = [.. report.Explanations.Select(e => ExplanationPicture.Heat(e.Image, report.Recognizer.Preprocessing, e.Explanation))];
        string style = $".heat{{background-image:url({atlas.Encode(heats)})}}";
        foreach (var heat in heats)
            heat.Dispose();
        return style;
    }

    private IEnumerable<(string Id, Action Write)> Sections()
    {
        yield return ("verdict", WriteVerdict);
        yield return ("what", WriteCard);
        yield return ("figures", WriteFigures);
        if (report.Options.Requirements.Count > 0)
            yield return ("requirements", WriteRequirements);
        yield return ("curves", () => WriteChart("learning-curves", words["no curves"]));
        yield return ("confusion", WriteConfusion);
        yield return ("mistakes", WriteMistakes);
        if (report.Map is not null)
            yield return ("map", WriteMap);
        yield return ("desk", WriteDesk);
        yield return ("calibration", WriteCalibration);
        yield return ("review", WriteReview);
        yield return ("unknown", WriteUnknown);
        yield return ("slices", WriteSlices);
        yield return ("classes", WriteClasses);
        if (report.Comparison is not null)
            yield return ("compare", WriteComparison);
        yield return ("data", WriteData);
        yield return ("reproduce", WriteReproduce);
    }

    private void WriteVerdict() => page.Verdict(ReportVerdict.Sentences(report, words.Language == "ja"));

    private void WriteCard()
    {
        var card = report.Recognizer.Card;
        var run = report.Run;
        page.Facts(
        [
            ("model", $"{card.Model}, {page.Fill("number of classes", N(card.Classes.Count))}"),
            ("file", report.Model),
            ("trained on", card.Data),
            ("tested on", $"{report.Images.Set.Source}, {N(report.Answers.Count)} {words["images"]}"),
            ("licence", KnownSet.Find(card.Data ?? "")?.Licence),
            ("preprocessing", Prepared(card.Preprocessing)),
            ("options", run is null ? null : Trained(run).TrimStart()),
            ("seed", run?.Options.Seed.ToString(CultureInfo.InvariantCulture)),
            ("version", card.Version),
            ("machine", run?.Machine),
            ("weights", report.Recognizer.WeightsSha256),
            ("use", words["use text"]),
            ("limits", words["limits text"]),
        ]);
    }

    private void WriteFigures()
    {
        (string Name, Estimate Value, bool Percent)[] rows =
        [
            ("accuracy", Figures.Accuracy, true), .. report.Answers.HasGroups ? [("accuracy_by_group", Figures.AccuracyByGroup, true)] : Array.Empty<(string, Estimate, bool)>(),
            ("balanced", Figures.BalancedAccuracy, true), ("top5", Figures.Top5Accuracy, true), ("macro_f1", Figures.MacroF1, true), ("weighted_f1", Figures.WeightedF1, true), ("kappa", Figures.Kappa, false),
            ("loss", Figures.Nll, false), ("brier", Figures.Brier, false), ("ece", Figures.Ece, true), ("ece_equal_mass", Figures.EceEqualMass, true), ("aurc", Figures.Aurc, true), ("augrc", Figures.Augrc, true), ("error_auroc", Figures.ErrorAuroc, false),
        ];
        page.Table([words["figure"], words["value"], words["interval"]], rows.Select(r => new[] { words[r.Name], Value(r.Value.Value, r.Percent), double.IsNaN(r.Value.Interval.Low) ? "–" : Interval(r.Value, r.Percent) }), numbers: 1);
        page.Note(report.Images.Groups is { } groups ? page.Fill("by group note", N(Figures.Groups), groups.Pattern) : words["by image note"]);
    }

    private void WriteRequirements() => page.Table([words["requirements"], words["value"], words["requirement met"]], report.Options.Requirements.Select(r => new[] { r.ToString(), Value(r.ValueIn(Figures), false), words[r.IsMet(Figures) ? "requirement met" : "requirement missed"] }), numbers: 1);

    private void WriteConfusion()
    {
        page.Note(words["confusion help"]);
        page.Html($"<div class=\"controls\"><label><input type=\"checkbox\" id=\"c-norm\"> {E(words["normalized"])}</label> <label><input type=\"checkbox\" id=\"c-diag\"> {E(words["diagonal"])}</label> <label><input type=\"checkbox\" id=\"c-order\"> {E(words["similar order"])}</label></div>\n");
        page.Html($"<div class=\"matrix\"><canvas id=\"matrix\" tabindex=\"0\" role=\"application\" aria-label=\"{E(words["confusion"])}\" aria-describedby=\"matrix-says\"></canvas></div><p id=\"matrix-says\" role=\"status\" aria-live=\"polite\"></p><div id=\"cell-images\" class=\"gallery\"></div>\n");
        page.Html($"<h3>{E(words["most confused"])}</h3><div id=\"pairs\"></div>\n");
    }

    private void WriteMistakes()
    {
        page.Note(report.Mistakes.Count == 0 ? words["no mistakes"] : words["mistakes help"]);
        if (report.Explanations.Count > 0)
            page.Note(page.Fill("explanation note", N(report.Explanations.Count)));
        if (report.Neighbours is { } neighbours)
            page.Note(page.Fill("similar note", N(neighbours.Images.Count)));
        page.Html("<div id=\"mistake-list\" class=\"cards\"></div>\n");
    }

    private void WriteMap()
    {
        string trust = report.Map!.Neighbours.Trustworthiness.ToString("0.000", CultureInfo.InvariantCulture), variance = report.Map.Variance.Trustworthiness.ToString("0.000", CultureInfo.InvariantCulture);
        page.Note(page.Fill("map help", N(report.Map.Count), trust, variance));
        page.Html($"<div class=\"map\" tabindex=\"0\" role=\"region\" aria-label=\"{E(words["map region"])}\"><div class=\"map-picture\" role=\"img\" aria-label=\"{E(page.Fill("map says", N(report.Map.Count)))}\"></div></div>\n");
    }

    private string MapStyle()
    {
        if (report.Map is null)
            return "";
        var mistakes = report.Mistakes.Select(n => report.Answers[n].Image).ToHashSet();
        return $".map-picture{{background-image:url(data:image/webp;base64,{Convert.ToBase64String(report.Map.Encode(SKEncodedImageFormat.Webp, MapQuality, mistakes.Contains))})}}";
    }

    private void WriteDesk()
    {
        page.Note(words["desk help"]);
        page.Html($"<p><output id=\"desk-count\"></output></p><div class=\"controls\"><button type=\"button\" id=\"desk-save\">{E(words["save decisions"])}</button> <button type=\"button\" id=\"desk-clear\">{E(words["clear decisions"])}</button></div><div id=\"desk-list\" class=\"cards\"></div>\n");
    }

    private void WriteCalibration()
    {
        WriteChart("reliability", "");
        page.Note(words["reliability help"]);
        page.Note(report.Recognizer.Card.Calibration is { } calibration ? page.Fill("calibrated", calibration.Temperature.ToString("0.000", CultureInfo.InvariantCulture), N(calibration.Images)) + (calibration is { LossBefore: { } before, LossAfter: { } after } ? " " + page.Fill("calibrated loss", Value(before, false), Value(after, false)) : "") : words["not calibrated"]);
    }

    private void WriteReview()
    {
        page.Note(words["review help"]);
        bool hasGroups = report.Answers.HasGroups;
        page.Table([words["look at"], words["threshold"], words["others"], words["at most wrong"], .. hasGroups ? [words["at most wrong by group"]] : Array.Empty<string>(), words["seen wrong"]], report.Review.Select(r => (string[])[N(r.Reviewed), double.IsInfinity(r.Threshold) ? "–" : Value(r.Threshold, true), N(r.Rest), N(r.WrongBoundByImage), .. hasGroups ? [N(r.WrongBound)] : Array.Empty<string>(), N(report.Mistakes.Count(n => report.Answers[n].Probability >= r.Threshold))]), numbers: 0);
        if (hasGroups)
            page.Note(words["review groups"]);
        WriteChart("risk-coverage", "");
    }

    private void WriteUnknown()
    {
        page.Note(words["unknown help"]);
        page.Table([words["kind"], words["number of images"], words["score"], "AUROC", words["interval"], words["accepted"], words["interval"]], report.Unknown.Select(u =>
            (string[])[words[u.Kind], N(u.Images), words[u.Score], Value(u.Separation.Auroc.Value, false), Interval(u.Separation.Auroc, false), Value(u.Separation.FalseAcceptance.Value, true), Interval(u.Separation.FalseAcceptance, true)]), numbers: 3);
        if (report.Options.Unknown is null)
            page.Note(words["unknown data"]);
    }

    private void WriteSlices()
    {
        page.Note(words["slices help"]);
        page.Table([words["attribute"], words["value"], words["number of images"], words["accuracy"], words["interval"], "q", words["differs"]], report.Slices.Select(s => new[] { words[s.Attribute], s.Value, N(s.Images), Value(s.Accuracy, true), $"{Value(s.Interval.Low, true)} – {Value(s.Interval.High, true)}", s.Q.ToString("0.000", CultureInfo.InvariantCulture), s.Q <= 0.05 ? "◀ " + words["differs"] : "–" }), numbers: 2);
    }

    private void WriteClasses()
    {
        WriteChart("class-recall", "");
        page.Details($"{words["classes"]} ({N(Figures.Classes.Count)})", Figures.Classes.Count <= 20, () =>
            page.Table([words["class"], words["number of images"], words["recall"], words["interval"], words["precision"], "F1"], Figures.Classes.Select(c => new[] { c.Label, N(c.Images), Value(c.Recall, true), $"{Value(c.RecallInterval.Low, true)} – {Value(c.RecallInterval.High, true)}", Value(c.Precision, true), Value(c.F1, true) }), numbers: 1));
    }

    private void WriteComparison()
    {
        var c = report.Comparison!;
        page.Facts([("file", report.Options.Compare), ("number of images", N(c.Images)), ("accuracy", $"{Value((double)c.FirstCorrect / c.Images, true)} / {Value((double)c.SecondCorrect / c.Images, true)}"), ("first alone", N(c.Test.OnlyFirst)), ("second alone", N(c.Test.OnlySecond)),
            ("difference", Difference(page, c))]);
        page.Table([words["class"], words["number of images"], words["first alone"], words["second alone"]], c.Classes.Where(k => k.First != k.Second).Take(20).Select(k => new[] { k.Label, N(k.Images), N(k.First), N(k.Second) }), numbers: 1);
    }

    private void WriteData()
    {
        var set = report.Images.Set;
        page.Facts([("source", set.Source), ("number of images", N(set.Count)), ("fingerprint", set.Fingerprint)]);
        var sections = new DataSections(page, words, report.Data);
        page.Heading("data counts");
        sections.Counts();
        sections.Problems(report.Images.Notes);
    }

    private void WriteReproduce() => page.Html($"<pre>{E(string.Join('\n', [.. Commands(report.Run, report.Model, report.Options), $"mekiki test {report.Model} --answers answers.csv"]))}</pre>\n");

    /// <summary>The commands that train the model and write its report.</summary>
    internal static IEnumerable<string> Commands(RunDescription? run, string model, ReportOptions options)
    {
        if (run is not null)
        {
            string data = string.Concat(DataOptions.Table.Where(r => r.Property is not nameof(DataOptions.Seed) && !r.IsUsual(run.Data)).Select(r => " " + r.WordsOf(run.Data).Trim()));
            yield return $"mekiki train{data}{Trained(run)} --out {model}";
        }

        yield return $"mekiki report {model}{(options.Source is { } source ? $" --data {source}" : "")}{(options.Reading?.Group is { } group ? $" --group {group}" : "")}";
    }

    /// <summary>The options of a training that are not the usual ones, each after a space.</summary>
    internal static string Trained(RunDescription run) => string.Concat(Mekiki.Vision.Training.TrainOptions.Table.Where(r => !r.IsUsual(run.Options)).Select(r => " " + r.WordsOf(run.Options).Trim()));

    private void WriteChart(string name, string otherwise)
    {
        if (charts.TryGetValue(name, out var chart))
            page.Figure(chart);
        else
            page.Note(otherwise);
    }

    internal static string Value(double value, bool percent) => double.IsNaN(value) ? "–" : percent ? (value * 100).ToString(value is > 0 and < 0.001 ? "0.0000" : "0.00", CultureInfo.InvariantCulture) + " %" : value.ToString("0.0000", CultureInfo.InvariantCulture);

    internal static string Interval(Estimate estimate, bool percent) => $"{Value(estimate.Interval.Low, percent)} – {Value(estimate.Interval.High, percent)}";

    /// <summary>Whether the difference of two models is chance.</summary>
    internal static string Difference(HtmlPage page, Comparisons.Comparison c) => page.Fill("mcnemar", Small(c.Test.P)) + (c.ByGroup is { } groups ? ". " + page.Fill("by groups", Small(groups.P)) : "");

    internal static string Small(double p) => p < 1e-4 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);

    internal static string Prepared(Preprocessing p) => string.Create(CultureInfo.InvariantCulture, $"{p.Width}x{p.Height}, {(p.Channels == 1 ? "grey" : "RGB")}, {p.Fit.ToString().ToLowerInvariant()}{(p.Margin > 0 ? $" with a margin of {p.Margin}" : "")}{(p.Resampling == default ? "" : $", {p.Resampling.ToString().ToLowerInvariant()}")}{(p.Invert ? ", inverted" : "")}, mean {p.Mean}, deviation {p.Deviation}");
}
