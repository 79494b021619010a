using System.IO.Compression;
using System.Text;
using Mekiki.Files;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes a file in a zip and gives it its true checksum; or its name, or the numbers of the directory.</summary>
/// <param name="inner">How the bytes of a file in it, by its name, are changed.</param>
internal sealed class ZipMutation(Func<string, Mutation> inner)
{
    private static readonly string[] names = ["", "/", "../x.png", "a/../../b", "a//b.png", "\0", "\u001b[31m", "a/b/", "data.pkl", "x/data.pkl", "x/constants.pkl", ".npy", "C:\\x", "a.png", new string('a', 5000)];

    public byte[] Apply(byte[] whole, Random random)
    {
        if (random.Next(4) == 0)
            return ByteMutation.Apply(whole, random);
        var files = new List<(string Name, byte[] Bytes)>();
        using (var zip = new ZipArchive(new MemoryStream(whole)))
            foreach (var entry in zip.Entries)
            {
                using var stream = entry.Open();
                var bytes = new byte[entry.Length];
                stream.ReadExactly(bytes);
                files.Add((entry.FullName, bytes));
            }

        int place = random.Next(files.Count);
        var (name, content) = files[place];
        switch (random.Next(8))
        {
            case 0:
                files[place] = (names[random.Next(names.Length)], content);
                break;
            case 1:
                files.Add((name, content));
                break;
            case 2:
                files.RemoveAt(place);
                break;
            default:
                files[place] = (name, inner(name)(content, random));
                break;
        }

        return Written(files, random.Next(4) == 0 ? random : null);
    }

    /// <summary>A zip of files; with draws, one of its numbers lies.</summary>
    public static byte[] Written(IReadOnlyList<(string Name, byte[] Bytes)> files, Random? random = null)
    {
        var zip = new MemoryStream();
        var to = new BinaryWriter(zip);
        var directory = new MemoryStream();
        var list = new BinaryWriter(directory);
        int wrong = random?.Next(files.Count + 1) ?? -1;
        for (int i = 0; i < files.Count; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(files[i].Name), bytes = files[i].Bytes;
            bool isPacked = i % 2 == 1;
            byte[] packed = isPacked ? Packed.Deflate(bytes) : bytes;
            byte[] head = [.. BitConverter.GetBytes((ushort)(isPacked ? 8 : 0)), 0, 0, 0, 0, .. BitConverter.GetBytes(Crc32.Of(bytes)), .. BitConverter.GetBytes(packed.Length), .. BitConverter.GetBytes(bytes.Length), .. BitConverter.GetBytes((ushort)name.Length), 0, 0];
            int offset = (int)zip.Position;
            to.Write([0x50, 0x4b, 3, 4, 20, 0, 0, 0, .. head, .. name, .. packed]);
            byte[] entry = [0x50, 0x4b, 1, 2, 20, 0, 20, 0, 0, 0, .. head, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(offset), .. name];
            list.Write(wrong == i ? ByteMutation.Apply(entry, random!) : entry);
        }

        byte[] end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, .. BitConverter.GetBytes((ushort)files.Count), .. BitConverter.GetBytes((ushort)files.Count), .. BitConverter.GetBytes((int)directory.Length), .. BitConverter.GetBytes((int)zip.Position), 0, 0];
        to.Write(directory.ToArray());
        to.Write(wrong == files.Count ? ByteMutation.Apply(end, random!) : end);
        return zip.ToArray();
    }
}
