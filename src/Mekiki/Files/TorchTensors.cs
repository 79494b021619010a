namespace Mekiki.Files;

/// <summary>The tensors of a PyTorch file, whichever way it keeps its numbers.</summary>
internal static class TorchTensors
{
    /// <summary>The longest pickle that is read, in bytes.</summary>
    public const int LongestPickle = 32 << 20;

    // Tied weights are stored once and read for each of their names; more than this is no model.
    private const int MostViews = 16;

    /// <summary>Reads a state dict.</summary>
    /// <param name="file">What messages call the file.</param>
    /// <param name="pickle">Begins with the pickle of names and shapes.</param>
    /// <param name="places">Where numbers lie.</param>
    /// <param name="notes">Is told what was left out or changed.</param>
    /// <param name="length">How many bytes the pickle has.</param>
    /// <param name="beforeNumbers">Called once the pickle is read, before any numbers are.</param>
    /// <exception cref="MekikiException">It holds something else than tensors and containers, or contradicts itself.</exception>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Read(string file, ReadOnlySpan<byte> pickle, ITorchStorages places, List<string> notes, out int length, Action<int>? beforeNumbers = null)
    {
        object? value = PickleReader.Read(file, pickle, new TorchMeaning(file, places), out length);
        var tensors = StateDictSearch.Find(file, value, notes);
        Check(file, tensors);
        if (tensors.Exists(t => t.Tensor.Storage.Type == StoredType.F64))
            notes.Add($"{file} holds 64-bit floats, which are rounded to 32 bits.");
        beforeNumbers?.Invoke(length);
        // Each storage is read once, whatever the order in which the names take turns.
        var read = new (string, Tensor)[tensors.Count];
        foreach (var views in Enumerable.Range(0, tensors.Count).GroupBy(i => tensors[i].Tensor.Storage))
        {
            byte[] bytes = places.Read(views.Key);
            foreach (int i in views)
                read[i] = (tensors[i].Name, tensors[i].Tensor.Elements.Read(bytes));
        }

        return read;
    }

    private static void Check(string file, List<(string Name, TorchTensor Tensor)> tensors)
    {
        WeightsLimits.CheckCount(file, tensors.Count);
        var storages = new HashSet<string>(StringComparer.Ordinal);
        long stored = 0, wanted = 0;
        foreach (var (_, tensor) in tensors)
        {
            wanted += tensor.Elements.Count;
            stored += storages.Add(tensor.Storage.Key) ? tensor.Storage.Count : 0;
        }

        long most = Math.Min(MostViews * stored, stored + WeightsLimits.MostShared);
        if (wanted > most)
            throw new MekikiException($"{file}: expected tensors of at most {FileText.Number(most)} numbers, since {FileText.Number(stored)} are stored, got {FileText.Number(wanted)}. No model shares its weights so often.");
    }
}
