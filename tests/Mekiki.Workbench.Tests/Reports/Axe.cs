using System.Text.RegularExpressions;

namespace Mekiki.Workbench.Tests.Reports;

/// <summary>axe-core's rules for people who do not see, hear or point: MEKIKI_AXE names its file axe.min.js.</summary>
internal static class Axe
{
    private const string Rules = """
        <script src="axe.min.js"></script>
        <script>axe.run().then(r => document.title = "violations: " + r.violations.map(v => v.id + " " + v.nodes.map(n => n.target).join(" ")).join("; ") + " of " + r.passes.length + " rules");</script>
        """;

    /// <summary>Fails if a rule is broken; is skipped where there is no axe-core. The query is the page's, such as ?theme=dark.</summary>
    public static async Task Check(string page, TemporaryFolder folder, CancellationToken cancellation, string query = "")
    {
        string? axe = Environment.GetEnvironmentVariable("MEKIKI_AXE");
        Assert.SkipUnless(axe is not null && File.Exists(axe), "axe-core is not there (MEKIKI_AXE).");
        File.Copy(axe, folder["axe.min.js"], overwrite: true);
        string text = File.ReadAllText(page), tried = folder["axe.html"];
        File.WriteAllText(tried, Regex.Replace(text, "<meta http-equiv[^>]*>", "").Replace("</body>", Rules + "</body>", StringComparison.Ordinal));
        var (document, _) = await Chromium.Open(new Uri(tried) + query, folder, cancellation);
        Assert.Matches("^<title>violations:  of [1-9][0-9]+ rules</title>$", Regex.Match(document, "<title>.*?</title>").Value);
    }
}
