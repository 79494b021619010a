using System.Text;

namespace Mekiki.Files;

/// <summary>State dicts that <c>torch.save</c> wrote: a zip with a pickle of names and shapes, and a file of numbers for each storage.</summary>
/// <remarks>
/// The format: https://pytorch.org/docs/stable/notes/serialization.html. The pickle is read by <see cref="PickleReader"/>, which
/// runs nothing; every size in it is held against the zip before memory is taken for numbers.
/// </remarks>
internal static class TorchFile
{
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

        return TorchTensors.Read(file, Bytes(file, zip, pickle, TorchTensors.LongestPickle), new Storages(file, zip, prefix, entries), notes, out _);
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

    /// <summary>Storages that are files <c>data/KEY</c> of the zip.</summary>
    private sealed class Storages(string file, ZipReader zip, string prefix, Dictionary<string, ZipEntry> entries) : ITorchStorages
    {
        public string? ProblemOf(TorchStorage storage) =>
            !entries.TryGetValue($"{prefix}data/{storage.Key}", out var entry) ? $"expected a file data/{FileText.Short(storage.Key)} in the zip, got none. The file is damaged: get or write it again."
            : ZipReader.Refuse(entry) is { } reason ? $"{reason}. Get or write the file again."
            : storage.Count < 0 || storage.Bytes != entry.Length ? $"expected {storage.Bytes:N0} bytes for {storage.Count:N0} numbers of {StoredTypes.NameOf(storage.Type)}, got {FileText.Number(entry.Length)}. The file is damaged: get or write it again."
            : entry.Length > Array.MaxLength ? $"expected at most {FileText.Bytes(Array.MaxLength)}, got {FileText.Number(entry.Length)}. Save the tensors one by one (clone them)."
            : null;

        public byte[] Read(TorchStorage storage) => Bytes(file, zip, entries[$"{prefix}data/{storage.Key}"], Array.MaxLength);
    }
}
