using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Files;

/// <summary>An open safetensors file: named tensors and texts. Opening reads the header alone; tensors are read when asked for.</summary>
/// <remarks>
/// Reading runs no code from the file and trusts no length in it. The file is read by position, not mapped into memory,
/// so that one which shrinks meanwhile ends in a message instead of ending the process. Reading is safe from many threads.
/// </remarks>
/// <example>
/// <code>
/// using var file = SafetensorsFile.Open("model.safetensors");
/// foreach (var entry in file.Entries)
///     Console.WriteLine($"{entry.Name}: {entry.Type}, {entry.Count} elements");
/// </code>
/// </example>
public sealed class SafetensorsFile : IDisposable
{
    internal const string ChecksumName = "sha256";

    private readonly SafeFileHandle? handle;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly long dataStart;
    private readonly SafetensorsHeader header;
    private readonly Dictionary<string, SafetensorsEntry> byName = [];

    private SafetensorsFile(string name, SafeFileHandle? handle, ReadOnlyMemory<byte> bytes)
    {
        (Name, this.handle, this.bytes) = (name, handle, bytes);
        long length = handle is null ? bytes.Length : RandomAccess.GetLength(handle);
        Span<byte> first = stackalloc byte[8];
        if (length < 8)
            first = [];
        else
            ReadAt(first, 0);
        int headerLength = SafetensorsHeader.LengthOf(name, first, length);
        var text = new byte[headerLength];
        ReadAt(text, 8);
        dataStart = 8 + headerLength;
        header = SafetensorsHeader.Read(name, text, length - dataStart);
        foreach (var entry in header.Entries)
            byName.Add(entry.Name, entry);
    }

    /// <summary>The path or name that messages show.</summary>
    public string Name { get; }

    /// <summary>The file's texts by key; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The tensors, in the order of their bytes in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => header.Entries;

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="MekikiException">The file has no such tensor.</exception>
    public SafetensorsEntry this[string name] => TryFind(name, out var entry)
        ? entry
        : throw new MekikiException($"{Name}: expected a tensor '{FileText.Short(name)}', got none among {FileText.Number(Entries.Count)}.{Suggestion.Sentence(name, byName.Keys)}");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="MekikiException">The file cannot be read, is cut off, or contradicts itself.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
            return new SafetensorsFile(path, handle, default);
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (e is FileNotFoundException or DirectoryNotFoundException)
                throw new MekikiException($"{path}: expected a safetensors file, got no such file. Check the path.", e);
            if (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
                throw new MekikiException($"{path}: expected a readable safetensors file, got \"{e.Message}\". Check the path and its permissions.", e);
            throw;
        }
    }

    /// <summary>Opens a file that is already in memory; <paramref name="name"/> is what messages call it.</summary>
    /// <exception cref="MekikiException">The bytes are cut off, or contradict themselves.</exception>
    public static SafetensorsFile Open(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, null, bytes);
    }

    /// <summary>Finds the tensor of that name; false when the file has none.</summary>
    public bool TryFind(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafetensorsEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(name);
        return byName.TryGetValue(name, out entry);
    }

    /// <summary>Copies a tensor of floats (F32, F16, BF16, F64) as 32-bit floats; F64 is rounded.</summary>
    /// <exception cref="MekikiException">The tensor holds no floats, has another number of elements, or the file was cut off meanwhile.</exception>
    public void Read(SafetensorsEntry entry, Span<float> into)
    {
        CheckCount(entry, into.Length);
        if (entry.Type == StoredType.F32 && BitConverter.IsLittleEndian)
        {
            for (int i = 0; i < into.Length; i += 1 << 24)
                ReadAt(MemoryMarshal.AsBytes(into.Slice(i, Math.Min(1 << 24, into.Length - i))), dataStart + entry.Begin + 4L * i, entry);
            return;
        }

        if (!StoredTypes.IsFloat(entry.Type))
            throw WrongType(entry, "F32, F16, BF16 or F64");
        int size = StoredTypes.SizeOf(entry.Type);
        Span<byte> piece = stackalloc byte[4096];
        for (int i = 0; i < into.Length;)
        {
            var part = piece[..(size * Math.Min(piece.Length / size, into.Length - i))];
            ReadAt(part, dataStart + entry.Begin + (long)i * size, entry);
            for (int at = 0; at < part.Length; at += size)
                into[i++] = StoredTypes.ReadFloat(entry.Type, part[at..]);
        }
    }

    /// <summary>Copies a tensor of whole numbers (I64, I32, I16, I8, U32, U16, U8, BOOL) as 64-bit integers.</summary>
    /// <exception cref="MekikiException">The tensor holds other numbers, has another number of elements, or the file was cut off meanwhile.</exception>
    public void Read(SafetensorsEntry entry, Span<long> into)
    {
        CheckCount(entry, into.Length);
        if (!StoredTypes.IsInteger(entry.Type))
            throw WrongType(entry, "I64, I32, I16, I8, U32, U16, U8 or BOOL");
        int size = StoredTypes.SizeOf(entry.Type);
        Span<byte> piece = stackalloc byte[4096];
        for (int i = 0; i < into.Length;)
        {
            var part = piece[..(size * Math.Min(piece.Length / size, into.Length - i))];
            ReadAt(part, dataStart + entry.Begin + (long)i * size, entry);
            for (int at = 0; at < part.Length; at += size)
                into[i++] = StoredTypes.ReadInteger(entry.Type, part[at..]);
        }
    }

    /// <summary>Copies a tensor of bytes (U8 or BOOL).</summary>
    /// <exception cref="MekikiException">The tensor holds other numbers, has another number of elements, or the file was cut off meanwhile.</exception>
    public void Read(SafetensorsEntry entry, Span<byte> into)
    {
        CheckCount(entry, into.Length);
        if (entry.Type is not (StoredType.U8 or StoredType.Bool))
            throw WrongType(entry, "U8 or BOOL");
        ReadAt(into, dataStart + entry.Begin, entry);
    }

    /// <summary>Copies a tensor's bytes as they stand in the file (little-endian), whatever its type.</summary>
    /// <exception cref="MekikiException">The tensor has another number of bytes, or the file was cut off meanwhile.</exception>
    public void ReadRaw(SafetensorsEntry entry, Span<byte> into)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (into.Length != entry.ByteLength)
            throw new MekikiException($"{Name}: tensor '{FileText.Short(entry.Name)}': expected room for {FileText.Bytes(entry.ByteLength)}, got {FileText.Number(into.Length)}.");
        ReadAt(into, dataStart + entry.Begin, entry);
    }

    /// <summary>Compares all bytes with the checksum at the file's end, see <see cref="SafetensorsWriter.AddChecksum"/>.</summary>
    /// <exception cref="MekikiException">The file has no checksum, or its bytes have changed.</exception>
    public void VerifyChecksum()
    {
        // Entries stand in the order of their bytes.
        if (Entries is not [.., { Name: ChecksumName, Type: StoredType.U8, Count: Sha256Hash.Size } checksum])
            throw new MekikiException($"{Name}: expected a checksum at the end, got none. The file is damaged, or no program of ours wrote it.");
        var told = new byte[Sha256Hash.Size];
        Read(checksum, told);
        using var hash = new Sha256Hash();
        var piece = new byte[1 << 18];
        for (long at = 0, end = dataStart + checksum.Begin; at < end; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, end - at));
            ReadAt(part, at);
            hash.Append(part);
        }

        string expected = Convert.ToHexStringLower(told), got = Convert.ToHexStringLower(hash.Finish());
        if (expected != got)
            throw new MekikiException($"{Name}: expected content with sha256 {expected}, got {got}. The file is damaged.");
    }

    /// <summary>Closes the file at once; without this it is closed when nothing refers to it any more.</summary>
    public void Dispose() => handle?.Dispose();

    private void ReadAt(Span<byte> into, long offset, SafetensorsEntry? entry = null)
    {
        if (handle is null)
        {
            bytes.Span.Slice((int)offset, into.Length).CopyTo(into);
            return;
        }

        for (int done = 0; done < into.Length;)
        {
            int got;
            try
            {
                got = RandomAccess.Read(handle, into[done..], offset + done);
            }
            catch (IOException e)
            {
                throw new MekikiException($"{Name}: expected {FileText.Bytes(into.Length)} at byte {offset}, got \"{e.Message}\". Check the disk, or copy the file again.", e);
            }

            if (got == 0)
                throw new MekikiException($"{Name}: {(entry is null ? "" : $"tensor '{FileText.Short(entry.Name)}': ")}expected {FileText.Bytes(into.Length)} at byte {offset}, got {FileText.Number(done)}. The file was cut off while it was open: get or write it again.");
            done += got;
        }
    }

    private void CheckCount(SafetensorsEntry entry, int room)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (room != entry.Count)
            throw new MekikiException($"{Name}: tensor '{FileText.Short(entry.Name)}': expected room for the {FileText.Number(entry.Count)} elements of {FileText.Shape(entry.Shape)}, got {FileText.Number(room)}.");
    }

    private MekikiException WrongType(SafetensorsEntry entry, string expected) =>
        new($"{Name}: tensor '{FileText.Short(entry.Name)}': expected {expected}, got {StoredTypes.NameOf(entry.Type)}. Store it as one of these.");
}
