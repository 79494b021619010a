using System.Text;

namespace Mekiki.Files;

/// <summary>State dicts that <c>torch.save</c> wrote: a zip with a pickle of names and shapes, and a file of numbers for each storage.</summary>
/// <remarks>
/// The format: https://pytorch.org/docs/stable/notes/serialization.html. The pickle is read by <see cref="PickleReader"/>, which
/// runs nothing; every size in it is held against the zip before memory is taken for numbers.
/// </remarks>
internal static class TorchFile
{
    private const int LongestPickle = 32 << 20;

    // Tied weights are stored once and read for each of their names; more than this is no model.
    private const int MostViews = 16;

    /// <summary>The pickle in a zip, or null: then it is no PyTorch file.</summary>
    public static ZipEntry? FindPickle(ZipReader zip)
    {
        foreach (var entry in zip.Entries)
            if (entry.Name.EndsWith("/data.pkl", StringComparison.Ordinal) && entry.Name.IndexOf('/') == entry.Name.Length - "/data.pkl".Length)
                return entry;
        return null;
    }

    /// <summary>Reads the state dict.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="zip">The zip.</param>
    /// <param name="pickle">What <see cref="FindPickle"/> found.</param>
    /// <param name="notes">Is told what was left out or changed.</param>
    /// <exception cref="MekikiException">It holds something else than tensors and containers, or contradicts itself.</exception>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Read(string file, ZipReader zip, in ZipEntry pickle, List<string> notes)
    {
        string prefix = pickle.Name[..^"data.pkl".Length];
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
            if (!entries.TryAdd(entry.Name, entry))
                throw new MekikiException($"{file}: expected every file in the zip once, got '{FileText.Short(entry.Name)}' twice. The file is damaged: get or write it again.");
        if (entries.ContainsKey($"{prefix}constants.pkl"))
            throw new MekikiException($"{file}: expected a state dict, got a program that torch.jit.save wrote. Nothing was run; load it in PyTorch and save its state_dict() with torch.save.");
        if (entries.TryGetValue($"{prefix}byteorder", out var order) && Encoding.ASCII.GetString(Bytes(file, zip, order, most: 16)) != "little")
            throw new MekikiException($"{file}: expected numbers in little-endian order, got another one. Save it on another machine.");

        object? value = PickleReader.Read(file, Bytes(file, zip, pickle, LongestPickle), new TorchMeaning(file, prefix, entries));
        var tensors = StateDictSearch.Find(file, value, notes);
        Check(file, tensors);
        if (tensors.Exists(t => t.Tensor.Storage.Type == StoredType.F64))
            notes.Add($"{file} holds 64-bit floats, which are rounded to 32 bits.");
        return Read(file, zip, tensors);
    }

    private static IReadOnlyList<(string, Tensor)> Read(string file, ZipReader zip, List<(string Name, TorchTensor Tensor)> tensors)
    {
        // Each storage is read once, whatever the order in which the names take turns.
        var read = new (string, Tensor)[tensors.Count];
        foreach (var views in Enumerable.Range(0, tensors.Count).GroupBy(i => tensors[i].Tensor.Storage))
        {
            byte[] bytes = Bytes(file, zip, views.Key.Entry, Array.MaxLength);
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
            stored += storages.Add(tensor.Storage.Entry.Name) ? tensor.Storage.Count : 0;
        }

        long most = Math.Min(MostViews * stored, stored + WeightsLimits.MostShared);
        if (wanted > most)
            throw new MekikiException($"{file}: expected tensors of at most {FileText.Number(most)} numbers, since {FileText.Number(stored)} are stored, got {FileText.Number(wanted)}. No model shares its weights so often.");
    }

    private static byte[] Bytes(string file, ZipReader zip, in ZipEntry entry, int most)
    {
        string? reason = ZipReader.Refuse(entry);
        if (reason is null && entry.Length > most)
            reason = $"expected at most {FileText.Bytes(most)}, got {FileText.Number(entry.Length)}";
        byte[] bytes = reason is null ? new byte[entry.Length] : [];
        reason ??= zip.Read(entry, bytes);
        return reason is null ? bytes : throw new MekikiException($"{file}: {FileText.Short(entry.Name)}: {reason}. Get or write the file again.");
    }
}
