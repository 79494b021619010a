using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Pictures;
using static Mekiki.Workbench.Reports.HtmlPage;

namespace Mekiki.Workbench.Reports;

/// <summary>What a page tells of images themselves: how many, which twice, which in two parts, which not read.</summary>
internal sealed class DataSections(HtmlPage page, ReportWords words, DataFindings data)
{
    private const int MostBars = 200, MostOpen = 20, MostInGroup = 12, MostFiles = 200, MostDuplicates = 20;

    private readonly ImageSet set = data.Set;

    /// <summary>How many images each class has, in all and in each part.</summary>
    public void Counts()
    {
        var report = data.Report;
        var (fewest, largest) = (report.Classes.MinBy(c => c.Count), report.Classes.MaxBy(c => c.Count));
        page.Note(page.Fill("counts note", N(report.Classes.Count), N(fewest.Count), fewest.Name, N(largest.Count), largest.Name, report.Imbalance.ToString("0.0", CultureInfo.InvariantCulture)));
        page.Figure(CountChart(data, words));
        int[][] parts = [.. data.Parts.Select(p => set.CountPerClass(data.Split!.Of(p)))];
        page.Details($"{words["classes"]} ({N(report.Classes.Count)})", report.Classes.Count <= MostOpen, () => page.Table(
            [words["class"], words["number of images"], .. data.Parts.Select(PartName)],
            Enumerable.Range(0, report.Classes.Count).Select(c => (string[])[report.Classes[c].Name, N(report.Classes[c].Count), .. parts.Select(p => N(p[c]))]), numbers: 1, name: words["data counts"]));
    }

    /// <summary>The images per class, the fewest first; of more classes than a chart has room for, every so manieth.</summary>
    public static Chart CountChart(DataFindings data, ReportWords words)
    {
        CountOf[] classes = [.. data.Report.Classes.OrderBy(c => c.Count)];
        int step = (classes.Length + MostBars - 1) / MostBars;
        var chart = new Chart(words["images by class"], (words["classes by count"], 0, classes.Length), (words["number of images"], 0, classes[^1].Count * 1.05)) { XText = v => v.ToString("0", CultureInfo.InvariantCulture), YText = v => N((long)v) };
        for (int i = 0; i < classes.Length; i += step)
            chart.Bar(i + 0.1 * step, i + 0.9 * step, 0, classes[i].Count, $"{classes[i].Name}: {N(classes[i].Count)}");
        return chart;
    }

    /// <summary>Images that are there twice, those of two classes first.</summary>
    /// <param name="most">How many groups and how many pairs are shown.</param>
    public void Duplicates(int most)
    {
        var report = data.Report;
        page.Note(report.Duplicates.Count == 0 ? words["no equal"] : page.Fill("equal note", N(report.Duplicates.Count), N(report.CrossClassDuplicates)));
        Show([.. data.Equal.Select(g => (Images: g, Says: ""))], " = ", most);
        page.Note(report.NearDuplicates.Count == 0 ? words["no near"] : page.Fill("near note", N(report.NearDuplicates.Count), N(report.NearDuplicates.Count(n => n.IsAcrossClasses))));
        Show([.. data.Near.Select(n => (Images: new[] { n.First, n.Second }, Says: page.Fill("correlation", n.Similarity.ToString("0.000", CultureInfo.InvariantCulture))))], " ~ ", most);
    }

    /// <summary>What the parts share.</summary>
    public void Leakage()
    {
        if (data.Parts.Count < 2)
            page.Note(words["no parts"]);
        else
        {
            page.Table([words["part"], words["number of images"], words["share"], words["empty classes"]], data.Parts.Select(p => new[] { PartName(p), N(data.Split!.Of(p).Length), Percent(data.Split.Of(p).Length, set.Count), N(set.CountPerClass(data.Split.Of(p)).Count(c => c == 0)) }), numbers: 1, name: words["parts"]);
            page.Table([words["leak"], words["number of images"], words["equal in"], words["near in"], .. data.Groups is null ? Array.Empty<string>() : [words["mates in"]]],
                data.Leaks().Select(l => (string[])[page.Fill("leak of", PartName(l.Second), PartName(l.First)), N(l.Images), N(l.Equal), N(l.Near), .. l.Mates is { } mates ? [$"{N(mates)} ({Percent(mates, l.Images)})"] : Array.Empty<string>()]), numbers: 1);
            page.Note(words[data.Leaks().Any(l => l.Any > 0) ? "leaks" : "no leaks"]);
        }

        page.Note(data.Groups is { } groups ? page.Fill("groups note", N(groups.Count), groups.Pattern, N(LargestGroup(groups)), N(groups.Unmatched)) : words["no groups"]);
    }

    /// <summary>In a section of a report: duplicates, leakage, files and notes, each under its heading.</summary>
    /// <param name="notes">What is said of the images beside the findings' notes.</param>
    public void Problems(IEnumerable<string> notes)
    {
        page.Heading("data duplicates");
        Duplicates(MostDuplicates);
        page.Heading("data leakage");
        Leakage();
        page.Heading("data files");
        Files();
        string[] all = [.. data.Report.Notes.Concat(notes).Distinct()];
        if (all.Length == 0)
            return;
        page.Heading("notes");
        page.List(all);
    }

    /// <summary>Which files were read, and which not and why.</summary>
    public void Files()
    {
        if (data.Report.Found is not { } found)
        {
            page.Note(words["no files"]);
            return;
        }

        page.Facts([("files seen", page.Fill("seen and read", N(found.Seen), N(found.Read), N(found.Seen - found.Read))), ("layout", found.Layout)]);
        if (found.LeftOut.Count > 0)
            page.Table([words["reason"], words["files"], words["examples"]], found.LeftOut.Select(r => new[] { r.Reason, N(r.Files), string.Join(", ", r.Examples) + (r.Files > r.Examples.Count ? ", …" : "") }), numbers: 3, name: words["left out"]);
        if (data.Report.Skipped is { Count: > 0 } skipped)
            page.Details($"{words["unreadable"]} ({N(skipped.Count)})", skipped.Count <= MostOpen, () =>
            {
                page.Table([words["file"], words["reason"]], skipped.Take(MostFiles).Select(s => new[] { s.Name, s.Reason }), numbers: 2);
                if (skipped.Count > MostFiles)
                    page.Note(page.Fill("more files", N(skipped.Count - MostFiles)));
            });
    }

    private void Show(IReadOnlyList<(int[] Images, string Says)> groups, string sign, int most)
    {
        page.Html("<div class=\"cards\">");
        foreach (var (images, says) in groups.OrderBy(g => IsAcross(g.Images) ? 0 : 1).Take(most))
        {
            string names = string.Join(sign, images.Take(MostInGroup).Select(i => set.Names[i])) + (images.Length > MostInGroup ? $" … {page.Fill("more", N(images.Length - MostInGroup))}" : "");
            page.Pictures(images.Take(MostInGroup).Select(i => (i, set.Names[i])), $"{(IsAcross(images) ? "◀ " + page.Fill("across", string.Join(", ", images.Select(i => set.Classes[set.Labels[i]]).Distinct())) + ": " : "")}{names}{(says.Length > 0 ? $" ({says})" : "")}");
        }

        page.Html("</div>\n");
        if (groups.Count > most)
            page.Note(page.Fill("more groups", N(groups.Count - most)));
    }

    private bool IsAcross(int[] images) => images.Any(i => set.Labels[i] != set.Labels[images[0]]);

    private int LargestGroup(ImageGroups groups)
    {
        int[] sizes = new int[groups.Count];
        for (int i = 0; i < set.Count; i++)
            sizes[groups[i]]++;
        return sizes.Max();
    }

    private string PartName(SplitPart part) => words[part switch { SplitPart.Train => "train", SplitPart.Validation => "validation", _ => "test" }];

    private static string Percent(int count, int of) => (100.0 * count / Math.Max(1, of)).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
