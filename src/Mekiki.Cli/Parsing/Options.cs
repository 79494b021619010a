using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;

namespace Mekiki.Cli.Parsing;

/// <summary>Makes options and arguments that check their own range and say it in the help: what it does, its range, its default.</summary>
internal static class Options
{
    private static readonly OptionRow<DataOptions> source = DataOptions.Table[nameof(DataOptions.Source)];

    /// <summary>The networks that have a name.</summary>
    public static IEnumerable<(string, string)> Models => Catalogue.All.Select(m => (m.Name, m.Description));

    private static IEnumerable<(string, string)> Sets => KnownSet.All.Select(s => (s.Name, s.Description));

    /// <summary>An option as its row says.</summary>
    /// <param name="row">The row.</param>
    /// <param name="get">The value, of options that have nothing but this.</param>
    /// <param name="usual">The value where it is not given.</param>
    /// <param name="help">What it does, where the command does something else with it; null: as the row says.</param>
    /// <param name="otherwise">The default in the help, after the word: <c> 3</c>, <c>: words</c>; null: as the row says.</param>
    public static Option<T> Of<TOptions, T>(OptionRow<TOptions> row, Func<TOptions, T> get, T usual, string? help = null, string? otherwise = null) where TOptions : class, new() =>
        Valued<T>("--" + row.Name, row.Placeholder, help ?? row.Help, row.Range, otherwise ?? row.Default, usual, r => Read(r, row) is { } read ? get(read) : default!)
            .Offering(Offered(row));

    /// <summary>An option as its row says, with the text that was given as its value.</summary>
    /// <param name="row">The row.</param>
    /// <param name="also">A word that it may have beside the row's values, and what it does then.</param>
    public static Option<string?> TextOf<TOptions>(OptionRow<TOptions> row, (string Word, string Meaning)? also = null) where TOptions : class, new() =>
        Valued<string?>("--" + row.Name, row.Placeholder, also is { } word ? $"{row.Help}; {word.Word}: {word.Meaning}" : row.Help, row.Range, row.Default, null, r =>
        {
            string text = r.Tokens[0].Value;
            return string.Equals(text, also?.Word, StringComparison.OrdinalIgnoreCase) || Read(r, row, also is { } other && !OptionRange<double>.TryRead(text, out _) ? $" Or give {other.Word}, which {other.Meaning}." : "") is not null ? text : null;
        }).Offering(Offered(row, also));

    // Made only for a shell that completes.
    private static IEnumerable<(string Name, string About)> Offered<TOptions>(OptionRow<TOptions> row, (string Word, string Meaning)? also = null) where TOptions : class, new()
    {
        foreach (var name in row.Names())
            yield return (name.Name, name.Description);
        if (also is { } word)
            yield return word;
    }

    /// <summary>A whole number with a default.</summary>
    public static Option<int> Integer(string name, string description, int @default, int least, int most = int.MaxValue) =>
        Number(name, "N", description, @default, new OptionRange<int>(least, most));

    /// <summary>A whole number that may be left out.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="description">What it does.</param>
    /// <param name="least">The smallest.</param>
    /// <param name="most">The largest.</param>
    /// <param name="otherwise">What holds then, in words.</param>
    public static Option<int?> OptionalInteger(string name, string description, int least, int most = int.MaxValue, string? otherwise = null)
    {
        var range = new OptionRange<int>(least, most);
        return Valued<int?>(name, "N", description, range.Formula("N"), Words(otherwise), null, r => Read(r, name, range, r.Tokens[0].Value));
    }

    /// <summary>A number with a default.</summary>
    public static Option<double> Number(string name, string description, double @default, double least, double most = double.PositiveInfinity) =>
        Number(name, "X", description, @default, new OptionRange<double>(least, most));

    /// <summary>A number that may be left out.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="description">What it does.</param>
    /// <param name="range">What it may be.</param>
    /// <param name="otherwise">What holds then, in words.</param>
    public static Option<double?> OptionalNumber(string name, string description, OptionRange<double> range, string otherwise) =>
        Valued<double?>(name, "X", description, range.Formula("X"), Words(otherwise), null, r => Read(r, name, range, r.Tokens[0].Value));

    /// <summary>A number for all channels, or one for each with commas between, that may be left out.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="description">What it does.</param>
    /// <param name="range">The numbers that each may be.</param>
    /// <param name="otherwise">What holds then: a number.</param>
    public static Option<ChannelValues?> OptionalChannelValues(string name, string description, OptionRange<double> range, int otherwise) =>
        Valued<ChannelValues?>(name, "X[,X,X]", description, range.Formula("X"), $" {otherwise}", null, r =>
        {
            string text = r.Tokens[0].Value;
            string[] parts = text.Split(',');
            if (parts.Length is not (1 or 3))
                r.AddError($"{name}: expected one number for all channels, or three with commas between, got '{text}'.");
            return ChannelValues.Of([.. parts.Select(part => (float)Read(r, name, range, part))]);
        });

    /// <summary>A text that may be left out, such as a path.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="placeholder">What stands for it in the help.</param>
    /// <param name="description">What it does.</param>
    /// <param name="otherwise">What holds then, in words; null: nothing is to be said.</param>
    public static Option<string?> OptionalText(string name, string placeholder, string description, string? otherwise = null) =>
        Valued<string?>(name, placeholder, description, null, Words(otherwise), null, r => Value(r, name));

    /// <summary>A text with a default.</summary>
    public static Option<string> Text(string name, string placeholder, string description, string @default) =>
        Valued<string>(name, placeholder, description, null, $" {@default}", @default, r => Value(r, name));

    /// <summary>One of several names.</summary>
    public static Option<T> Choice<T>(string name, string placeholder, string description, string @default, IReadOnlyList<(string Name, T Value)> choices)
    {
        // Arrays: LINQ over pairs would be compiled anew for each type of value, at every start.
        var names = new string[choices.Count];
        var values = new T[choices.Count];
        for (int i = 0; i < names.Length; i++)
            (names[i], values[i]) = choices[i];
        string words = string.Join(", ", names);
        return Valued(name, placeholder, description, words, $" {@default}", values[Find(@default)], r =>
        {
            string text = Value(r, name);
            if (Find(text) is >= 0 and var found)
                return values[found];
            r.AddError($"{name}: expected one of {words}, got '{text}'.{Suggestion.Sentence(text, names)}");
            return default!;
        }).Offering(names.Select(n => (n, "")));

        int Find(string text) => Array.FindIndex(names, n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>One of several numbers, or nothing.</summary>
    public static Option<double?> OptionalChoice(string name, string placeholder, string description, IReadOnlyList<double> choices)
    {
        string words = string.Join(", ", choices.Select(c => c.ToString(CultureInfo.InvariantCulture)));
        return Valued<double?>(name, placeholder, description, words, null, null, r =>
        {
            string text = Value(r, name);
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && choices.Contains(number))
                return number;
            r.AddError($"{name}: expected one of {words}, got '{text}'.");
            return null;
        }).Offering(choices.Select(c => (c.ToString(CultureInfo.InvariantCulture), "")));
    }

    /// <summary>The names that may be its value, which shells complete.</summary>
    public static Option<T> Offering<T>(this Option<T> option, IEnumerable<(string Name, string About)> names)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => names.Select(Item));
        return option;
    }

    /// <summary>The names that may stand for it, which shells complete.</summary>
    public static Argument<T> Offering<T>(this Argument<T> argument, IEnumerable<(string Name, string About)> names)
    {
        argument.CompletionSources.Clear();
        argument.CompletionSources.Add(_ => names.Select(Item));
        return argument;
    }

    private static CompletionItem Item((string Name, string About) name) => new(name.Name, detail: name.About);

    /// <summary>Something to switch on.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>JSON lines on standard output, as every command with results has it.</summary>
    public static Option<bool> Json() => Flag("--json", "Print results as JSON lines.");

    /// <summary>Which images.</summary>
    public static Option<string> Data(string @default) => Of(source, o => o.Source, @default, otherwise: $" {@default}");

    /// <summary>Which images, where there are others already.</summary>
    /// <param name="otherwise">Which, such as <c>the run's own test part</c>.</param>
    public static Option<string?> OptionalData(string otherwise) => Of<DataOptions, string?>(source, o => o.Source, null, otherwise: Words(otherwise));

    /// <summary>How images are scaled for a network of others.</summary>
    public static Option<Resampling> Resampling() => Of<DataOptions, Resampling>(DataOptions.Table[nameof(DataOptions.Resampling)], o => o.Resampling ?? default, Vision.Images.Resampling.Bilinear, otherwise: " bilinear");

    /// <summary>What a network of others does not see of a scaled image.</summary>
    public static Option<int> CutMargin() => Integer("--margin", "Pixels that are cut off at each side of the scaled image: 16, where images are scaled to 256 pixels and the middle 224 are seen", 0, 0, Preprocessing.MostMargin);

    /// <summary>Which images, without a name of its own.</summary>
    public static Argument<string> DataArgument() => Argument("DATA", $"{source.Help}.").Offering(Sets);

    /// <summary>How folders are read: which are classes, which parts.</summary>
    public static TableOptions<DataOptions> Layout() => new(DataOptions.Table.Where(r => r.Property is nameof(DataOptions.Layout) or nameof(DataOptions.Parts)));

    /// <summary>How folders are read, and which images belong together.</summary>
    public static TableOptions<DataOptions> Reading() => new(DataOptions.Table.Where(r => r.Property is nameof(DataOptions.Group) or nameof(DataOptions.Layout) or nameof(DataOptions.Parts) or nameof(DataOptions.Labels)));

    /// <summary>The seed of everything random.</summary>
    public static Option<ulong> Seed() => Of(TrainOptions.Table[nameof(TrainOptions.Seed)], o => o.Seed, new TrainOptions().Seed);

    /// <summary>How many threads work; null: one for each processor.</summary>
    public static Option<int?> Threads() => Of<TrainOptions, int?>(TrainOptions.Table[nameof(TrainOptions.Threads)], o => o.Threads == 0 ? null : o.Threads, null);

    /// <summary>The model that a command uses.</summary>
    public static Argument<string> TrainedModel() => Argument("MODEL", $"The folder of a run, a model file, or {string.Join(", ", BuiltInRecognizer.All.Select(r => r.Name))}: a recognizer that is part of Mekiki.");

    /// <summary>An argument that must be given.</summary>
    public static Argument<string> Argument(string name, string description) =>
        WithText(new Argument<string>(name) { Description = description, HelpName = name, Arity = ArgumentArity.ExactlyOne });

    /// <summary>An argument that may be given several times, and must be once.</summary>
    public static Argument<string[]> Arguments(string name, string description) =>
        WithText(new Argument<string[]>(name) { Description = description, HelpName = name, Arity = ArgumentArity.OneOrMore });

    /// <summary>An argument that may be given several times, or not at all.</summary>
    public static Argument<string[]> OptionalArguments(string name, string description) =>
        WithText(new Argument<string[]>(name) { Description = description, HelpName = name, Arity = ArgumentArity.ZeroOrMore });

    /// <summary>An argument that may be left out.</summary>
    public static Argument<string?> OptionalArgument(string name, string description) =>
        WithText(new Argument<string?>(name) { Description = description, HelpName = name, Arity = ArgumentArity.ZeroOrOne });

    // An empty text is a variable of the shell that was not set.
    private static Argument<T> WithText<T>(Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => t.Value.Length == 0))
                result.AddError($"{argument.Name}: expected a text, got an empty one.");
        });
        return argument;
    }

    private static string? Words(string? otherwise) => otherwise is null ? null : $": {otherwise}";

    private static string Value(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        if (text.Length == 0)
            result.AddError($"{name}: expected a text, got an empty one.");
        return text;
    }

    // Options that have nothing but this; null where the text is wrong, which becomes the option's error.
    private static TOptions? Read<TOptions>(ArgumentResult result, OptionRow<TOptions> row, string more = "") where TOptions : class, new()
    {
        try
        {
            return row.With(new TOptions(), result.Tokens[0].Value);
        }
        catch (MekikiException e)
        {
            result.AddError(e.CommandLineMessage + more);
            return null;
        }
    }

    private static T Read<T>(ArgumentResult result, string name, OptionRange<T> range, string text) where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string kind = OptionRange<T>.Kind;
        if (!OptionRange<T>.TryRead(text, out var value))
            result.AddError($"{name}: expected {(range.Words is { } words ? $"{kind}, {words}" : kind)}, got '{text}'.");
        else if (!range.Contains(value))
            result.AddError($"{name}: expected {range.Words ?? kind}, got {text}.");
        return value;
    }

    private static Option<T> Number<T>(string name, string placeholder, string description, T @default, OptionRange<T> range) where T : struct, INumber<T>, IMinMaxValue<T> =>
        Valued(name, placeholder, description, range.Formula(placeholder), $" {OptionRange<T>.Text(@default)}", @default, r => Read(r, name, range, r.Tokens[0].Value));

    private static Option<T> Valued<T>(string name, string placeholder, string description, string? range, string? otherwise, T @default, Func<ArgumentResult, T> read)
    {
        string[] facts = [.. new[] { range, otherwise is null ? null : $"default{otherwise}" }.OfType<string>()];
        return new Option<T>(name)
        {
            Description = $"{description.TrimEnd('.')}{(facts.Length == 0 ? "" : $" ({string.Join("; ", facts)})")}.",
            HelpName = placeholder,
            DefaultValueFactory = _ => @default,
            CustomParser = result => read(result),
            Arity = ArgumentArity.ExactlyOne,
        };
    }
}
