using System.Globalization;
using System.Numerics;

namespace Mekiki.Vision.Options;

/// <summary>One option of a record of options: its names, what it does, its range and its default. It reads, checks and sets a value.</summary>
/// <remarks>The record's property checks by its row, the command line makes its option of it, and help, docs and messages say what stands here.</remarks>
/// <example>
/// <code>
/// var epochs = TrainOptions.Table["Epochs"];
/// var options = epochs.With(new TrainOptions(), "12");       // as --epochs 12 does
/// </code>
/// A record of options makes a row for each property:
/// <code>
/// sealed record CropOptions
/// {
///     public static OptionTable&lt;CropOptions> Table { get; } = new(
///     [
///         OptionRow&lt;CropOptions>.Number("margin", nameof(Margin), "Pixels that are cut off at each side", OptionRange.AtLeast(0), o => o.Margin, (o, v) => o with { Margin = v }),
///     ]);
///
///     public int Margin { get; init => field = Table.Check(value); }
/// }
/// </code>
/// </example>
/// <typeparam name="TOptions">The record; a new one has the defaults.</typeparam>
public sealed record OptionRow<TOptions> where TOptions : class, new()
{
    private readonly Func<TOptions, object?> get;
    private readonly Func<TOptions, object, TOptions> set;
    private Func<string, object> read = text => text;
    private Func<object, string, object> check = (value, _) => value;
    private Func<object, string> write = value => Convert.ToString(value, CultureInfo.InvariantCulture)!;
    private Func<object, string>? writeDefault;

    private OptionRow(string name, string property, string placeholder, string help, Func<TOptions, object?> get, Func<TOptions, object, TOptions> set) =>
        (Name, Property, Placeholder, Help, this.get, this.set) = (name, property, placeholder, help, get, set);

    /// <summary>The name on the command line, without the two hyphens: <c>label-smoothing</c>.</summary>
    public string Name { get; }

    /// <summary>The property's name: <c>LabelSmoothing</c>.</summary>
    public string Property { get; }

    /// <summary>What stands for its value in help: <c>N</c> a whole number, <c>X</c> a number, a word for a text; an empty text: it is a switch, which has none.</summary>
    public string Placeholder { get; }

    /// <summary>What it does, and the unit of its value; without a full stop.</summary>
    public string Help { get; }

    /// <summary>The values that it may have, such as <c>0 ≤ X &lt; 1</c>; null: any.</summary>
    public string? Range { get; private init; }

    /// <summary>The default: a value; words after a colon, where other options or the images decide; or null, where there is nothing to say.</summary>
    public string? Default => Otherwise is { } words
        ? $": {words}"
        : get(new TOptions()) is { } value && Placeholder.Length > 0 ? $" {(writeDefault ?? write)(value)}" : null;

    /// <summary>What holds unless it is given, in words.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Names that it may have as its value, which shells complete; empty: it has none.</summary>
    public Func<IEnumerable<OptionName>> Names { get; init; } = () => [];

    /// <summary>Whether it means something only where training goes step by step, not to a network that learns from all images at once.</summary>
    public bool NeedsSteps { get; init; }

    /// <summary>From options to options with the values that are usual beside them; null: those of a new record.</summary>
    public Func<TOptions, TOptions>? Beside { get; init; }

    /// <summary>The option in messages about it.</summary>
    internal Term Term => new(Property, "--" + Name);

    /// <summary>The option in messages about something else.</summary>
    internal Term Mention => new($"{typeof(TOptions).Name}.{Property}", "--" + Name);

    /// <summary>A number.</summary>
    /// <param name="name">On the command line.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="help">What it does.</param>
    /// <param name="range">The values that it may have.</param>
    /// <param name="get">Reads the property; null: it is not given.</param>
    /// <param name="set">Makes options with another value.</param>
    /// <param name="only">Which numbers of the range are right, and how messages call them; null: all.</param>
    public static OptionRow<TOptions> Number<T>(string name, string property, string help, OptionRange<T> range, Func<TOptions, T?> get, Func<TOptions, T, TOptions> set, (string Words, Func<T, bool> Contain)? only = null)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        string placeholder = OptionRange<T>.IsWhole ? "N" : "X";
        string words = only?.Words ?? range.Words ?? OptionRange<T>.Kind;
        OptionRow<TOptions> row = new(name, property, placeholder, help, o => get(o), (o, v) => set(o, (T)v)) { Range = range.Formula(placeholder) };
        row.read = text => OptionRange<T>.TryRead(text, out var value)
            ? value
            : throw Wording.Exception($"{row.Term}: expected {(only is null && words != OptionRange<T>.Kind ? $"{OptionRange<T>.Kind}, {words}" : words)}, got '{text}'.");
        row.check = (value, shown) => range.Contains((T)value) && only?.Contain((T)value) != false ? value : throw Wording.Exception($"{row.Term}: expected {words}, got {shown}.");
        row.writeDefault = value => OptionRange<T>.Text((T)value);
        return row;
    }

    /// <summary>A text, such as a path or a name.</summary>
    /// <param name="name">On the command line.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="placeholder">What stands for it in help.</param>
    /// <param name="help">What it does.</param>
    /// <param name="expected">What it is, for messages: <c>a name</c>.</param>
    /// <param name="get">Reads the property; null: it is not given.</param>
    /// <param name="set">Makes options with another value.</param>
    /// <param name="find">From a text to the one that is kept; throws a <see cref="MekikiException"/> where it is wrong. Null: any text but an empty one is right.</param>
    /// <param name="range">The values that it may have, in a few words.</param>
    public static OptionRow<TOptions> Text(string name, string property, string placeholder, string help, string expected, Func<TOptions, string?> get, Func<TOptions, string, TOptions> set, Func<string, string>? find = null, string? range = null)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        OptionRow<TOptions> row = new(name, property, placeholder, help, get, (o, v) => set(o, (string)v)) { Range = range };
        row.check = (value, _) => value is "" ? throw Wording.Exception($"{row.Term}: expected {expected}, got an empty text.") : find is null ? value : find((string)value);
        return row;
    }

    /// <summary>One of a few values that have names.</summary>
    /// <param name="name">On the command line.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="placeholder">What stands for it in help.</param>
    /// <param name="help">What it does.</param>
    /// <param name="choices">The names and their values.</param>
    /// <param name="get">Reads the property; null: it is not given.</param>
    /// <param name="set">Makes options with another value.</param>
    /// <param name="expected">What is expected, for messages; null: one of the names.</param>
    public static OptionRow<TOptions> Choice<T>(string name, string property, string placeholder, string help, IReadOnlyList<(string Name, T Value)> choices, Func<TOptions, T?> get, Func<TOptions, T, TOptions> set, string? expected = null)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        // Arrays of names and of objects: LINQ over pairs would be compiled anew for each type of value, at every start.
        var names = new string[choices.Count];
        var values = new object[choices.Count];
        for (int i = 0; i < names.Length; i++)
            (names[i], values[i]) = choices[i];
        string words = string.Join(", ", names);
        expected ??= $"one of {words}";
        OptionRow<TOptions> row = new(name, property, placeholder, help, o => get(o), (o, v) => set(o, (T)v)) { Range = words, Names = () => names.Select(n => new OptionName(n)) };
        row.read = text => Array.FindIndex(names, n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var found
            ? values[found]
            : throw Wording.Exception($"{row.Term}: expected {expected}, got '{text}'.{Suggestion.Sentence(text, names.Where(n => n.Length > 1))}");
        row.check = (value, shown) => values.Contains(value) ? value : throw Wording.Exception($"{row.Term}: expected {expected}, got {shown}.");
        row.write = value => names[Array.IndexOf(values, value)];
        return row;
    }

    /// <summary>Something to switch on.</summary>
    /// <param name="name">On the command line.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="help">What it does.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Makes options with it switched on or off.</param>
    public static OptionRow<TOptions> Switch(string name, string property, string help, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> set)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        return new(name, property, "", help, o => get(o), (o, v) => set(o, (bool)v)) { read = _ => true };
    }

    /// <summary>Options with a value that is given as a text; a switch is switched on.</summary>
    /// <exception cref="MekikiException">The text is no value of this option; the message says what is expected.</exception>
    public TOptions With(TOptions options, string text)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(text);
        return set(options, check(read(text), text));
    }

    /// <summary>The words that a user would type for its value: <c>--epochs 3</c>.</summary>
    public string WordsOf(TOptions options) => Placeholder.Length == 0 ? Term.InCommandLine : $"{Term.InCommandLine} {(get(options) is { } value ? write(value) : "")}";

    /// <summary>Whether its value is what holds unless it is given.</summary>
    public bool IsUsual(TOptions options) => Equals(get(options), get(Beside?.Invoke(options) ?? new TOptions()));

    /// <summary>Checks a value of the property's type; null means that it is not given.</summary>
    internal object? Check(object? value)
    {
        if (value is not null)
            return check(value, Convert.ToString(value, CultureInfo.InvariantCulture)!);
        return get(new TOptions()) is null ? null : throw new ArgumentNullException(Property);
    }
}
