using System.Buffers.Binary;
using System.Formats.Tar;
using Mekiki.Files;
using Mekiki.Fuzz.Mutations;
using Mekiki.Vision.Data;

namespace Mekiki.Fuzz.Formats;

/// <summary>Data sets in one file: zip, tar, and MNIST's form.</summary>
internal static class ArchiveFormats
{
    private const int Side = 4, Images = 6;

    public static IEnumerable<Format> All { get; } =
    [
        Of("zip", Zips, new ZipMutation(_ => PngMutation.Apply).Apply, "x.zip"),
        Of("tar", Tars, TarMutation.Apply, "x.tar"),
        Of("tar.gz", () => Tars().Select(Packed.Gzip), Packed.Inside(TarMutation.Apply), "x.tar.gz"),
        Of("tar.zst", () => Tars().Select(Packed.Zstandard), Packed.InsideZstandard(TarMutation.Apply), "x.tar.zst"),
        new("shard", Tars, TarMutation.Apply, (input, work) => ReadShard(work, input, null)) { StatedBytes = ImageFormats.Stated },
        new("shard-index", Indexes, TextMutation.Apply, (input, work) => ReadShard(work, Tars().First(), input)) { StatedBytes = ImageFormats.Stated },
        new("idx", Idx, ByteMutation.Apply, (input, work) => ReadIdx(work, input, Labels(), "")),
        new("idx.gz", () => Idx().Select(Packed.Gzip), Packed.Inside(ByteMutation.Apply), (input, work) => ReadIdx(work, input, Labels(), ".gz")),
        new("idx-labels", () => [Labels()], ByteMutation.Apply, (input, work) => ReadIdx(work, Idx().First(), input, "")),
    ];

    private static ImageSetOptions Options { get; } = new() { Cache = false, Threads = 1 };

    private static Format Of(string name, Func<IEnumerable<byte[]>> seeds, Mutation mutation, string file) =>
        new(name, seeds, mutation, (input, work) => ImageSet.Open(work.Write(file, input), Options)) { StatedBytes = ImageFormats.Stated };

    private static (string Name, byte[] Bytes)[] Files()
    {
        byte[][] pictures = [.. ImageFormats.Forms(".png").Take(4)];
        return [("a/1.png", pictures[0]), ("a/2.png", pictures[1]), ("b/1.png", pictures[2]), ("b/note.txt", "no picture"u8.ToArray()), ("b/あ.png", pictures[3])];
    }

    private static void ReadShard(Workspace work, byte[] tar, byte[]? index)
    {
        string folder = Directory.CreateDirectory(Path.Combine(work.Folder, "shards")).FullName;
        work.Write("shards/x.tar", tar);
        if (index is not null)
            work.Write("shards/x.tar.index", index);
        ImageSet.Open(folder, Options);
    }

    private static IEnumerable<byte[]> Indexes()
    {
        using var work = new Workspace();
        byte[] tar = Tars().First();
        string path = work.Write("x.tar", tar);
        using (var stream = File.OpenRead(path))
            ShardIndex.Write(path, tar.Length, [.. TarListing.Read(path, stream, static _ => { }).Where(f => f.IsFile).Select((f, i) => new ShardEntry(f.Name, f.Offset, f.Length, i % 2 == 0 ? "a" : "b", Sha256Hash.Of(tar.AsSpan((int)f.Offset, (int)f.Length))))]);
        return [File.ReadAllBytes(path + ShardIndex.Ending)];
    }

    private static IEnumerable<byte[]> Zips() => [ZipMutation.Written(Files())];

    private static IEnumerable<byte[]> Tars()
    {
        foreach (var form in new[] { TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu })
        {
            var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, form, leaveOpen: true))
            {
                foreach (var (name, bytes) in Files())
                    writer.WriteEntry(Entry(form, TarEntryType.RegularFile, name, bytes));
                writer.WriteEntry(Entry(form, TarEntryType.SymbolicLink, "a/3.png", null));
                writer.WriteEntry(Entry(form, TarEntryType.RegularFile, "a/1.cls", "0"u8.ToArray()));
                writer.WriteEntry(Entry(form, TarEntryType.RegularFile, "b/1.json", "{\"label\": 1}"u8.ToArray()));
                writer.WriteEntry(Entry(form, TarEntryType.RegularFile, form == TarEntryFormat.Ustar ? "b/4.png" : $"b/{new string('n', 150)}.png", Files()[0].Bytes));
            }

            yield return tar.ToArray();
        }
    }

    private static TarEntry Entry(TarEntryFormat form, TarEntryType type, string name, byte[]? bytes)
    {
        TarEntry entry = form switch { TarEntryFormat.Ustar => new UstarTarEntry(type, name), TarEntryFormat.Pax => new PaxTarEntry(type, name), _ => new GnuTarEntry(type, name) };
        if (bytes is null)
            entry.LinkName = "1.png";
        else
            entry.DataStream = new MemoryStream(bytes);
        return entry;
    }

    private static IEnumerable<byte[]> Idx()
    {
        byte[] file = new byte[16 + Images * Side * Side];
        int[] head = [0x803, Images, Side, Side];
        for (int i = 0; i < head.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), head[i]);
        for (int i = 16; i < file.Length; i++)
            file[i] = (byte)(i * 7);
        return [file];
    }

    private static byte[] Labels() => [0, 0, 8, 1, 0, 0, 0, Images, 0, 1, 2, 0, 1, 2];

    private static void ReadIdx(Workspace work, byte[] images, byte[] labels, string ending)
    {
        work.Write("t-labels-idx1-ubyte", labels);
        string path = work.Write($"t-images-idx3-ubyte{ending}", images);
        ImageSet.Open(path, Options);
    }
}
