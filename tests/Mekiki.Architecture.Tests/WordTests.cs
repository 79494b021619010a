using System.Text.RegularExpressions;

namespace Mekiki.Architecture.Tests;

/// <summary>The engine and the library name properties and methods. Options and commands stand in tables alone, from which both forms of a message come.</summary>
public partial class WordTests
{
    // What messages advise to run, in both forms.
    private const string Hints = "Mekiki.Vision/Options/Hint.cs";

    [Fact]
    public void Texts_NameNoOptionAndNoCommand()
    {
        var files = Sources.Files().Where(f => f.Path != Hints && (f.Path.StartsWith("Mekiki/", StringComparison.Ordinal) || f.Path.StartsWith("Mekiki.Vision/", StringComparison.Ordinal))).ToArray();
        Assert.NotEmpty(files);
        Rule.Holds("Texts of the engine and the library name no option and no command, but in rows of a table.", files.SelectMany(f => Found(f.Path, string.Join('\n', f.Lines))));
    }

    [Theory]
    [InlineData("throw new X(\"--epochs: expected 1\");", "f:1: --epochs: expected 1")]
    [InlineData("x = $\"Lower it ({(a ? \"--lr\" : \"b\")}).\";", "f:1: --lr")]
    [InlineData("x = 1;\ny = \"`mekiki models` lists all.\";", "f:2: `mekiki models` lists all.")]
    [InlineData("x = \"\"\"\n  say --data\n  \"\"\";", "f:1: \n  say --data\n  ")]
    [InlineData("x = @\"a \"\" --b\";", "f:1: a \"\" --b")]
    [InlineData("x = $\"{--count} of {{--all}}\";", "f:1: … of {{--all}}")]
    [InlineData("// \"--epochs\"\n/* \"--lr\" */ x = '\"' + \"a--b\" + \"--\" + '\\'' + --y;", null)]
    [InlineData("        Row.Number(\"epochs\", \"with --train\", 1),\n            with { Otherwise = \"--data\" },", null)]
    public void OptionsAndCommands_AreFoundInTexts(string source, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Found("f", source));

    // A row of a table may name options.
    private static IEnumerable<string> Found(string path, string source)
    {
        string[] lines = source.Split('\n');
        return StringLiterals.Of(source)
            .Where(t => Words().IsMatch(t.Text) && !Row().IsMatch(lines[t.Line - 1]))
            .Select(t => $"{path}:{t.Line}: {t.Text}");
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z]|`mekiki")]
    private static partial Regex Words();

    [GeneratedRegex(@"^\s+(Row\.(Number|Text|Choice|Switch)\(|with \{)")]
    private static partial Regex Row();
}
