using System.Globalization;
using System.Net;
using System.Text;
using Mekiki.Files;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Reports;

/// <summary>One HTML file that needs nothing else, section after section: texts as texts, charts as SVG, small pictures on one file.</summary>
/// <param name="words">The texts, in the page's language.</param>
/// <param name="atlas">The small pictures.</param>
internal sealed class HtmlPage(ReportWords words, Atlas atlas)
{
    private readonly StringBuilder body = new();
    private readonly List<string> sections = [];
    private readonly SortedSet<int> pictures = [];
    private readonly HashSet<string> regions = [];

    /// <summary>The page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="subtitle">What stands below.</param>
    /// <param name="style">CSS beside the page's own.</param>
    /// <param name="data">JSON, which the script reads; null: there is neither.</param>
    /// <param name="script">The page's program.</param>
    public string ToHtml(string title, string subtitle, string style = "", string? data = null, string script = "")
    {
        string sheet = $"{Asset("report.css")}{PictureStyle.Css}{atlas.Style(pictures)}{style}";
        // Nothing but what stands here runs or loads.
        string policy = $"default-src 'none'; img-src data:; style-src 'sha256-{Sha256(sheet)}'{(data is null ? "" : $"; script-src 'sha256-{Sha256(script)}'")}";
        return $"<!DOCTYPE html>\n<html lang=\"{words.Language}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{E(title)}</title><style>{sheet}</style></head>\n<body>\n"
            + $"<header><h1>{E(title)}</h1><p class=\"small\">{E(subtitle)}</p></header>\n"
            + $"<nav aria-label=\"{E(words["contents"])}\"><ul>{string.Concat(sections.Select(id => $"<li><a href=\"#{id}\">{E(words[id])}</a></li>"))}</ul></nav>\n<main>\n{body}</main>\n<footer><p class=\"small\">{E(words["by"])}</p></footer>\n"
            + (data is null ? "" : $"<script type=\"application/json\" id=\"report-data\">{data}</script>\n<script>{script}</script>\n") + "</body></html>\n";
    }

    /// <summary>A section with the heading and the name of a text.</summary>
    public void Section(string id, Action write)
    {
        sections.Add(id);
        regions.Add(words[id]);
        body.Append($"<section id=\"{id}\" aria-labelledby=\"h-{id}\"><h2 id=\"h-{id}\">{E(words[id])}</h2>\n");
        write();
        body.Append("</section>\n");
    }

    /// <summary>HTML as it is.</summary>
    public void Html(string html) => body.Append(html);

    /// <summary>A heading within a section.</summary>
    public void Heading(string key) => body.Append($"<h3>{E(words[key])}</h3>\n");

    /// <summary>What matters most, sentence by sentence.</summary>
    public void Verdict(IEnumerable<string> sentences) => body.Append($"<div class=\"verdict\">{string.Concat(sentences.Select(s => $"<p>{E(s)}</p>"))}</div>\n");

    /// <summary>Names of texts with values; what is null is not told.</summary>
    public void Facts(IEnumerable<(string Name, string? Value)> facts) => body.Append($"<dl>{string.Concat(facts.Select(f => $"<dt>{E(words[f.Name])}</dt><dd>{E(f.Value ?? words["unknown text"])}</dd>"))}</dl>\n");

    /// <summary>A paragraph; nothing where the text is empty.</summary>
    public void Note(string text)
    {
        if (text.Length > 0)
            body.Append($"<p class=\"note\">{E(text)}</p>\n");
    }

    /// <summary>A list of sentences of the library, which are in English.</summary>
    public void List(IEnumerable<string> items) => body.Append($"<ul lang=\"en\">{string.Concat(items.Select(n => $"<li>{E(n)}</li>"))}</ul>\n");

    /// <param name="head">The columns' names.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="numbers">From which column on there are numbers.</param>
    /// <param name="name">What the table shows, for those who do not see it; null: as the first column says.</param>
    public void Table(string[] head, IEnumerable<string[]> rows, int numbers, string? name = null)
    {
        body.Append($"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{E(RegionName(name ?? head[0]))}\"><table><thead><tr>{string.Concat(head.Select((h, i) => $"<th scope=\"col\"{(i >= numbers ? " class=\"n\"" : "")}>{E(h)}</th>"))}</tr></thead><tbody>");
        foreach (string[] row in rows)
            body.Append($"<tr>{string.Concat(row.Select((cell, i) => i == 0 ? $"<th scope=\"row\"{(numbers == 0 ? " class=\"n\"" : "")}>{E(cell)}</th>" : $"<td{(i >= numbers ? " class=\"n\"" : "")}>{E(cell)}</td>"))}</tr>");
        body.Append("</tbody></table></div>\n");
    }

    // Who jumps from region to region hears their names alone: no two are alike.
    private string RegionName(string name)
    {
        string own = name;
        for (int k = 1; !regions.Add(own); k++)
            own = k == 1 && sections.Count > 0 ? $"{words[sections[^1]]}: {name}" : $"{name} ({k})";
        return own;
    }

    /// <summary>What is open only when someone wants it.</summary>
    public void Details(string summary, bool isOpen, Action write)
    {
        body.Append($"<details{(isOpen ? " open" : "")}><summary>{E(summary)}</summary>\n");
        write();
        body.Append("</details>\n");
    }

    /// <summary>A chart with its title below.</summary>
    public void Figure(Chart chart) => body.Append($"<figure>{chart.ToSvg()}<figcaption>{E(chart.Title.English)}</figcaption></figure>\n");

    /// <summary>Small pictures of images with a caption below all of them; nothing where there is no room for one.</summary>
    /// <param name="images">Indices in the set, each with its name.</param>
    /// <param name="caption">What they have in common.</param>
    public void Pictures(IEnumerable<(int Image, string Name)> images, string caption)
    {
        body.Append("<div class=\"card\"><div class=\"near\">");
        foreach (var (image, name) in images)
            if (atlas.PlaceOf(image) is var place and >= 0)
            {
                pictures.Add(place);
                body.Append($"<span class=\"sprite i{place}\" role=\"img\" aria-label=\"{E(name)}\"></span>");
            }

        body.Append($"</div><p class=\"name\">{E(caption)}</p></div>\n");
    }

    /// <summary>A small picture of an image, if there is room for it, with lines below.</summary>
    /// <param name="image">Its index in the set.</param>
    /// <param name="name">Its name, which stands last.</param>
    /// <param name="lines">Each with the class of its style.</param>
    public void Card(int image, string name, IEnumerable<(string Style, string Text)> lines)
    {
        string picture = "";
        if (atlas.PlaceOf(image) is var place and >= 0)
        {
            pictures.Add(place);
            picture = $"<span class=\"sprite i{place}\" role=\"img\" aria-label=\"{E(name)}\"></span>";
        }

        body.Append($"<article class=\"card\">{picture}{string.Concat(lines.Select(l => $"<p class=\"{l.Style}\">{E(l.Text)}</p>"))}<p class=\"name\">{E(name)}</p></article>\n");
    }

    /// <summary>A text with its places filled.</summary>
    public string Fill(string key, params string[] values) => string.Format(CultureInfo.InvariantCulture, words[key], [.. values]);

    /// <summary>A count.</summary>
    public static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A text as HTML. A number stays with its unit.</summary>
    public static string E(string text) => WebUtility.HtmlEncode(text.Replace(" %", "\u00A0%", StringComparison.Ordinal));

    /// <summary>A file of the program.</summary>
    public static string Asset(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("report/" + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Sha256(string text)
    {
        Span<byte> hash = stackalloc byte[Sha256Hash.Size];
        Sha256Hash.Of(Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToBase64String(hash);
    }
}
