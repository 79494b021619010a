using System.Buffers.Binary;
using System.IO.Compression;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Reads MNIST's form: images and labels in two IDX files, also gzipped.</summary>
/// <remarks>
/// LeCun, Cortes, Burges, "The MNIST database": magic 0 0 8 3 (uint8 images: count, height, width) and 0 0 8 1 (uint8 labels: count),
/// numbers big-endian. A folder with train and t10k parts gives one set, of which the latter test; the images are called <c>train/7/00042</c>.
/// </remarks>
internal static class IdxFiles
{
    private const uint ImagesMagic = 0x00000803, LabelsMagic = 0x00000801;
    private const int MostClasses = 256;

    // Digits on white unpack to five times their size.
    private const long LeastUnpacked = 64L << 20, MostRatio = 50;

    /// <summary>The image files at a path: itself, or those in the folder; none when it is not of this form.</summary>
    public static string[] Find(string path)
    {
        if (File.Exists(path))
            return IsImages(path) ? [path] : [];
        if (!Directory.Exists(path))
            return [];
        // A file that was unpacked beside its archive is one part. The training part first, as MNIST names its parts t10k and train.
        string[] files = Directory.GetFiles(path, "*images*");
        return [.. files.Where(f => !(f.EndsWith(".gz", StringComparison.Ordinal) && files.Contains(f[..^3])) && IsImages(f)).OrderByDescending(f => Path.GetFileName(f).StartsWith("train", StringComparison.Ordinal)).ThenBy(f => f, StringComparer.Ordinal)];
    }

    /// <summary>Reads the files and their labels as one grey set.</summary>
    public static ImageSet Open(string source, string[] imageFiles, ImageSetOptions options)
    {
        var parts = Array.ConvertAll(imageFiles, ReadPart);
        var first = parts[0];
        foreach (var part in parts)
            if ((part.Height, part.Width) != (first.Height, first.Width))
                throw new MekikiException($"{source}: expected images of one size, got {first.Width}x{first.Height} and {part.Width}x{part.Height}. Give one of the files.");
        var shape = options.ShapeOr(1, first.Height, first.Width);
        int[] labels = [.. parts.SelectMany(p => p.Labels.Select(l => (int)l))];
        if (labels.Length == 0)
            throw new MekikiException($"{source}: expected images, got IDX files with none. Give other files.");
        string[] names = [.. parts.SelectMany(p => p.Labels.Select((label, i) => $"{p.Name}/{label}/{i:D5}"))];
        int[] used = [.. labels.Distinct().Order()];
        var index = new int[MostClasses];
        for (int c = 0; c < used.Length; c++)
            index[used[c]] = c;
        var starts = new int[parts.Length + 1];
        for (int p = 0; p < parts.Length; p++)
            starts[p + 1] = starts[p] + parts[p].Labels.Length;
        var grey = new ImageShape(1, first.Height, first.Width);
        return ImageSet.FromDrawing(source, shape, Array.ConvertAll(labels, l => index[l]), used.Select(l => l.ToString(System.Globalization.CultureInfo.InvariantCulture)), (i, image) =>
        {
            int part = Array.FindLastIndex(starts, s => s <= i);
            var from = parts[part].Pixels.AsSpan((i - starts[part]) * grey.Length + 16, grey.Length);
            GreyImage.Fit(from, grey, shape, options.Framing, image);
        }, names, options.ThreadCount).WithFraming(options.Framing);
    }

    private static (string Name, int Height, int Width, byte[] Pixels, byte[] Labels) ReadPart(string path)
    {
        byte[] images = ReadAll(path);
        long count = Number(images, 4), height = Number(images, 8), width = Number(images, 12);
        if (Number(images, 0) != ImagesMagic || height is < 1 or > ImageShape.MostSide || width is < 1 or > ImageShape.MostSide || 16 + count * height * width != images.Length)
            throw new MekikiException($"{path}: expected {count:N0} images of {width} x {height} pixels, got {images.Length:N0} bytes. Download it again.");
        string name = Path.GetFileName(path), labelName = name.Replace("images", "labels").Replace("idx3", "idx1");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, bare = labelName.EndsWith(".gz", StringComparison.Ordinal) ? labelName[..^3] : labelName;
        string? labelPath = new[] { labelName, bare, bare + ".gz" }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists)
            ?? throw new MekikiException($"{path}: expected the labels beside it in {labelName}, got no such file. Put both into one folder.");
        byte[] labels = ReadAll(labelPath);
        if (Number(labels, 0) != LabelsMagic || labels.Length != 8 + count)
            throw new MekikiException($"{labelPath}: expected {count:N0} labels, got {Math.Max(0, labels.Length - 8):N0}. Download it again.");
        int cut = name.IndexOfAny(['-', '_', '.']);
        return (cut > 0 ? name[..cut] : name, (int)height, (int)width, images, labels[8..]);
    }

    private static bool IsImages(string path)
    {
        try
        {
            // A pipe would wait.
            if (RegularFile.LengthOf(path) == 0)
                return false;
            Span<byte> head = stackalloc byte[4];
            using var stream = Unpacked(path, out _);
            return stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && BinaryPrimitives.ReadUInt32BigEndian(head) == ImagesMagic;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Stream Unpacked(string path, out long packed)
    {
        var file = File.OpenRead(path);
        packed = file.Length;
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    // Memory is taken for what the head promises, after it is held against the file's length.
    private static byte[] ReadAll(string path)
    {
        try
        {
            using var stream = Unpacked(path, out long packed);
            var head = new byte[16];
            int got = stream.ReadAtLeast(head, 16, throwOnEndOfStream: false);
            var length = Number(head, 0) == ImagesMagic ? 16 + (Int128)Number(head, 4) * Number(head, 8) * Number(head, 12) : 8 + Number(head, 4);
            long most = stream is GZipStream ? Math.Max(LeastUnpacked, MostRatio * packed) : Math.Max(16, packed);
            if (length > Array.MaxLength - 1 || (length > most && stream is GZipStream))
                throw new MekikiException($"{path}: expected an IDX file of at most {FileText.Bytes(Math.Min(Array.MaxLength, most))}, got one that promises {length:N0} bytes. Give another file.");
            // One byte more tells that the file does not end where it should.
            var whole = new byte[Math.Max(got, (int)Math.Min((long)length + 1, most))];
            head.AsSpan(0, got).CopyTo(whole);
            int read = got + stream.ReadAtLeast(whole.AsSpan(got), whole.Length - got, throwOnEndOfStream: false);
            return read == whole.Length ? whole : whole[..read];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected an IDX file that can be read, got: {e.Message} Download it again.", e);
        }
    }

    private static long Number(byte[] bytes, int at) => bytes.Length < at + 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
