namespace Mekiki.Files;

/// <summary>Arrays by name that <c>numpy.savez</c> or Chainer's <c>save_npz</c> wrote: a zip of .npy files.</summary>
internal static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>Whether a zip holds arrays.</summary>
    public static bool IsNpz(ZipReader zip) => zip.Entries.Any(e => e.Name.EndsWith(Extension, StringComparison.Ordinal));

    /// <summary>Reads all arrays, in the file's order, under the names they have there.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="zip">The zip.</param>
    /// <param name="notes">Is told what was changed.</param>
    /// <exception cref="MekikiException">An array holds no numbers, or contradicts itself.</exception>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Read(string file, ZipReader zip, List<string> notes)
    {
        var read = new List<(string, Tensor)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool isRounded = false;
        foreach (var entry in zip.Entries)
        {
            if (!entry.Name.EndsWith(Extension, StringComparison.Ordinal))
                throw new MekikiException($"{file}: expected arrays (.npy) alone, got '{FileText.Short(entry.Name)}' beside them. Save the weights alone.");
            string name = entry.Name[..^Extension.Length], called = $"{file}: '{FileText.Short(name)}'";
            if (!names.Add(name))
                throw new MekikiException($"{called}: expected it once, got it twice. The file is damaged: get or write it again.");
            string? reason = ZipReader.Refuse(entry);
            if (reason is null && entry.Length > Array.MaxLength)
                reason = $"expected at most {FileText.Bytes(Array.MaxLength)}, got {FileText.Number(entry.Length)}";
            byte[] bytes = reason is null ? new byte[entry.Length] : [];
            if ((reason ?? zip.Read(entry, bytes)) is { } problem)
                throw new MekikiException($"{called}: {problem}. Get or write the file again.");
            var (elements, dataStart) = NpyHeader.Read(called, bytes);
            isRounded |= elements.Type == StoredType.F64;
            read.Add((name, elements.Read(bytes.AsSpan(dataStart))));
        }

        if (isRounded)
            notes.Add($"{file} holds 64-bit floats, which are rounded to 32 bits.");
        return read;
    }
}
