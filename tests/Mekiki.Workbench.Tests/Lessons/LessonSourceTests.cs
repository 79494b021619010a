using System.Text.RegularExpressions;
using Mekiki.Workbench.Lessons;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>How a lesson's file is read, and what holds for every lesson.</summary>
public class LessonSourceTests
{
    private const string Small = """
        #:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
        using Mekiki;

        // # 3. A title
        // ja: # 3. 題名
        //
        // time: 7 s, quick 2 s
        //
        // One line,
        // and another.
        // ja: 1行目、
        // 2行目。
        //
        //     y = x²

        var x = 1;   // stays with the code
        // An end.
        // ja: 終わり。
        """;

    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, 14)];

    [Fact]
    public void Read_GivesTextAndCode_InTheOrderOfTheFile()
    {
        using var folder = new TemporaryFolder();
        var lesson = Read(folder, Small);
        Assert.Equal(("03-small", 3, 7, 2), (lesson.Name, lesson.Number, lesson.Seconds, lesson.QuickSeconds));
        Assert.Equal(("3. A title", "3. 題名"), (lesson.Title.English, lesson.Title.Japanese));
        Assert.Collection(lesson.Cells,
            c => Assert.Equal("# 3. A title", ((TextCell)c).Text.English),
            c => Assert.True(c is CodeCell { IsPreamble: true, FirstLine: 1, LastLine: 2 }),
            c => Assert.Equal(("One line,\nand another.", "1行目、\n2行目。"), (((TextCell)c).Text.English, ((TextCell)c).Text.Japanese)),
            c => Assert.Equal("    y = x²", ((TextCell)c).Text.Japanese),
            c => Assert.True(c is CodeCell { Code: "var x = 1;   // stays with the code", FirstLine: 16, LastLine: 16, IsPreamble: false }),
            c => Assert.Equal("終わり。", ((TextCell)c).Text.Japanese));
    }

    [Theory]
    [InlineData("// ja: 1行目、\n// 2行目。\n", "", ":9: expected a paragraph in English and, behind '// ja:', in Japanese, got one of them. Write both.")]
    [InlineData("// # 3. A title\n// ja: # 3. 題名\n//\n", "", ": expected a title first, '// # 6. Convolution' and '// ja: # 6. …', got none.")]
    [InlineData("// time: 7 s, quick 2 s\n", "", ": expected a line '// time: 60 s, quick 8 s', got none.")]
    public void Read_OfNoLesson_SaysWhatIsMissing(string part, string instead, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(part, Small);
        var wrong = Assert.Throws<MekikiException>(() => Read(folder, Small.Replace(part, instead)));
        Assert.Equal(folder["03-small.cs"] + message, wrong.Message);
    }

    [Fact]
    public void All_OfAFolderWithoutLessons_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"{folder.Path}: expected a folder with lessons, such as 06-convolution.cs, got none. Call it in a clone of the repository, or say --lessons FOLDER.", Assert.Throws<MekikiException>(() => LessonSource.All(folder.Path)).Message);
    }

    [Fact]
    public void Lessons_AreFourteen() => Assert.Equal(Enumerable.Range(1, 14), LessonSource.All(Repository.Lessons).Select(l => l.Number));

    [Fact]
    public void Table_OfTheDocuments_IsThatOfTheFiles()
    {
        Stored.SamePart("docs/lessons.md", "lessons", Table("../", l => l.Title.English));
        Stored.SamePart("docs/ja/lessons.md", "lessons", Table("../../", l => l.Title.Japanese!));

        static string Table(string up, Func<LessonSource, string> title) =>
            string.Concat(LessonSource.All(Repository.Lessons).Select(l => $"| [{l.Name}]({up}lessons/{l.Name}.cs) | {title(l)[(title(l).IndexOf(' ') + 1)..]} | {l.Seconds} |\n"));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Lesson_IsWhole(int number)
    {
        var lesson = LessonSource.All(Repository.Lessons).Single(l => l.Number == number);
        Assert.StartsWith($"{number}. ", lesson.Title.English);
        Assert.StartsWith($"{number}. ", lesson.Title.Japanese);
        string[] headings = [.. lesson.Cells.OfType<TextCell>().Select(c => c.Text.English).Where(t => t.StartsWith("## ", StringComparison.Ordinal))];
        Assert.Contains("## What to change", headings);
        Assert.Contains("## Exercises", headings);
        // One that can be read at a sitting: 150 lines of code, with the text under 250.
        Assert.InRange(File.ReadLines(lesson.Path).Count(l => l.Length > 0 && !l.TrimStart().StartsWith("//", StringComparison.Ordinal)), 20, 150);
        Assert.InRange(lesson.LineCount, 60, 250);
        Assert.InRange(lesson.QuickSeconds, 1, lesson.Seconds);
        Assert.InRange(lesson.Seconds, 1, 300);
        // What it trains with stands in its own file.
        Assert.DoesNotContain("Mekiki.Workbench.Lecture", File.ReadAllText(lesson.Path));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Paragraphs_AreOfTheirLanguage_AndOfOneForm(int number)
    {
        foreach (var cell in LessonSource.All(Repository.Lessons).Single(l => l.Number == number).Cells.OfType<TextCell>())
        {
            if (cell.Text.English == cell.Text.Japanese)
                continue;
            Assert.Matches("[ぁ-んァ-ヶ一-龠]", cell.Text.Japanese!);
            // A Japanese paragraph has as many items as its English one, and names the same code.
            Assert.Equal(Items(cell.Text.English), Items(cell.Text.Japanese!));
            Assert.Equal(cell.Text.English.StartsWith('#'), cell.Text.Japanese!.StartsWith('#'));
            if (!cell.Text.Japanese.StartsWith('#') && Items(cell.Text.Japanese) == 0)
                Assert.Matches("(です|ます|ません|ください|ましょう|でしょうか|ました|ますか)。?$", Regex.Replace(cell.Text.Japanese, @"([(][^)]*[)]|`[^`]*`)。?$", "").Trim());
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Exercises_AreAllInTheTable(int number)
    {
        var lesson = LessonSource.All(Repository.Lessons).Single(l => l.Number == number);
        int stated = lesson.Cells.OfType<TextCell>().Where(c => Regex.IsMatch(c.Text.English, "^1\\. ")).Sum(c => Items(c.Text.English));
        Assert.Equal(Exercises.CountOf(number), stated);
        Assert.Contains($"`mekiki lesson check {number} ANSWER`", File.ReadAllText(lesson.Path));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Figures_AreRowsOfTheResults(int number)
    {
        var lesson = LessonSource.All(Repository.Lessons).Single(l => l.Number == number);
        string[] measured = [.. File.ReadLines(Repository.At("results/lessons.csv")).Where(l => l.StartsWith($"{number},", StringComparison.Ordinal))];
        int figures = Regex.Count(File.ReadAllText(lesson.Path), @"lesson\.Figure\(");
        Assert.True(measured.Length >= figures, $"Lesson {number} prints {figures} figures or more; results/lessons.csv has {measured.Length} of them.");
        foreach (Match name in Regex.Matches(File.ReadAllText(lesson.Path), @"lesson\.Figure\(""([^""]+)"""))
            Assert.Contains(measured, l => l.Replace("\"", "").StartsWith($"{number},{name.Groups[1].Value},", StringComparison.Ordinal));
    }

    private static int Items(string text) => text.Split('\n').Count(l => Regex.IsMatch(l, @"^(- |\d+\. )"));

    private static LessonSource Read(TemporaryFolder folder, string text)
    {
        File.WriteAllText(folder["03-small.cs"], text);
        return LessonSource.Read(folder["03-small.cs"]);
    }
}
