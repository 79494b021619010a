namespace Mekiki.Files;

/// <summary>Finds the state dict in what a PyTorch file holds: the whole of it, or the part of a checkpoint that has it.</summary>
internal static class StateDictSearch
{
    // Under which names training programs keep it, the usual ones first.
    private static readonly string[] usual = ["state_dict", "model_state_dict", "model_state", "model", "net"];

    /// <summary>The tensors by name, in the file's order.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="value">The value of the pickle.</param>
    /// <param name="notes">Is told what was left out.</param>
    /// <exception cref="MekikiException">There is none; the message says what there is.</exception>
    public static List<(string Name, TorchTensor Tensor)> Find(string file, object? value, List<string> notes)
    {
        if (value is not PickleDictionary all)
            throw new MekikiException($"{file}: expected a state dict, tensors by name, got {Kind(value)}. Save model.state_dict().");
        if (IsStateDict(all))
            return Tensors(file, all);
        foreach (string key in usual)
            if (all.Find(key) is PickleDictionary part && IsStateDict(part))
            {
                string[] others = [.. all.Items.Where(item => item.Key != key).Select(item => FileText.Short(item.Key))];
                notes.Add($"{file} is a checkpoint: its '{key}' is read, and {(others.Length == 0 ? "there is nothing else" : $"{Listed(others)} left out")}.");
                return Tensors(file, part);
            }

        throw new MekikiException($"{file}: expected a state dict, tensors by name, or a checkpoint that has one under {string.Join(", ", usual)}, got a dictionary of {(all.Items.Count == 0 ? "nothing" : Listed([.. all.Items.Select(i => $"{FileText.Short(i.Key)} ({Kind(i.Value)})")]))}. Save model.state_dict().");
    }

    // With a tensor in it; what else it holds is then told by name.
    private static bool IsStateDict(PickleDictionary dictionary) => dictionary.Others == 0 && dictionary.Items.Any(item => item.Value is TorchTensor)
        && !dictionary.Items.Any(item => item.Value is PickleDictionary { Items.Count: > 0 });

    private static List<(string, TorchTensor)> Tensors(string file, PickleDictionary dictionary)
    {
        (string Key, object? Value)[] odd = [.. dictionary.Items.Where(item => item.Value is not TorchTensor)];
        if (odd.Length > 0)
            throw new MekikiException($"{file}: expected a state dict of tensors alone, got {Listed([.. odd.Select(i => $"{FileText.Short(i.Key)} ({Kind(i.Value)})")])}. Save model.state_dict() without them.");
        return [.. dictionary.Items.Select(item => (item.Key, (TorchTensor)item.Value!))];
    }

    private static string Listed(string[] names)
    {
        const int Most = 10;
        return string.Join(", ", names.Take(Most)) + (names.Length > Most ? $" and {names.Length - Most:N0} more" : "");
    }

    private static string Kind(object? value) => value switch
    {
        null => "None",
        TorchTensor tensor => $"a tensor {tensor.Elements}",
        TorchStorage => "a storage",
        PickleDictionary => "a dictionary",
        List<object?> => "a list",
        object?[] => "a tuple",
        string => "a text",
        bool => "true or false",
        long or double => "a number",
        PickleGlobal => "a name",
        _ => "bytes",
    };
}
