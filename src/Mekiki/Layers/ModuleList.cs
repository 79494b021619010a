using System.Collections;
using System.Globalization;

namespace Mekiki.Layers;

/// <summary>Modules that a network calls as it likes, named 0, 1, 2, … as in PyTorch.</summary>
/// <remarks>Register the list as a part of the network, <c>blocks = Child("blocks", new ModuleList(…))</c>, and call its modules: <c>foreach (var block in blocks) x = block[x];</c>.</remarks>
/// <example>
/// <code>
/// var blocks = new ModuleList(new Linear(64, 64), new Linear(64, 64), new Linear(64, 64));
/// foreach (var block in blocks)
///     x = block[x].Relu() + x;        // (N, 64)
/// </code>
/// </example>
public sealed class ModuleList : Module, IReadOnlyList<Module>
{
    /// <summary>Creates the list.</summary>
    public ModuleList(params ReadOnlySpan<Module> modules)
    {
        foreach (var module in modules)
            Add(module);
    }

    /// <summary>How many modules there are.</summary>
    public int Count => Children.Count;

    /// <summary>A module.</summary>
    /// <param name="index">0 for the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public Module this[int index] => Children[index].Module;

    /// <summary>Adds a module at the end; before the network is first used.</summary>
    public void Add(Module module) => Child(Count.ToString(CultureInfo.InvariantCulture), module);

    /// <summary>Not to be called: the network calls the modules.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor x) => throw new InvalidOperationException("ModuleList: expected that the network calls the modules of the list, got a call of the list. Use Sequential for a chain.");

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator()
    {
        foreach (var (_, module) in Children)
            yield return module;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
