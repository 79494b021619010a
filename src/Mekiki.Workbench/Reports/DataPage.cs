using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Reports;

/// <summary>A page about images alone, before anyone trains on them.</summary>
public sealed class DataPage
{
    private const ulong Purpose = 0x4441_5441_0000_0001; // keeps these draws apart from other uses of a seed
    private const int MostOfClass = 8, MostShown = 60;

    private readonly DataFindings data;
    private readonly DataPageOptions options;
    private readonly ReportWords words;
    private readonly DateTimeOffset made;

    private DataPage(DataFindings data, DataPageOptions options, DateTimeOffset made) => (this.data, this.options, words, this.made) = (data, options, new(options.Language), made);

    /// <summary>What was found.</summary>
    public DataReport Report => data.Report;

    /// <summary>The page in a few sentences.</summary>
    public IReadOnlyList<string> Verdict => [.. DataVerdict.Sentences(data, words.Language == "ja")];

    /// <summary>Looks through a set.</summary>
    /// <param name="source">A known name or a path.</param>
    /// <param name="options">What stands on the page, and how the images are read.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="stage">Told what is done now, in a few words; null: nobody looks.</param>
    /// <exception cref="MekikiException">There is no image at all, or the pattern of groups matches none.</exception>
    public static DataPage Of(string source, DataPageOptions options, TimeProvider? clock = null, IProgress<string>? stage = null) =>
        new(DataCheck.Find(source, options.Reading, stage, options.Group), options, (clock ?? TimeProvider.System).GetUtcNow());

    /// <summary>Writes the page; it appears only when whole.</summary>
    /// <param name="path">The HTML file.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Write(string path) => OutputFile.Write(path, ToHtml());

    /// <summary>A source's name without its folders.</summary>
    internal static string Short(string source) => KnownSet.Find(source)?.Name ?? Path.GetFileName(source.TrimEnd('/', '\\'));

    private string ToHtml()
    {
        var atlas = new Atlas(data.Set, options.MostImages);
        var page = new HtmlPage(words, atlas);
        var sections = new DataSections(page, words, data);
        page.Section("verdict", () => page.Verdict(Verdict));
        page.Section("data counts", sections.Counts);
        page.Section("data sizes", () => WriteSizes(page));
        page.Section("data duplicates", () => sections.Duplicates(MostShown));
        page.Section("data leakage", sections.Leakage);
        page.Section("data files", sections.Files);
        page.Section("data look", () => WriteLook(page, atlas));
        if (Report.Notes.Count > 0)
            page.Section("notes", () => page.List(Report.Notes));
        page.Section("reproduce", () => page.Html($"<pre>{HtmlPage.E(options.Command)}</pre>\n"));
        return page.ToHtml($"{words["data title"]}: {Short(Report.Source)}", $"{made.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)} · Mekiki {Machine.Version}");
    }

    private void WriteSizes(HtmlPage page)
    {
        var shape = data.Set.Shape;
        page.Facts([("read as", $"{shape.Width}x{shape.Height}, {(shape.Channels == 1 ? words["grey"] : "RGB")}"), ("modes", Report.Modes.Count == 0 ? null : string.Join(", ", Report.Modes.Select(m => $"{m.Name} {HtmlPage.N(m.Count)}"))), ("source", Report.Source), ("fingerprint", Report.Fingerprint)]);
        page.Details($"{words["sizes"]} ({HtmlPage.N(Report.Sizes.Count)})", Report.Sizes.Count <= 10, () =>
            page.Table([words["size"], words["number of images"]], Report.Sizes.Take(MostShown).Select(s => new[] { s.Name, HtmlPage.N(s.Count) }), numbers: 1));
    }

    // Of each class as many as there is room for, drawn by a fixed seed.
    private void WriteLook(HtmlPage page, Atlas atlas)
    {
        var set = data.Set;
        int each = Math.Clamp((atlas.Most - atlas.Count) / set.Classes.Count, 1, MostOfClass), room = atlas.Most - atlas.Count;
        page.Note(page.Fill("look note", HtmlPage.N(each)));
        var members = Enumerable.Range(0, set.Classes.Count).Select(_ => new List<int>()).ToArray();
        for (int i = 0; i < set.Count; i++)
            members[set.Labels[i]].Add(i);
        page.Html("<div class=\"cards\">");
        int shown = 0;
        for (int c = 0; c < members.Length && (shown + 1) * each <= room; c++, shown++)
        {
            int[] drawn = [.. members[c]];
            new Generator(0, Purpose, (ulong)c).Shuffle(drawn.AsSpan());
            page.Pictures(drawn.Take(each).Select(i => (i, set.Names[i])), $"{set.Classes[c]}, {HtmlPage.N(drawn.Length)} {words["images"]}");
        }

        page.Html("</div>\n");
        if (shown < members.Length)
            page.Note(page.Fill("more classes", HtmlPage.N(members.Length - shown)));
    }
}
