using System.Runtime.ExceptionServices;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Opens what a user names as an <see cref="ImageSet"/>: finds the files, their classes and size, and decodes them.</summary>
internal static class ImageSetReader
{
    private const int MostListed = 10, MostNamed = 3;

    public static ImageSet Open(string source, ImageSetOptions options)
    {
        bool folder = Directory.Exists(source), file = File.Exists(source);
        if (KnownSet.Find(source) is { } known)
            return known.Open(options);
        if (!folder && !file && !RemoteShards.IsAddress(source))
            throw new MekikiException($"{source}: expected a folder of class folders, a zip, tar, CSV or IDX file, the address of shards, or one of {Known()}, got nothing of that name.{Suggestion.Sentence(source, KnownSet.All.Select(s => s.Name))} Check the path.");

        FileSource.Check(source);
        if (IdxFiles.Find(source) is { Length: > 0 } idx)
            return Checked(IdxFiles.Open(source, idx, options), options);
        var cache = options.Cache ? new PixelCache(options.CacheFolder ?? Folders.Cache, options.MostInMemory ?? PixelCache.MostChecked) : null;
        var shards = ShardFiles.Find(source, options);
        if (cache is not null && shards is not null)
            return Checked(OpenShards(source, shards, options, cache), options);
        if (file && !ListedFiles.IsList(source) && !ShardFiles.IsList(source))
        {
            string key = PixelCache.Key(Path.GetFullPath(source), [FileVersions.Of(source)], options);
            if (cache?.Read(key, source) is { } kept)
                return Checked(kept.WithFraming(options.Framing), options);
            using var archive = FileSource.Open(source, shards, options);
            return Checked(Decode(source, archive, options, cache, key), options);
        }
        else
        {
            using var files = FileSource.Open(source, shards, options);
            string key = PixelCache.Key(ShardFiles.FullPath(source), [.. files.Names, .. files.Versions, files.Others], options);
            return Checked(cache?.Read(key, source)?.WithFraming(options.Framing) ?? Decode(source, files, options, cache, key), options);
        }
    }

    // Of shards, their files tell whether they have changed: those that were all read need no second look at their images' names.
    private static ImageSet OpenShards(string source, string[] shards, ImageSetOptions options, PixelCache cache)
    {
        string[] versions = ShardFiles.VersionsOf(shards, options);
        string key = PixelCache.Key(ShardFiles.FullPath(source), [.. shards.Select(ShardFiles.FullPath), .. versions], options);
        if (cache.Read(key, source) is { } kept)
            return kept.WithFraming(options.Framing);
        using var files = ShardFiles.Open(shards, options);
        if (files.IsWhole)
            return Decode(source, files, options, cache, key);
        // What a disk refuses today it may read tomorrow, though no file has changed.
        key = PixelCache.Key(ShardFiles.FullPath(source), [.. files.Names, .. files.Versions, files.Others], options);
        return cache.Read(key, source)?.WithFraming(options.Framing) ?? Decode(source, files, options, cache, key);
    }

    /// <summary>Reads all images of a program's own source.</summary>
    public static ImageSet Open(IImageSource source, ImageSetOptions options) => Checked(Decode(source.Name, new SourceImages(source), options, null, ""), options);

    /// <summary>The headers of the files behind a folder or zip, downloaded ones too; null for sets that have no files.</summary>
    public static ImageHeader[]? Headers(string source, ImageSetOptions options)
    {
        string path = KnownSet.Find(source)?.PathIn(options.DataFolder) ?? source;
        if (!RemoteShards.IsAddress(path) && !Directory.Exists(path) && !File.Exists(path))
            return null;
        FileSource.Check(path);
        if (IdxFiles.Find(path).Length > 0)
            return null;
        using var files = FileSource.Open(path, options);
        var headers = new ImageHeader[files.Names.Length];
        files.ForEach(options, (i, buffers) =>
        {
            try
            {
                var (height, width, mode) = files.ReadHeader(i, buffers);
                headers[i] = new(files.Names[i], height, width, mode);
            }
            catch (UnreadableImageException)
            {
                // The set tells of it when it is opened.
            }
        });
        return [.. headers.Where(h => h.Width > 0)];
    }

    private static string Known() => string.Join(", ", KnownSet.All.Select(s => s.Name));

    /// <summary>The demands of options that do not change the pixels, so that cached sets meet them too.</summary>
    private static ImageSet Checked(ImageSet set, ImageSetOptions options)
    {
        if (options.Strict && set.Skipped.Count > 0)
            throw new MekikiException($"{set.Source}: expected only images that can be read (strict), got {set.Skipped.Count:N0} that cannot: {Listed(set.Skipped)}. Repair or remove them.");
        if (set.Classes.Count < options.LeastClasses)
            throw new MekikiException($"{set.Source}: expected {options.LeastClasses} classes or more, one sub-folder each, got {set.Classes.Count} ({NameList.Of(set.Classes)}). Give the folder that holds the class folders.");
        return set;
    }

    private static string Listed(IReadOnlyList<SkippedImage> skipped) =>
        string.Join("; ", skipped.Take(MostListed)) + (skipped.Count > MostListed ? $"; and {skipped.Count - MostListed:N0} more" : "");

    private static ImageSet Decode(string source, ImageFiles files, ImageSetOptions options, PixelCache? cache, string key)
    {
        var layout = files.Layout(source, options);
        int count = files.Names.Length;
        if (count == 0)
            throw NoImage(source, files.Refused);
        var reasons = new string?[count];
        for (int i = 0; i < count; i++)
            reasons[i] = layout.Labels[i] < 0 ? "it lies in no class folder" : null;

        if (options.Height is null != options.Width is null)
            throw new MekikiException($"{source}: expected both a width and a height, or neither, got one. Give both.");
        var notes = new List<string>(files.Notes.Concat(layout.Notes));
        var read = new DecodedImage[count];
        int channels = options.Channels ?? Noted(ImagePlan.Colours(files, reasons, read, options), notes);
        if (options is { Margin: > 0, Height: null })
            throw new MekikiException($"{source}: expected a size with a margin, got a margin alone. Give the width and the height that are seen.");
        var shape = options is { Height: { } height, Width: { } width } ? options.ShapeOr(channels, height, width) : default;
        using var store = shape != default ? Run(shape, options.Framing) : InChosenSize(files, channels, reasons, read, notes, options, Run, out shape);
        AddBlack(files.Names, reasons, read, notes);
        AddUnfollowed(files.Names, reasons, read, notes);
        var set = Compact(source, files, layout, shape, store, reasons, notes, cache, out var hashes);
        if (store.IsFile)
            set = cache!.Complete(key, set, hashes, store);
        else if (cache?.Write(key, set, hashes) is { } warning)
            set = set.WithNote(warning);
        return set.WithFraming(options.Framing);

        PixelStore Run(ImageShape shape, Framing? framing)
        {
            var progress = new DecodingProgress(options.Progress, count);
            string? part = cache is not null && (options.IsLong ?? IsLong(files, reasons, read)) ? cache.PartPath(key, shape, framing) : null;
            var store = PixelStore.For(source, shape, count, cache, options.MostInMemory ?? PixelBlock.MostInMemory, part);
            try
            {
                ForEachReadable(files, reasons, options, (i, buffers) =>
                {
                    progress.Step();
                    if (store.Recall(i, buffers) is { } known)
                    {
                        read[i] = known;
                        return;
                    }

                    var pixels = store.Slot(i, buffers);
                    read[i] = files.Decode(i, shape, framing, pixels, buffers);
                    store.Keep(i, pixels, read[i]);
                }, (i, reason) => reasons[i] = reason);
                return store;
            }
            catch (Exception e)
            {
                store.Dispose();
                // The disk of a thread among many.
                if (e is AggregateException { InnerException: MekikiException full })
                    ExceptionDispatchInfo.Throw(full);
                throw;
            }
        }
    }

    private static T Noted<T>((T Value, string? Note) choice, List<string> notes)
    {
        if (choice.Note is { } note)
            notes.Add(note);
        return choice.Value;
    }

    private static PixelStore InChosenSize(ImageFiles files, int channels, string?[] reasons, DecodedImage[] read, List<string> notes, ImageSetOptions options, Func<ImageShape, Framing?, PixelStore> run, out ImageShape shape)
    {
        // Most sets are of small images of one size: they are decoded while their sizes are read. Where all sizes are known already, nothing is guessed.
        bool areKnown = Array.Exists(read, image => image.Height > 0);
        var first = areKnown ? null : FirstSize(files, reasons);
        PixelStore? store = null;
        shape = default;
        if (first is var (height, width) && options.Fit != ImageFit.Ink && (options.MostPixels is { } most ? (long)height * width <= most : options.Fit == ImageFit.Stretch || Math.Max(height, width) <= ImagePlan.MostSide))
            store = run(shape = new ImageShape(channels, height, width), null);
        else if (!areKnown)
            ReadSizes(files, reasons, read, options);
        string? note = null;
        (int Height, int Width) chosen = (1, 1);
        // Damaged files, which have sizes too, may be known only when all are decoded: then the others decide anew.
        for (bool isFirst = true; ; isFirst = false)
        {
            var counts = SizeCounts(read, reasons);
            if (counts.Count == 0)
            {
                // Each is told why.
                store ??= run(shape = new ImageShape(channels, 1, 1), null);
                break;
            }

            (var now, note) = options.MostPixels is { } pixels ? ImagePlan.Choose(counts, options.Fit, pixels) : ImagePlan.Choose(counts, options.Fit);
            bool isDone = store is not null && (isFirst ? counts.Count == 1 && now == first : now == chosen);
            chosen = now;
            if (isDone)
                break;
            store?.Discard();
            store = run(shape = new ImageShape(channels, chosen.Height, chosen.Width), options.Framing);
        }

        if (note is not null && SizeCounts(read, reasons).Keys.Any(size => size != chosen))
            notes.Add(note);
        return store!;
    }

    // By the first image: the others of a set are about as large.
    private static bool IsLong(ImageFiles files, string?[] reasons, DecodedImage[] read)
    {
        int known = Array.FindIndex(read, image => image.Height > 0);
        return (known >= 0 ? (read[known].Height, read[known].Width) : FirstSize(files, reasons)) is { } first && PixelStore.IsLong(first, read.Length);
    }

    // Files that cannot be read have none; decoding tells why.
    private static void ReadSizes(ImageFiles files, string?[] reasons, DecodedImage[] read, ImageSetOptions options) =>
        ForEachReadable(files, reasons, options, (i, buffers) =>
        {
            var (height, width, _) = files.ReadHeader(i, buffers);
            read[i] = new(height, width);
        }, static (_, _) => { });

    private static void ForEachReadable(ImageFiles files, string?[] reasons, ImageSetOptions options, Action<int, ImageFiles.Buffers> read, Action<int, string> fail) =>
        files.ForEach(options, (i, buffers) =>
        {
            if (reasons[i] is not null)
                return;
            try
            {
                read(i, buffers);
            }
            catch (UnreadableImageException e)
            {
                fail(i, e.Message);
            }
        });

    // Null: no file can be read, or to try another would cost as much as to read all.
    private static (int Height, int Width)? FirstSize(ImageFiles files, string?[] reasons)
    {
        var buffers = new ImageFiles.Buffers();
        // It is a guess, on which no pixel depends: whichever is read soonest will do.
        foreach (int i in Enumerable.Range(0, reasons.Length).Prepend(files.Soonest))
        {
            if (reasons[i] is not null)
                continue;
            try
            {
                var (height, width, _) = files.ReadHeader(i, buffers);
                return (height, width);
            }
            catch (UnreadableImageException)
            {
                if (files.IsReadInOrder)
                    return null;
            }
        }

        return null;
    }

    /// <summary>How many images have each size, of those that can be read.</summary>
    private static Dictionary<(int Height, int Width), int> SizeCounts(DecodedImage[] read, string?[] reasons) =>
        read.Where((image, i) => reasons[i] is null && image.Height > 0).CountBy(image => (image.Height, image.Width)).ToDictionary();

    private static void AddBlack(string[] names, string?[] reasons, DecodedImage[] read, List<string> notes)
    {
        if (Named(names, reasons, read, image => image.LooksBlack) is ({ } named, var count))
            notes.Add($"{count:N0} {(count == 1 ? "image has" : "images have")} 16 bits a sample and values in the lowest sixteenth alone ({named}): they are read as black. Spread their values over the whole range, for example with `magick FILE -evaluate multiply 16 FILE.png`.");
    }

    private static void AddUnfollowed(string[] names, string?[] reasons, DecodedImage[] read, List<string> notes)
    {
        if (Named(names, reasons, read, image => image.IgnoresProfile) is ({ } named, var count))
            notes.Add($"{count:N0} {(count == 1 ? "image has" : "images have")} a colour profile that cannot be followed ({named}): their colours are taken as they stand. If these look wrong, save the images as sRGB with the program that made them.");
    }

    // The first of those that are so, and how many there are; null: none.
    private static (string? Named, int Count) Named(string[] names, string?[] reasons, DecodedImage[] read, Func<DecodedImage, bool> isSo)
    {
        int[] all = [.. Enumerable.Range(0, read.Length).Where(i => reasons[i] is null && isSo(read[i]))];
        return (all.Length == 0 ? null : string.Join(", ", all.Take(MostNamed).Select(i => names[i])) + (all.Length > MostNamed ? ", …" : ""), all.Length);
    }

    /// <summary>Closes the gaps that unreadable images left, and drops classes without any image.</summary>
    private static ImageSet Compact(string source, ImageFiles files, ClassLayout layout, ImageShape shape, PixelStore store, string?[] reasons, List<string> notes, PixelCache? cache, out PixelHashes? hashes)
    {
        var skipped = new List<SkippedImage>(files.Refused);
        var leftOut = files.LeftOut.Copy();
        var perClass = new int[layout.Classes.Length];
        var kept = new List<int>(reasons.Length);
        for (int i = 0; i < reasons.Length; i++)
        {
            if (reasons[i] is { } reason)
            {
                if (layout.Labels[i] == ClassLayout.Outside)
                    leftOut.Add(LeftOutReasons.Outside, files.Names[i]);
                else
                    skipped.Add(new SkippedImage(files.Names[i], reason));
                continue;
            }

            if (kept.Count < i)
                store.Move(i, kept.Count);
            perClass[layout.Labels[i]]++;
            kept.Add(i);
        }

        if (kept.Count == 0)
            throw NoImage(source, skipped);
        var classes = new List<string>();
        var newIndex = new int[perClass.Length];
        for (int c = 0; c < perClass.Length; c++)
        {
            newIndex[c] = classes.Count;
            if (perClass[c] > 0)
                classes.Add(layout.Classes[c]);
            else
                notes.Add($"Class '{layout.Classes[c]}' has no image that can be read; it is left out.");
        }

        skipped.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        int[] labels = [.. kept.Select(i => newIndex[layout.Labels[i]])];
        notes.AddRange(leftOut.Sentences());
        foreach (var unread in skipped)
            leftOut.Add(LeftOutReasons.Unreadable, unread.Name);
        var parts = layout.Parts is { } given ? kept.Select(i => given[i] ?? SplitPart.Train).ToArray() : null;
        var findings = new Findings(new FoundFiles(files.Seen, kept.Count, leftOut.All(), layout.Words), parts) { ShardStarts = Findings.StartsOf(files.ShardStarts, kept) };
        var pixels = store.Finish(kept.Count);
        hashes = cache?.HashesOf(pixels);
        string? fingerprint = hashes is null ? null : Fingerprint.Of(shape, hashes.Pieces, labels, [.. classes]);
        return new ImageSet(source, shape, pixels, labels, [.. classes], [.. kept.Select(i => files.Names[i])], skipped, notes, fingerprint, findings);
    }

    private static MekikiException NoImage(string source, IReadOnlyList<SkippedImage> skipped) => new(
        skipped.Count == 0
            ? $"{source}: expected a sub-folder of images for each class, got no image that can be read. Give the folder that holds the class folders."
            : $"{source}: expected a sub-folder of images for each class, got no image that can be read (of {skipped.Count:N0}: {Listed(skipped)}). Give the folder that holds the class folders.");
}
