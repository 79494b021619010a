using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Packs image files into tar shards: a few large files instead of millions of small ones, which disks and networks read fast, and which <see cref="ImageSet.Open"/> opens.</summary>
/// <remarks>
/// The form is WebDataset's (Aizman, Maltby, Breuel, 2019, arXiv:2001.01858): beside each image a <c>.cls</c> file with the index of its class, in the order of the class names.
/// Images keep their paths, so that the set has the same names and classes. They are packed in random order, so that each shard is a small copy of the set.
/// Beside each shard lies an index of its images with their sha256.
/// </remarks>
/// <example>
/// <code>
/// var packed = ImageShards.Pack("photos", "shards");
/// var set = ImageSet.Open("shards");
/// </code>
/// </example>
public static class ImageShards
{
    /// <summary>The usual length of a shard: 256 MiB.</summary>
    public const long UsualBytes = 256L << 20;

    private const ulong OrderPurpose = 0x5348_4152_4453_0001;
    private const int TarBlock = 512;

    /// <summary>Packs a set of image files.</summary>
    /// <param name="source">A folder, a zip, a tar, a CSV file, or a downloaded set, as for <see cref="ImageSet.Open"/>.</param>
    /// <param name="folder">A new or empty folder for the shards.</param>
    /// <param name="shardBytes">The most bytes of a shard, 1 or more; a shard holds at least one image.</param>
    /// <param name="seed">Seed of the order.</param>
    /// <param name="options">How folders are read; null: the usual.</param>
    /// <param name="progress">Is told how many images are packed, of how many.</param>
    /// <param name="cancellation">Stops between two images; the shards that are whole stay.</param>
    /// <exception cref="MekikiException">There are no image files, the folder holds something, or the disk is full.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A shard shall have less than a byte.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PackedShards Pack(string source, string folder, long shardBytes = UsualBytes, ulong seed = 0, ImageSetOptions? options = null, IProgress<(int Done, int All)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardBytes);
        string path = KnownSet.Find(source)?.PathIn(options?.DataFolder) ?? source;
        if (!RemoteShards.IsAddress(path) && !Directory.Exists(path) && !File.Exists(path))
            throw new MekikiException($"{source}: expected a folder, a zip, a tar or a CSV file of images, got nothing of that name. Check the path.");
        FileSource.Check(path);
        if (IdxFiles.Find(path).Length > 0)
            throw new MekikiException($"{source}: expected image files, got IDX files, which hold pixels. They are one file already; use them as they are.");
        OutputFile.RequireEmptyFolder(folder);
        using var files = FileSource.Open(path, options ?? new());
        if (files.IsReadInOrder)
            throw new MekikiException($"{source}: expected files that can be read in any order, got a packed tar. Unpack it first (gunzip or unzstd).");
        OutputFile.MakeFolder(folder);
        return PackFiles(source, files, folder, shardBytes, seed, options ?? new(), progress, cancellation);
    }

    private static PackedShards PackFiles(string source, ImageFiles files, string folder, long shardBytes, ulong seed, ImageSetOptions options, IProgress<(int, int)>? progress, CancellationToken cancellation)
    {
        var layout = files.Layout(source, options);
        string[] names = NamesOf(source, files, layout);
        var skipped = new List<SkippedImage>(files.Refused);
        var order = new List<int>();
        for (int i = 0; i < names.Length; i++)
            if (layout.Labels[i] >= 0)
                order.Add(i);
            else if (layout.Labels[i] == ClassLayout.NoClass)
                skipped.Add(new(files.Names[i], "it lies in no class folder"));
        int[] images = [.. order];
        var generator = new Generator(seed, OrderPurpose);
        generator.Shuffle(images.AsSpan());

        var buffers = new ImageFiles.Buffers();
        int next = 0, shards = 0, packed = 0;
        long bytes = 0;
        byte[]? waiting = null;     // the next image, if it was read and did not fit
        while (Ready())
        {
            string shard = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"shard-{shards++:D6}.tar"));
            var entries = new List<ShardEntry>();
            OutputFile.Write(shard, stream =>
            {
                using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
                while (Ready())
                {
                    int image = images[next], label = layout.Labels[image];
                    byte[] text = Encoding.ASCII.GetBytes(label.ToString(CultureInfo.InvariantCulture));
                    if (entries.Count > 0 && stream.Position + 6 * TarBlock + waiting!.Length > shardBytes)
                        break;
                    Add(tar, names[image], waiting!);
                    long end = stream.Position, padded = (waiting!.Length + TarBlock - 1) / TarBlock * TarBlock;
                    entries.Add(new(names[image], end - padded, waiting.Length, Encoding.ASCII.GetString(text), Sha256Hash.Of(waiting)));
                    Add(tar, Path.ChangeExtension(names[image], ".cls"), text);
                    waiting = null;
                    next++;
                    packed++;
                    progress?.Report((next, images.Length));
                }
            });
            long length = new FileInfo(shard).Length;
            bytes += length;
            ShardIndex.Write(shard, length, entries);
        }

        if (packed == 0)
            throw new MekikiException($"{source}: expected a sub-folder of images for each class, got no image that can be read. Give the folder that holds the class folders.");
        return new(shards, packed, layout.Classes.Length, bytes, skipped);

        // Whether there is another image, which is read then; those that are none are passed over.
        bool Ready()
        {
            for (; waiting is null && next < images.Length; next += waiting is null ? 1 : 0)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    var file = files.Bytes(images[next], buffers);
                    ImageDecoder.ReadHeader(file);
                    waiting = file.ToArray();
                }
                catch (UnreadableImageException e)
                {
                    skipped.Add(new(files.Names[images[next]], e.Message));
                }
            }

            return waiting is not null;
        }
    }

    // As they are where folders tell the classes; of a list, under folders that do.
    private static string[] NamesOf(string source, ImageFiles files, ClassLayout layout)
    {
        if (files is not ListedFiles)
            return files.Names;
        var names = new string[files.Names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string name = layout.Classes[layout.Labels[i]];
            if (name.AsSpan().ContainsAny('/', '\\', '\0') || name is "." or "..")
                throw new MekikiException($"{source}: expected classes that can be names of folders, got '{FileText.Short(name)}'. Rename the class.");
            string rest = string.Join('/', files.Names[i].Split('/').Where(part => part is not ("" or "." or "..")));
            names[i] = $"{(layout.Parts?[i] is { } part ? part.ToString().ToLowerInvariant() + "/" : "")}{name}/{rest}";
        }

        return names;
    }

    private static void Add(TarWriter tar, string name, byte[] bytes) =>
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes), ModificationTime = DateTimeOffset.UnixEpoch, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead });
}

/// <summary>What <see cref="ImageShards.Pack"/> made.</summary>
/// <example>
/// <code>
/// PackedShards packed = ImageShards.Pack("photos", "shards");
/// Console.WriteLine($"{packed.Images} images in {packed.Shards} shards; {packed.Skipped.Count} left out");
/// </code>
/// </example>
/// <param name="Shards">How many shards.</param>
/// <param name="Images">How many images are in them.</param>
/// <param name="Classes">Of how many classes.</param>
/// <param name="Bytes">How long the shards are together.</param>
/// <param name="Skipped">Files that are not in them, with reasons.</param>
public sealed record PackedShards(int Shards, int Images, int Classes, long Bytes, IReadOnlyList<SkippedImage> Skipped);
