using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Transforms;

namespace Mekiki.Cli.Parsing;

/// <summary>Makes options and arguments that check their own range and say it in the help.</summary>
internal static class Options
{
    private const string DataForms = "A known name, a folder with a sub-folder of images for each class, a zip of that, or a folder with MNIST's IDX files";

    /// <summary>The networks that have a name.</summary>
    public static IEnumerable<(string, string)> Models => Catalogue.All.Select(m => (m.Name, m.Description));

    private static IEnumerable<(string, string)> Sets => KnownSet.All.Select(s => (s.Name, s.Description));

    /// <summary>A whole number with a default.</summary>
    public static Option<int> Integer(string name, string description, int @default, int least, int most = int.MaxValue)
    {
        var range = new Range<int>(least, most, "N0");
        return Valued<int>(name, "N", description, range.Words, @default.ToString("N0", CultureInfo.InvariantCulture), @default, r => range.Read(r, name, "a whole number"));
    }

    /// <summary>A whole number that may be left out.</summary>
    public static Option<int?> OptionalInteger(string name, string description, int least, int most = int.MaxValue)
    {
        var range = new Range<int>(least, most, "N0");
        return Valued<int?>(name, "N", description, range.Words, null, null, r => range.Read(r, name, "a whole number"));
    }

    /// <summary>A number with a default.</summary>
    public static Option<double> Number(string name, string description, double @default, double least, double most = double.PositiveInfinity)
    {
        var range = new Range<double>(least, most, "0.######");
        return Valued<double>(name, "X", description, range.Words, @default.ToString("0.######", CultureInfo.InvariantCulture), @default, r => range.Read(r, name, "a number"));
    }

    /// <summary>A number that may be left out.</summary>
    public static Option<double?> OptionalNumber(string name, string description, double least, double most = double.PositiveInfinity, bool isBelow = false)
    {
        var range = new Range<double>(least, most, "0.######", isBelow);
        return Valued<double?>(name, "X", description, range.Words, null, null, r => range.Read(r, name, "a number"));
    }

    /// <summary>A number for all channels, or one for each with commas between, that may be left out.</summary>
    public static Option<ChannelValues?> OptionalChannelValues(string name, string description, double least, double most)
    {
        var range = new Range<double>(least, most, "0.######");
        return Valued<ChannelValues?>(name, "X[,X,X]", description, range.Words, null, null, r =>
        {
            string text = r.Tokens[0].Value;
            string[] parts = text.Split(',');
            if (parts.Length is not (1 or 3))
                r.AddError($"{name}: expected one number for all channels, or three with commas between, got '{text}'.");
            return ChannelValues.Of([.. parts.Select(part => (float)range.Read(r, name, "a number", part))]);
        });
    }

    /// <summary>A text that may be left out, such as a path.</summary>
    public static Option<string?> Text(string name, string placeholder, string description) =>
        Valued<string?>(name, placeholder, description, null, null, null, r => Value(r, name));

    /// <summary>A text with a default.</summary>
    public static Option<string> Text(string name, string placeholder, string description, string @default) =>
        Valued<string>(name, placeholder, description, null, @default, @default, r => Value(r, name));

    /// <summary>One of several names.</summary>
    public static Option<T> Choice<T>(string name, string placeholder, string description, string @default, IReadOnlyList<(string Name, T Value)> choices)
    {
        string words = string.Join(", ", choices.Select(c => c.Name));
        return Valued<T>(name, placeholder, description, words, @default, Find(@default)!.Value.Value, r =>
        {
            string text = Value(r, name);
            if (Find(text) is { } found)
                return found.Value;
            r.AddError($"{name}: expected one of {words}, got '{text}'.{Suggestion.Sentence(text, choices.Select(c => c.Name))}");
            return default!;
        }).Offering(choices.Select(c => (c.Name, "")));

        (string Name, T Value)? Find(string text)
        {
            foreach (var choice in choices)
                if (string.Equals(choice.Name, text, StringComparison.OrdinalIgnoreCase))
                    return choice;
            return null;
        }
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
    public static Option<string> Data(string @default) => Text("--data", "DATA", DataForms, @default).Offering(Sets);

    /// <summary>Which images, where there are others already.</summary>
    /// <param name="otherwise">Which, such as <c>the run's own test part</c>.</param>
    public static Option<string?> OptionalData(string otherwise) => Text("--data", "DATA", $"{DataForms}. Without it, {otherwise}.").Offering(Sets);

    /// <summary>Which images, without a name of its own.</summary>
    public static Argument<string> DataArgument() => Argument("DATA", $"{DataForms}.").Offering(Sets);

    /// <summary>Whether images are grey or in colours.</summary>
    public static Option<int> Channels() => Choice("--channels", "N", "Channels of the images: 1 for grey, 3 for colours", "1", [("1", 1), ("3", 3)]);

    /// <summary>The seed of everything random.</summary>
    public static Option<ulong> Seed()
    {
        var range = new Range<ulong>(0, ulong.MaxValue, "0");
        return Valued<ulong>("--seed", "N", "Seed of everything random", range.Words, "0", 0, r => range.Read(r, "--seed", "a whole number"));
    }

    /// <summary>How many threads work.</summary>
    public static Option<int?> Threads() => OptionalInteger("--threads", "Threads that work; results do not depend on it. Without it, one for each processor", 1, 1024);

    /// <summary>An argument that must be given.</summary>
    public static Argument<string> Argument(string name, string description) =>
        new(name) { Description = description, HelpName = name, Arity = ArgumentArity.ExactlyOne };

    /// <summary>An argument that may be given several times, and must be once.</summary>
    public static Argument<string[]> Arguments(string name, string description) =>
        new(name) { Description = description, HelpName = name, Arity = ArgumentArity.OneOrMore };

    /// <summary>An argument that may be left out.</summary>
    public static Argument<string?> OptionalArgument(string name, string description) =>
        new(name) { Description = description, HelpName = name, Arity = ArgumentArity.ZeroOrOne };

    private static string Value(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        if (text.Length == 0)
            result.AddError($"{name}: expected a text, got an empty one.");
        return text;
    }

    private static Option<T> Valued<T>(string name, string placeholder, string description, string? range, string? defaultText, T @default, Func<ArgumentResult, T> read)
    {
        string[] facts = [.. new[] { range, defaultText is null ? null : $"default {defaultText}" }.OfType<string>()];
        return new Option<T>(name)
        {
            Description = facts.Length == 0 ? description : $"{description.TrimEnd('.')} ({string.Join("; ", facts)}).",
            HelpName = placeholder,
            DefaultValueFactory = _ => @default,
            CustomParser = result => read(result),
            Arity = ArgumentArity.ExactlyOne,
        };
    }
}
