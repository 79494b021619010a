namespace Mekiki;

/// <summary>Copies named tensors into those of a module or an optimizer.</summary>
internal static class NamedTensors
{
    // Of either side. All names of a network of a hundred layers would hide what matters.
    private const int MostNamed = 50;

    /// <summary>Copies all values, or none and tells everything that does not fit.</summary>
    /// <param name="into">The tensors to overwrite.</param>
    /// <param name="owner">What they belong to, for messages: the model.</param>
    /// <param name="state">The values by name.</param>
    /// <param name="source">What the values come from, for messages: a file's name.</param>
    /// <param name="advice">The last sentence of the message.</param>
    public static void Load(IReadOnlyList<(string Name, Tensor Tensor)> into, string owner, IReadOnlyDictionary<string, Tensor> state, string source, string advice)
    {
        var wrong = new List<string>();
        var unknown = new List<string>();
        var known = new HashSet<string>();
        foreach (var (name, tensor) in into)
        {
            known.Add(name);
            if (!state.TryGetValue(name, out var given) || given is null)
                wrong.Add($"{name} {tensor.Shape} is missing");
            else if (given.Shape != tensor.Shape)
                wrong.Add($"{name} has shape {tensor.Shape} in the {owner}, {given.Shape} in the file");
            else if (given.DType != tensor.DType && !IsNarrowed(given, tensor))
                wrong.Add($"{name} is {tensor.DType} in the {owner}, {given.DType} in the file");
        }

        foreach (var (name, tensor) in state)
            if (!known.Contains(name))
                unknown.Add($"{name} {tensor?.Shape} is not in the {owner}");
        if (wrong.Count + unknown.Count > 0)
            throw new MekikiException($"{source}: {string.Join("; ", Named(wrong, $"of the {owner}'s").Concat(Named(unknown, "of the file's")))}. {PrefixHint(known, owner, state) ?? advice}");
        foreach (var (name, tensor) in into)
            tensor.CopyFrom(IsNarrowed(state[name], tensor) ? state[name].To(tensor.DType) : state[name]);
    }

    // Files give whole numbers of all kinds as int64.
    private static bool IsNarrowed(Tensor given, Tensor tensor) => given.DType == DType.Int64 && tensor.DType is DType.Int8 or DType.UInt8;

    private static IEnumerable<string> Named(List<string> problems, string whose) =>
        problems.Count <= MostNamed ? problems : problems.Take(MostNamed).Append($"and {problems.Count - MostNamed:N0} more {whose}");

    // Weights that were saved with something around the network, or without it, differ by one prefix alone.
    private static string? PrefixHint(HashSet<string> names, string owner, IReadOnlyDictionary<string, Tensor> state)
    {
        if (Prefix(names, state.Keys) is { } more)
            return $"All names of the {owner} stand in the file with '{more}' before them: take it off, and leave out what else there is.";
        return Prefix([.. state.Keys], names) is { } less ? $"All names of the file stand in the {owner} with '{less}' before them: put it there." : null;
    }

    // What stands before each of these names in the others, if that is the same for all.
    private static string? Prefix(IReadOnlyCollection<string> names, IEnumerable<string> others)
    {
        if (names.FirstOrDefault() is not { } first)
            return null;
        var all = others.ToHashSet();
        foreach (string other in all)
            if (other.EndsWith($".{first}", StringComparison.Ordinal) && other[..^first.Length] is var prefix && names.All(name => all.Contains(prefix + name)))
                return prefix;
        return null;
    }
}
