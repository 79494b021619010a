using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Parquet;

/// <summary>Public sets of images as they are handed out today: Parquet files with a column of image bytes and one of classes, in Hugging Face's form.</summary>
/// <remarks>
/// Images are in a struct with <c>bytes</c> (and <c>path</c>), or in a column of bytes; classes are numbers, whose names the metadata tells, or texts.
/// The part of a file is what its name begins with: <c>train-00000-of-00002.parquet</c>.
/// </remarks>
/// <example>
/// <code>
/// if (ParquetImages.Find("cats") is { } files)
///     ParquetImages.WriteTar("cats", files, "cats.tar");
/// </code>
/// </example>
public static class ParquetImages
{
    private const string Ending = ".parquet", FeaturesKey = "huggingface";
    private static readonly string[] labelNames = ["label", "labels", "class", "target", "fine_label"];

    /// <summary>The Parquet files that a path stands for: itself, or those of a folder, or of its folders; null: it is something else.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <exception cref="MekikiException">The folder cannot be read.</exception>
    public static string[]? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
            return path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? [path] : null;
        if (!Directory.Exists(path))
            return null;
        try
        {
            string[] files = [.. Directory.EnumerateFiles(path, "*" + Ending, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = false }).Order(StringComparer.Ordinal)];
            return files.Length > 0 ? files : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a folder that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Writes the images of Parquet files into a tar with a folder for each class, as <see cref="ImageSet.Open"/> and <see cref="ImageShards.Pack"/> read it; it appears only when whole.</summary>
    /// <param name="source">What was given, for messages.</param>
    /// <param name="files">The files.</param>
    /// <param name="tar">The tar.</param>
    /// <param name="progress">Is told how many rows are done, of how many.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>Rows that have no class or no image, with reasons.</returns>
    /// <exception cref="MekikiException">A file is damaged, or holds no images with classes; or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<SkippedImage> WriteTar(string source, IReadOnlyList<string> files, string tar, IProgress<(int Done, int All)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(tar);
        var skipped = new List<SkippedImage>();
        string[] parts = [.. files.Select(PartOf)];
        bool hasParts = parts.Distinct(StringComparer.Ordinal).Skip(1).Any();
        // All are looked at before anything is written.
        long rows = 0, done = 0;
        foreach (string path in files)
            Guarded(path, () =>
            {
                using var file = ParquetFile.Open(path);
                rows += file.Rows;
            });
        OutputFile.Write(tar, stream =>
        {
            using var writer = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
            for (int f = 0; f < files.Count; f++)
                Guarded(files[f], () =>
                {
                    using var file = ParquetFile.Open(files[f]);
                    Write(file, files[f], f, hasParts ? parts[f] + "/" : "", writer, skipped, () => progress?.Report(((int)Math.Min(int.MaxValue, ++done), (int)Math.Min(int.MaxValue, rows))), cancellation);
                });
        });
        return skipped;
    }

    private static void Write(ParquetFile file, string path, int number, string part, TarWriter writer, List<SkippedImage> skipped, Action isDone, CancellationToken cancellation)
    {
        var image = ImagesIn(file, path);
        var (label, names) = LabelsIn(file, path);
        long row = 0;
        for (int g = 0; g < file.Groups; g++)
        {
            using var labels = file.Read(g, label).GetEnumerator();
            foreach (object? bytes in file.Read(g, image))
            {
                cancellation.ThrowIfCancellationRequested();
                object? value = labels.MoveNext() ? labels.Current : throw new InvalidDataException("its columns have different numbers of rows");
                string name = string.Create(CultureInfo.InvariantCulture, $"{number:D5}-{row:D8}");
                if (bytes is not byte[] { Length: > 0 } encoded)
                    skipped.Add(new($"{Path.GetFileName(path)}, row {FileText.Number(row)}", "it has no image"));
                else if (ClassOf(value, names, path, row) is { } own)
                    writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, $"{part}{own}/{name}{EndingOf(encoded)}") { DataStream = new MemoryStream(encoded), ModificationTime = DateTimeOffset.UnixEpoch });
                else
                    skipped.Add(new($"{Path.GetFileName(path)}, row {FileText.Number(row)}", "it has no class"));
                row++;
                isDone();
            }
        }
    }

    private static ParquetColumn ImagesIn(ParquetFile file, string path)
    {
        ParquetColumn[] all = [.. file.Columns.Where(c => c.HoldsBytes)], structs = [.. all.Where(c => c.Name.EndsWith(".bytes", StringComparison.Ordinal))];
        ParquetColumn[] found = structs.Length > 0 ? structs : [.. all.Where(c => c.Name is "image" or "img" or "bytes")];
        return found switch
        {
            [var one] => one,
            _ when Array.Find(found, c => c.Name == "image.bytes") is { } usual => usual,
            _ => throw new MekikiException($"{path}: expected a column image with bytes of images, got {(found.Length == 0 ? $"columns {NameList.Of([.. file.Columns.Select(c => c.Name)])}" : NameList.Of([.. found.Select(c => c.Name)]))}. Give files with one such column."),
        };
    }

    // The class names are in the metadata, where there are any.
    private static (ParquetColumn Column, string[]? Names) LabelsIn(ParquetFile file, string path)
    {
        var known = NamesIn(file.Metadata.GetValueOrDefault(FeaturesKey));
        var columns = file.Columns.Where(c => (c.HoldsNumbers || c.HoldsBytes) && !c.Name.Contains('.', StringComparison.Ordinal)).ToArray();
        var named = columns.Where(c => known.ContainsKey(c.Name)).ToArray();
        var column = named.Length == 1 ? named[0] : labelNames.Select(n => Array.Find(columns, c => c.Name == n)).FirstOrDefault(c => c is not null);
        return column is not null
            ? (column, known.GetValueOrDefault(column.Name))
            : throw new MekikiException($"{path}: expected a column label with the class of each image, got columns {NameList.Of([.. file.Columns.Select(c => c.Name)])}. Give files with one.");
    }

    // {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    private static Dictionary<string, string[]> NamesIn(string? json)
    {
        var found = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (json is null)
            return found;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("info", out var info) && info.ValueKind == JsonValueKind.Object
                && info.TryGetProperty("features", out var features) && features.ValueKind == JsonValueKind.Object)
                foreach (var feature in features.EnumerateObject())
                    if (feature.Value.ValueKind == JsonValueKind.Object && feature.Value.TryGetProperty("names", out var names) && names.ValueKind == JsonValueKind.Array)
                        found[feature.Name] = [.. names.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.String ? n.GetString()! : n.GetRawText())];
        }
        catch (JsonException)
        {
            // Numbers are names then.
        }

        return found;
    }

    private static string? ClassOf(object? value, string[]? names, string path, long row)
    {
        string? own = value switch
        {
            null or < 0L => null,
            long number when names is null => number.ToString(CultureInfo.InvariantCulture),
            long number => number < names.Length ? names[number] : throw new MekikiException($"{path}: expected classes below {names.Length:N0}, as many as have names, got {number:N0} in row {row:N0}. The file is damaged."),
            byte[] text => System.Text.Encoding.UTF8.GetString(text),
            _ => null,
        };
        if (own is { Length: 0 })
            return null;
        return own is null || (!own.AsSpan().ContainsAny('/', '\\', '\0') && own[0] != '.' && own.Length <= 200)
            ? own
            : throw new MekikiException($"{path}: expected classes that can be names of folders, got '{FileText.Short(own)}'. Rename the class.");
    }

    // train-00000-of-00002.parquet, or a folder of that name.
    private static string PartOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path), folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "");
        foreach (string candidate in new[] { name.Split('-', '.')[0], folder })
            if (candidate.ToLowerInvariant() is "train" or "training" or "test" or "testing" or "validation" or "valid" or "val")
                return candidate.ToLowerInvariant();
        return "train";
    }

    private static string EndingOf(ReadOnlySpan<byte> file) => file switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => ".png",
        [0xFF, 0xD8, ..] => ".jpg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => ".gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => ".webp",
        [(byte)'B', (byte)'M', ..] => ".bmp",
        [(byte)'I', (byte)'I', ..] or [(byte)'M', (byte)'M', ..] => ".tif",
        // Whatever it is, it is told when it is packed.
        _ => ".png",
    };

    private static void Guarded(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException || (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException))
        {
            throw new MekikiException($"{path}: expected a Parquet file that can be read, got one of which {(e is InvalidDataException ? e.Message : "a part is damaged")}. Download it again, or write it anew.", e);
        }
    }
}
