using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Mekiki.Vision.Data;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Mekiki.Vision.Tests.Data;

/// <summary>The same files in a folder, a zip and tars of all forms, written by the runtime, not by Mekiki; and what the runtime cannot make.</summary>
internal static class Containers
{
    private static readonly ImageSetOptions plain = new() { Cache = false, LeastClasses = 1 };

    /// <summary>Paths of the containers, the folder first.</summary>
    public static string[] All(TemporaryFolder folder, string name, IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        foreach (var (file, bytes) in files)
            File.WriteAllBytes(folder[$"{name}/{file}"], bytes);
        using (var zip = ZipFile.Open(folder[name + ".zip"], ZipArchiveMode.Create))
            foreach (var (file, bytes) in files)
            {
                using var stream = zip.CreateEntry(file).Open();
                stream.Write(bytes);
            }

        var paths = new List<string> { folder[name], folder[name + ".zip"] };
        foreach (var format in new[] { TarEntryFormat.Pax, TarEntryFormat.Gnu, TarEntryFormat.Ustar })
            foreach (var packing in Enum.GetValues<TarPacking>())
                // The oldest form has no longer names.
                if (format != TarEntryFormat.Ustar || files.All(f => FitsUstar(f.Name)))
                    paths.Add(Tar(folder[$"{name}-{format}.tar{Ending(packing)}"], format, packing, files));
        return [.. paths];
    }

    // 155 bytes for folders, and 100 for the rest.
    private static bool FitsUstar(string name) =>
        Encoding.UTF8.GetByteCount(name) <= 100 || Encoding.UTF8.GetByteCount(name[(name.LastIndexOf('/') + 1)..]) <= 100 && Encoding.UTF8.GetByteCount(name[..Math.Max(0, name.LastIndexOf('/'))]) is > 0 and <= 155;

    /// <summary>A tar in a form of one's choice.</summary>
    public static string Tar(string path, TarEntryFormat format, TarPacking packing, IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        using var file = File.Create(path);
        using var stream = Packed(file, packing);
        using var tar = new TarWriter(stream, format);
        foreach (var (name, bytes) in files)
            tar.WriteEntry(Entry(format, TarEntryType.RegularFile, name, bytes));
        return path;
    }

    public static Stream Packed(Stream file, TarPacking packing) => packing switch
    {
        TarPacking.Gzip => new GZipStream(file, CompressionLevel.Fastest),
        TarPacking.Zstandard => WithChecksum(new CompressionStream(file, leaveOpen: false)),
        _ => file,
    };

    private static string Ending(TarPacking packing) => packing switch { TarPacking.Gzip => ".gz", TarPacking.Zstandard => ".zst", _ => "" };

    // As the program zstd writes it.
    private static CompressionStream WithChecksum(CompressionStream stream)
    {
        stream.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return stream;
    }

    public static TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, byte[]? bytes = null, string? link = null)
    {
        TarEntry entry = format switch { TarEntryFormat.Pax => new PaxTarEntry(type, name), TarEntryFormat.Gnu => new GnuTarEntry(type, name), _ => new UstarTarEntry(type, name) };
        if (bytes is not null)
            entry.DataStream = new MemoryStream(bytes);
        if (link is not null)
            entry.LinkName = link;
        return entry;
    }

    /// <summary>A list of the images in a folder, with the classes that were found there.</summary>
    public static string List(TemporaryFolder folder, string name, ImageSet set, string head = "image,class")
    {
        var text = new StringBuilder(head + "\n");
        for (int i = 0; i < set.Count; i++)
            text.Append(Quoted($"{name}/{set.Names[i]}")).Append(',').Append(Quoted(set.Classes[set.Labels[i]])).Append('\n');
        File.WriteAllText(folder[name + ".csv"], text.ToString());
        return folder[name + ".csv"];

        static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"")}\"";
    }

    /// <summary>Opens a set, and holds that the numbers of its files add up to those that it saw.</summary>
    public static ImageSet Open(string path, ImageSetOptions? options = null)
    {
        var set = ImageSet.Open(path, options ?? plain);
        Assert.NotNull(set.Found);
        Assert.Equal(set.Found.Seen, set.Found.Read + set.Found.LeftOut.Sum(r => r.Files));
        Assert.Equal(set.Count, set.Found.Read);
        return set;
    }

    /// <summary>Runs a shell's command in a folder: names that are no UTF-8, pipes.</summary>
    public static void Shell(string folder, string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
