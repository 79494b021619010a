using System.CommandLine;
using System.CommandLine.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Parsing;

/// <summary><c>--parts</c> of a training, where two tables have a row of that name: a number says into how many parts a batch is cut, <c>PART=FOLDER</c> which folder is which part of the data. Given twice, it is both.</summary>
internal sealed class PartsOption
{
    private const string Name = "--parts";

    private static readonly OptionRow<TrainOptions> batches = TrainOptions.Table[nameof(TrainOptions.Parts)];
    private static readonly OptionRow<DataOptions> folders = DataOptions.Table[nameof(DataOptions.Parts)];

    /// <summary>The option of the command.</summary>
    public Option<string[]> Option { get; } = new(Name)
    {
        Description = $"{batches.Help} ({batches.Range}; default{batches.Default}). Or: {char.ToLowerInvariant(folders.Help[0])}{folders.Help[1..]} ({folders.Range}; default{folders.Default}). Give it twice for both.",
        HelpName = $"{batches.Placeholder}|{folders.Placeholder}",
        DefaultValueFactory = _ => [],
        CustomParser = Read,
        Arity = new ArgumentArity(1, 2),
    };

    /// <summary>Whether a number was given.</summary>
    public bool IsOfBatches(ParseResult arguments) => Values(arguments).Any(IsNumber);

    /// <summary>The training with the number that was given.</summary>
    public TrainOptions Apply(ParseResult arguments, TrainOptions options) =>
        Values(arguments).FirstOrDefault(IsNumber) is { } text ? batches.With(options, text) : options;

    /// <summary>The images with the folders that were given.</summary>
    public DataOptions Apply(ParseResult arguments, DataOptions options) =>
        Values(arguments).FirstOrDefault(v => !IsNumber(v)) is { } text ? folders.With(options, text) : options;

    private string[] Values(ParseResult arguments) => arguments.GetValue(Option) ?? [];

    private static bool IsNumber(string text) => !text.Contains('=');

    private static string[] Read(ArgumentResult result)
    {
        string[] values = [.. result.Tokens.Select(t => t.Value)];
        if (values.Length == 2 && IsNumber(values[0]) == IsNumber(values[1]))
            result.AddError($"{Name}: expected one value of each kind, a number and {folders.Placeholder}, got '{values[0]}' and '{values[1]}'. Leave one of them out.");
        foreach (string value in values)
            try
            {
                if (IsNumber(value))
                    batches.With(new(), value);
                else
                    folders.With(new(), value);
            }
            catch (MekikiException e)
            {
                result.AddError(e.CommandLineMessage);
            }

        return values;
    }
}
