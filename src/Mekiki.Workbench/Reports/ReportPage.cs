using System.Globalization;
using System.Net;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Explanations;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Reports;

/// <summary>A report as one HTML file that needs nothing else: texts as texts, charts as SVG, small pictures on one PNG.</summary>
internal sealed class ReportPage(Report report)
{
    private readonly ReportWords words = new(report.Options.Language);
    private readonly StringBuilder html = new();
    private readonly Dictionary<string, Chart> charts = [];

    private Figures Figures => report.Figures;

    public string ToHtml()
    {
        foreach (var (name, chart) in report.Charts(words))
            charts[name] = chart;
        var atlas = new Atlas(report.Images.Set, report.Options.MostImages);
        string data = ReportData.Of(report, atlas, words), script = Asset("report.js");
        string sheet = $"{Asset("report.css")}{PictureStyle.Css}.sprite{{width:{atlas.Width}px;height:{atlas.Height}px;background-image:url(data:image/png;base64,{Convert.ToBase64String(atlas.Encode())})}}{HeatStyle(atlas)}";
        string title = $"{words["title"]}: {report.Recognizer.Card.Model}, {Short(report.Images.Set.Source)}";
        // Nothing but what stands here runs or loads.
        string policy = $"default-src 'none'; img-src data:; style-src 'sha256-{Sha256(sheet)}'; script-src 'sha256-{Sha256(script)}'";
        html.Append($"<!DOCTYPE html>\n<html lang=\"{words.Language}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{E(title)}</title><style>{sheet}</style></head>\n<body>\n");
        html.Append($"<header><h1>{E(title)}</h1><p class=\"small\">{E(report.Made.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture))} · Mekiki {E(report.Recognizer.Card.Version)}</p></header>\n");
        string[] sections = [.. Sections().Select(s => s.Id)];
        html.Append($"<nav aria-label=\"{E(words["contents"])}\"><ul>{string.Concat(sections.Select(id => $"<li><a href=\"#{id}\">{E(words[id])}</a></li>"))}</ul></nav>\n<main>\n");
        foreach (var (id, write) in Sections())
        {
            html.Append($"<section id=\"{id}\" aria-labelledby=\"h-{id}\"><h2 id=\"h-{id}\">{E(words[id])}</h2>\n");
            write();
            html.Append("</section>\n");
        }

        html.Append($"</main>\n<footer><p class=\"small\">{E(words["by"])}</p></footer>\n<script type=\"application/json\" id=\"report-data\">{data}</script>\n<script>{script}</script>\n</body></html>\n");
        return html.ToString();
    }

    private string HeatStyle(Atlas atlas)
    {
        if (report.Explanations.Count == 0)
            return "";
        SKBitmap[] heats = [.. report.Explanations.Select(e => ExplanationPicture.Heat(e.Image, report.Recognizer.Preprocessing, e.Explanation))];
        string style = $".heat{{background-image:url(data:image/png;base64,{Convert.ToBase64String(atlas.Encode(heats))})}}";
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

    private void WriteVerdict() => html.Append($"<div class=\"verdict\">{string.Concat(ReportVerdict.Sentences(report, words.Language == "ja").Select(s => $"<p>{E(s)}</p>"))}</div>\n");

    private void WriteCard()
    {
        var card = report.Recognizer.Card;
        var run = report.Run;
        Facts(
        [
            ("model", $"{card.Model}, {Fill("number of classes", N(card.Classes.Count))}"),
            ("file", report.Model),
            ("trained on", card.Data),
            ("tested on", $"{report.Images.Set.Source}, {N(report.Answers.Count)} {words["images"]}"),
            ("licence", KnownSet.Find(card.Data ?? "")?.Licence),
            ("preprocessing", Prepared(card.Preprocessing)),
            ("options", run is null ? null : string.Join(' ', Mekiki.Vision.Training.TrainOptions.Table.Where(r => !r.IsUsual(run.Options)).Select(r => r.WordsOf(run.Options).Trim()))),
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
        Table([words["figure"], words["value"], words["interval"]], rows.Select(r => new[] { words[r.Name], Value(r.Value.Value, r.Percent), double.IsNaN(r.Value.Interval.Low) ? "–" : $"{Value(r.Value.Interval.Low, r.Percent)} – {Value(r.Value.Interval.High, r.Percent)}" }), numbers: 1);
        Note(report.Images.Groups is { } groups ? Fill("by group note", N(Figures.Groups), groups.Pattern) : words["by image note"]);
    }

    private void WriteRequirements() => Table([words["requirements"], words["value"], words["requirement met"]], report.Options.Requirements.Select(r => new[] { r.ToString(), Value(r.ValueIn(Figures), false), words[r.IsMet(Figures) ? "requirement met" : "requirement missed"] }), numbers: 1);

    private void WriteConfusion()
    {
        Note(words["confusion help"]);
        html.Append($"<div class=\"controls\"><label><input type=\"checkbox\" id=\"c-norm\"> {E(words["normalized"])}</label> <label><input type=\"checkbox\" id=\"c-diag\"> {E(words["diagonal"])}</label> <label><input type=\"checkbox\" id=\"c-order\"> {E(words["similar order"])}</label></div>\n");
        html.Append($"<div class=\"matrix\"><canvas id=\"matrix\" tabindex=\"0\" role=\"application\" aria-label=\"{E(words["confusion"])}\" aria-describedby=\"matrix-says\"></canvas></div><p id=\"matrix-says\" role=\"status\" aria-live=\"polite\"></p><div id=\"cell-images\" class=\"gallery\"></div>\n");
        html.Append($"<h3>{E(words["most confused"])}</h3><div id=\"pairs\"></div>\n");
    }

    private void WriteMistakes()
    {
        Note(report.Mistakes.Count == 0 ? words["no mistakes"] : words["mistakes help"]);
        if (report.Explanations.Count > 0)
            Note(Fill("explanation note", N(report.Explanations.Count)));
        if (report.NearestOf > 0)
            Note(Fill("similar note", N(report.NearestOf)));
        html.Append("<div id=\"mistake-list\" class=\"cards\"></div>\n");
    }

    private void WriteDesk()
    {
        Note(words["desk help"]);
        html.Append($"<p><output id=\"desk-count\"></output></p><div class=\"controls\"><button type=\"button\" id=\"desk-save\">{E(words["save decisions"])}</button> <button type=\"button\" id=\"desk-clear\">{E(words["clear decisions"])}</button></div><div id=\"desk-list\" class=\"cards\"></div>\n");
    }

    private void WriteCalibration()
    {
        WriteChart("reliability", "");
        Note(words["reliability help"]);
        Note(report.Recognizer.Card.Calibration is { } calibration ? Fill("calibrated", calibration.Temperature.ToString("0.000", CultureInfo.InvariantCulture), N(calibration.Images)) : words["not calibrated"]);
    }

    private void WriteReview()
    {
        Note(words["review help"]);
        Table([words["look at"], words["threshold"], words["others"], words["at most wrong"], words["seen wrong"]], report.Review.Select(r => new[] { N(r.Reviewed), double.IsInfinity(r.Threshold) ? "–" : Value(r.Threshold, true), N(r.Rest), N(r.WrongBound), N(report.Mistakes.Count(n => report.Answers[n].Probability >= r.Threshold)) }), numbers: 0);
        WriteChart("risk-coverage", "");
    }

    private void WriteUnknown()
    {
        Note(words["unknown help"]);
        var scores = Enum.GetValues<UnknownScore>();
        Table([words["kind"], .. scores.Select(s => words[s.ToString()])], report.Unknown.GroupBy(u => u.Kind).Select(kind => (string[])[words[kind.Key], .. scores.Select(s => kind.First(u => u.Score == s)).Select(u => $"{Value(u.Auroc, false)} / {Value(u.FalseAcceptance, true)}")]), numbers: 1);
    }

    private void WriteSlices()
    {
        Note(words["slices help"]);
        Table([words["attribute"], words["value"], words["number of images"], words["accuracy"], words["interval"], "q", words["differs"]], report.Slices.Select(s => new[] { words[s.Attribute], s.Value, N(s.Images), Value(s.Accuracy, true), $"{Value(s.Interval.Low, true)} – {Value(s.Interval.High, true)}", s.Q.ToString("0.000", CultureInfo.InvariantCulture), s.Q <= 0.05 ? "◀ " + words["differs"] : "–" }), numbers: 2);
    }

    private void WriteClasses()
    {
        WriteChart("class-recall", "");
        html.Append($"<details{(Figures.Classes.Count <= 20 ? " open" : "")}><summary>{E(words["classes"])} ({N(Figures.Classes.Count)})</summary>\n");
        Table([words["class"], words["number of images"], words["recall"], words["interval"], words["precision"], "F1"], Figures.Classes.Select(c => new[] { c.Label, N(c.Images), Value(c.Recall, true), $"{Value(c.RecallInterval.Low, true)} – {Value(c.RecallInterval.High, true)}", Value(c.Precision, true), Value(c.F1, true) }), numbers: 1);
        html.Append("</details>\n");
    }

    private void WriteComparison()
    {
        var c = report.Comparison!;
        Facts([("file", report.Options.Compare), ("number of images", N(c.Images)), ("accuracy", $"{Value((double)c.FirstCorrect / c.Images, true)} / {Value((double)c.SecondCorrect / c.Images, true)}"), ("first alone", N(c.Test.OnlyFirst)), ("second alone", N(c.Test.OnlySecond)),
            ("difference", Fill("mcnemar", Small(c.Test.P)) + (c.ByGroup is { } groups ? ". " + Fill("by groups", Small(groups.P)) : ""))]);
        Table([words["class"], words["number of images"], words["first alone"], words["second alone"]], c.Classes.Where(k => k.First != k.Second).Take(20).Select(k => new[] { k.Label, N(k.Images), N(k.First), N(k.Second) }), numbers: 1);
    }

    private void WriteData()
    {
        var set = report.Images.Set;
        Facts([("source", set.Source), ("number of images", N(set.Count)), ("parts", report.Run is { } run ? $"{N(run.TrainImages)} / {N(set.Count - run.TrainImages - run.TestImages)} / {N(run.TestImages)}" : null), ("left out", N(set.Skipped.Count)), ("fingerprint", set.Fingerprint)]);
        string[] notes = [.. set.Notes.Concat(report.Images.Notes).Distinct()];
        if (notes.Length > 0)
            html.Append($"<h3>{E(words["notes"])}</h3><ul>{string.Concat(notes.Select(n => $"<li>{E(n)}</li>"))}</ul>\n");
    }

    private void WriteReproduce()
    {
        var lines = new List<string>();
        if (report.Run is { } run)
        {
            string data = string.Concat(DataOptions.Table.Where(r => r.Property is not nameof(DataOptions.Seed) && !r.IsUsual(run.Data)).Select(r => " " + r.WordsOf(run.Data).Trim()));
            string options = string.Concat(Mekiki.Vision.Training.TrainOptions.Table.Where(r => !r.IsUsual(run.Options)).Select(r => " " + r.WordsOf(run.Options).Trim()));
            lines.Add($"mekiki train{data}{options} --out {report.Model}");
        }

        lines.Add($"mekiki report {report.Model}{(report.Options.Source is { } source ? $" --data {source}" : "")}{(report.Options.Reading?.Group is { } group ? $" --group {group}" : "")}");
        lines.Add($"mekiki test {report.Model} --answers answers.csv");
        html.Append($"<pre>{E(string.Join('\n', lines))}</pre>\n");
    }

    private void WriteChart(string name, string otherwise)
    {
        if (charts.TryGetValue(name, out var chart))
            html.Append($"<figure>{chart.ToSvg()}<figcaption>{E(chart.Title.English)}</figcaption></figure>\n");
        else
            Note(otherwise);
    }

    private void Facts(IEnumerable<(string Name, string? Value)> facts) => html.Append($"<dl>{string.Concat(facts.Select(f => $"<dt>{E(words[f.Name])}</dt><dd>{E(f.Value ?? words["unknown text"])}</dd>"))}</dl>\n");

    private void Note(string text)
    {
        if (text.Length > 0)
            html.Append($"<p class=\"note\">{E(text)}</p>\n");
    }

    /// <param name="head">The columns' names.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="numbers">From which column on there are numbers.</param>
    private void Table(string[] head, IEnumerable<string[]> rows, int numbers)
    {
        html.Append($"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{E(head[0])}\"><table><thead><tr>{string.Concat(head.Select((h, i) => $"<th scope=\"col\"{(i >= numbers ? " class=\"n\"" : "")}>{E(h)}</th>"))}</tr></thead><tbody>");
        foreach (string[] row in rows)
            html.Append($"<tr>{string.Concat(row.Select((cell, i) => i == 0 ? $"<th scope=\"row\"{(numbers == 0 ? " class=\"n\"" : "")}>{E(cell)}</th>" : $"<td{(i >= numbers ? " class=\"n\"" : "")}>{E(cell)}</td>"))}</tr>");
        html.Append("</tbody></table></div>\n");
    }

    private string Fill(string key, params string[] values) => string.Format(CultureInfo.InvariantCulture, words[key], [.. values]);

    private static string Value(double value, bool percent) => double.IsNaN(value) ? "–" : percent ? (value * 100).ToString(value < 0.001 ? "0.0000" : "0.00", CultureInfo.InvariantCulture) + " %" : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Small(double p) => p < 1e-4 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(string source) => KnownSet.Find(source)?.Name ?? Path.GetFileName(source.TrimEnd('/', '\\'));

    private static string Prepared(Preprocessing p) => string.Create(CultureInfo.InvariantCulture, $"{p.Width}x{p.Height}, {(p.Channels == 1 ? "grey" : "RGB")}, {p.Fit.ToString().ToLowerInvariant()}{(p.Invert ? ", inverted" : "")}, mean {p.Mean}, deviation {p.Deviation}");

    // A number stays with its unit.
    private static string E(string text) => WebUtility.HtmlEncode(text.Replace(" %", "\u00A0%", StringComparison.Ordinal));

    private static string Sha256(string text)
    {
        Span<byte> hash = stackalloc byte[Sha256Hash.Size];
        Sha256Hash.Of(Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToBase64String(hash);
    }

    private static string Asset(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report/" + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
