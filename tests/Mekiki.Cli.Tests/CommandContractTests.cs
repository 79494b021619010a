using Mekiki.Cli.Commands;
using Mekiki.Vision.Data;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Tests;

/// <summary>What holds for every command in the table.</summary>
public class CommandContractTests
{
    public static TheoryData<string> Names => [.. CommandTable.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_IsTheStoredText(string name)
    {
        var run = TestHost.Run($"{name} --help");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Stored.Same($"help/{name.Replace(' ', '-')}", run.Out);
        Assert.Equal(run.Out, TestHost.Run($"help {name}").Out);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_LinesFitIntoATerminal(string name) =>
        Assert.All(TestHost.Run($"{name} --help").Out.Split('\n'), line => Assert.True(line.Length <= 120, line));

    [Theory]
    [MemberData(nameof(Names))]
    public void Examples_AreOfTheCommand_AndParse(string name)
    {
        var command = Find(name).Command;
        Assert.NotEmpty(command.Examples);
        foreach (var example in command.Examples)
        {
            // Of a pipe, the part that is ours.
            string line = example.Line.Split('|').Select(part => part.Trim()).Single(part => part.StartsWith("mekiki ", StringComparison.Ordinal));
            Assert.StartsWith($"mekiki {name}", line);
            Assert.EndsWith(".", example.Meaning);
            var parsed = CommandTree.Parse([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line["mekiki ".Length..])]);
            Assert.Same(command, (parsed.CommandResult.Command as CommandSymbol)?.Owner);
            Assert.Empty(Problems.Of(parsed));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void UnknownOption_IsAMistake_WithASuggestion(string name)
    {
        var option = Find(name).MakeSymbol().Options.FirstOrDefault() ?? CommandTree.Help;
        string wrong = option.Name + "x";
        var run = TestHost.Run([.. name.Split(' '), wrong]);
        Assert.StartsWith($"Unknown option '{wrong}'. Did you mean '{option.Name}'?\n", run.Mistake());
        Assert.Equal("", run.Out);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Description_IsASentence_AndOptionsAreDescribed(string name)
    {
        var command = Find(name).MakeSymbol();
        Assert.Matches("^[A-Z].*\\.$", command.Description);
        Assert.All(command.Options, o => Assert.Matches("^[A-Z].*\\.$", o.Description));
        Assert.All(command.Arguments, a => Assert.Matches("^[A-Z].*\\.$", a.Description));
        Assert.All(command.Options, o => Assert.Matches("^--[a-z0-9-]+$", o.Name));
    }

    [Fact]
    public void Train_OffersEveryRowOfTheTables()
    {
        var options = Find("train").MakeSymbol().Options;
        Offers(TrainOptions.Table);
        Offers(DataOptions.Table);
        Offers(RunOptions.Table);

        void Offers<T>(OptionTable<T> table) where T : class, new() => Assert.All(table, row => Assert.Single(options, o => o.Name == "--" + row.Name));
    }

    [Fact]
    public void Overview_IsTheStoredText()
    {
        var run = TestHost.Run();
        Assert.Equal((0, ""), (run.Code, run.Error));
        Stored.Same("help/mekiki", run.Out);
        Assert.Equal(run.Out, TestHost.Run("--help").Out);
        Assert.Equal(run.Out, TestHost.Run("-h").Out);
        Assert.Equal(run.Out, TestHost.Run("help").Out);
    }

    [Theory]
    [InlineData("data preview x.zip", "data: preview")]
    [InlineData("help data preview", "data: preview")]
    [InlineData("models", "models: show")]
    [InlineData("models show x", "models: show")]
    [InlineData("train --data x", "train: ")]
    public void Line_MakesTheCommandsThatItCanMean(string line, string expected)
    {
        var made = Assert.Single(CommandTree.Parse(line.Split(' ')).RootCommandResult.Command.Subcommands);
        Assert.Equal(expected, $"{made.Name}: {string.Join(' ', made.Subcommands.Select(c => c.Name))}");
    }

    [Fact]
    public void Version_IsPrinted() => Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+.*\n$", TestHost.Run("--version").Out);

    private static CommandEntry Find(string name) => CommandTable.All.Single(c => c.Name == name);
}
