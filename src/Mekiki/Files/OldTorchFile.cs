using System.Buffers.Binary;

namespace Mekiki.Files;

/// <summary>State dicts that <c>torch.save</c> wrote before PyTorch 1.6: pickles one after another, then the numbers of all storages.</summary>
/// <remarks>
/// A number that tells the form, its version, the machine's properties, the state dict, the keys of the storages in the order in which
/// they follow; of each storage how many numbers it has, and these. Every size is held against the file before memory is taken.
/// </remarks>
internal static class OldTorchFile
{
    private const string Damaged = "The file is damaged: get or write it again.";
    private const int Version = 1001;

    /// <summary>The bytes with which such a file begins.</summary>
    public static ReadOnlySpan<byte> Magic => [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Reads the state dict.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">Is told what was left out or changed.</param>
    /// <exception cref="MekikiException">It cannot be read, holds something else than tensors and containers, or contradicts itself.</exception>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Read(string path, List<string> notes)
    {
        try
        {
            using var file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(file);
            byte[] head = new byte[Math.Min(length, TorchTensors.LongestPickle)];
            ReadAll(file, head, 0);
            var storages = new Storages(path, file, length);
            var meaning = new TorchMeaning(path, storages);
            PickleReader.Read(path, head, meaning, out int at);
            object? version = PickleReader.Read(path, head.AsSpan(at), meaning, out int next);
            if (version is not (long)Version)
                throw new MekikiException($"{path}: expected a file of PyTorch's form {Version}, got another. Save it with a newer PyTorch.");
            at += next;
            if (PickleReader.Read(path, head.AsSpan(at), meaning, out next) is not PickleDictionary machine || !machine.Items.Any(i => i is { Key: "little_endian", Value: true }))
                throw new MekikiException($"{path}: expected numbers in little-endian order, got another one. Save it on another machine.");
            at += next;
            return TorchTensors.Read(path, head.AsSpan(at), storages, notes, out _, pickle =>
            {
                at += pickle;
                object? keys = PickleReader.Read(path, head.AsSpan(at), meaning, out next);
                storages.Find(keys, at + next);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a file of weights that can be read, got \"{e.Message}\". Check the path and its permissions.", e);
        }
    }

    private static void ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> into, long from)
    {
        for (int done = 0; done < into.Length;)
        {
            int got = RandomAccess.Read(file, into[done..], from + done);
            if (got == 0)
                throw new EndOfStreamException("The file became shorter while it was read.");
            done += got;
        }
    }

    private sealed class Storages(string path, Microsoft.Win32.SafeHandles.SafeFileHandle file, long length) : ITorchStorages
    {
        private readonly Dictionary<string, TorchStorage> told = [];
        private readonly Dictionary<string, long> places = [];

        public string? ProblemOf(TorchStorage storage)
        {
            if (storage.Count < 0 || storage.Bytes > length)
                return $"expected at most the file's {FileText.Number(length)} bytes, got {storage.Bytes:N0} for {storage.Count:N0} numbers of {StoredTypes.NameOf(storage.Type)}. {Damaged}";
            if (storage.Bytes > Array.MaxLength)
                return $"expected at most {FileText.Bytes(Array.MaxLength)}, got {storage.Bytes:N0}. Save the tensors one by one (clone them).";
            told[storage.Key] = storage;
            return null;
        }

        /// <summary>Finds the numbers of all storages behind the pickles.</summary>
        public void Find(object? keys, long at)
        {
            if (keys is not List<object?> list)
                throw new MekikiException($"{path}: expected the keys of the storages as a list, got something else. {Damaged}");
            Span<byte> number = stackalloc byte[sizeof(long)];
            foreach (object? key in list)
            {
                if (key is not string name || !told.TryGetValue(name, out var storage) || places.ContainsKey(name))
                    throw new MekikiException($"{path}: expected each storage that a tensor takes once, got another. {Damaged}");
                if (length - at < sizeof(long))
                    throw Cut(name);
                ReadAll(file, number, at);
                at += sizeof(long);
                if (BinaryPrimitives.ReadInt64LittleEndian(number) != storage.Count)
                    throw new MekikiException($"{path}: storage '{FileText.Short(name)}': expected {storage.Count:N0} numbers, got {BinaryPrimitives.ReadInt64LittleEndian(number):N0}. {Damaged}");
                if (length - at < storage.Bytes)
                    throw Cut(name);
                places[name] = at;
                at += (long)storage.Bytes;
            }
        }

        public byte[] Read(TorchStorage storage)
        {
            if (!places.TryGetValue(storage.Key, out long at))
                throw new MekikiException($"{path}: storage '{FileText.Short(storage.Key)}': expected its numbers in the file, got none. {Damaged}");
            byte[] bytes = new byte[(int)storage.Bytes];
            ReadAll(file, bytes, at);
            return bytes;
        }

        private MekikiException Cut(string key) => new($"{path}: storage '{FileText.Short(key)}': expected its numbers, got the end of the file. The file is cut off: get or write it again.");
    }
}
