using System.Collections;
using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Options;

/// <summary>All options of a record, a row each, in the order of the help.</summary>
/// <example>
/// <code>
/// foreach (var row in TrainOptions.Table)
///     Console.WriteLine(row);
/// </code>
/// </example>
/// <typeparam name="TOptions">The record; a new one has the defaults.</typeparam>
public sealed class OptionTable<TOptions>(IReadOnlyList<OptionRow<TOptions>> rows) : IReadOnlyList<OptionRow<TOptions>> where TOptions : class, new()
{
    private readonly Dictionary<string, OptionRow<TOptions>> byProperty = rows.ToDictionary(r => r.Property);

    /// <inheritdoc/>
    public int Count => rows.Count;

    /// <inheritdoc/>
    public OptionRow<TOptions> this[int index] => rows[index];

    /// <summary>The row of a property.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public OptionRow<TOptions> this[string property] => byProperty[property];

    /// <inheritdoc/>
    public IEnumerator<OptionRow<TOptions>> GetEnumerator() => rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Checks a value before the property keeps it: <c>init => field = Table.Check(value);</c>.</summary>
    /// <exception cref="MekikiException">It is outside the range.</exception>
    /// <exception cref="ArgumentNullException">It is null, and the property never is.</exception>
    public T Check<T>(T value, [CallerMemberName] string property = "") => (T)byProperty[property].Check(value)!;
}
