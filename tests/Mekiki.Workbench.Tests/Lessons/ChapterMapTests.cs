using System.Text.RegularExpressions;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>docs/chapter.md, and its Japanese, lead to the lines that they mean.</summary>
public partial class ChapterMapTests
{
    [Theory]
    [InlineData("docs/chapter.md")]
    [InlineData("docs/ja/chapter.md")]
    public void Links_LeadToTheirLines(string page)
    {
        string text = File.ReadAllText(Repository.At(page));
        Assert.True(Link().Count(text) > 20);
        // MEKIKI_STORE=1 writes the numbers anew.
        string right = Link().Replace(text, m =>
        {
            string[] lines = File.ReadAllLines(Repository.At($"lessons/{m.Groups[2].Value}"));
            int line = Array.FindIndex(lines, l => l.Contains(m.Groups[1].Value, StringComparison.Ordinal)) + 1;
            Assert.True(line > 0, $"{m.Groups[2].Value}: expected a line with '{m.Groups[1].Value}', which {page} names.");
            return $"[`{m.Groups[1].Value}`]({m.Groups[3].Value}lessons/{m.Groups[2].Value}#L{line})";
        });
        Stored.SameFile(page, right);
    }

    [Fact]
    public void Cells_OfTheNotebook_AreAllThere()
    {
        string text = File.ReadAllText(Repository.At("docs/chapter.md"));
        foreach (int cell in (int[])[11, 2, 3, 4, 5, 6, 18, 21, 23, 24, 25, 20, 27, 29, 31])
            Assert.Contains($"\n| {cell} |", text);
    }

    [GeneratedRegex(@"\[`(?<1>[^`]+)`\]\((?<3>(?:\.\./)+)lessons/(?<2>[^)#]+)#L\d+\)")]
    private static partial Regex Link();
}
