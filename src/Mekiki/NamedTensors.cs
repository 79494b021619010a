namespace Mekiki;

/// <summary>Copies named tensors into those of a module or an optimizer.</summary>
internal static class NamedTensors
{
    private const int MostProblems = 12;

    /// <summary>Copies all values, or none and tells everything that does not fit.</summary>
    /// <param name="into">The tensors to overwrite.</param>
    /// <param name="owner">What they belong to, for messages: the model.</param>
    /// <param name="state">The values by name.</param>
    /// <param name="source">What the values come from, for messages: a file's name.</param>
    /// <param name="advice">The last sentence of the message.</param>
    public static void Load(IReadOnlyList<(string Name, Tensor Tensor)> into, string owner, IReadOnlyDictionary<string, Tensor> state, string source, string advice)
    {
        var problems = new List<string>();
        var known = new HashSet<string>();
        foreach (var (name, tensor) in into)
        {
            known.Add(name);
            if (!state.TryGetValue(name, out var given))
                problems.Add($"{name} {tensor.Shape} is missing");
            else if (given.Shape != tensor.Shape)
                problems.Add($"{name} has shape {tensor.Shape} in the {owner}, {given.Shape} in the file");
            else if (given.DType != tensor.DType)
                problems.Add($"{name} is {tensor.DType} in the {owner}, {given.DType} in the file");
        }

        foreach (var (name, tensor) in state)
            if (!known.Contains(name))
                problems.Add($"{name} {tensor.Shape} is not in the {owner}");
        if (problems.Count > 0)
            throw new MekikiException($"{source}: {string.Join("; ", problems.Take(MostProblems))}{(problems.Count > MostProblems ? $"; and {problems.Count - MostProblems} more" : "")}. {advice}");
        foreach (var (name, tensor) in into)
            tensor.CopyFrom(state[name]);
    }
}
