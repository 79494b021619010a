using Mekiki.Vision.Images;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>Labelled images of one size: one block of uint8 pixels, labels, class names, and where each image came from.</summary>
/// <remarks>Immutable; any number of threads may read it.</remarks>
/// <example>
/// <code>
/// var set = ImageSet.Open("photos");      // a sub-folder for each class
/// Console.WriteLine($"{set.Count} images of {set.Classes.Count} classes, {set.Shape}; {set.Skipped.Count} could not be read");
/// </code>
/// </example>
public sealed class ImageSet
{
    private readonly PixelBlock pixels;
    private readonly int[] labels;
    private readonly string[] classes;
    private readonly string[] names;

    internal ImageSet(string source, ImageShape shape, PixelBlock pixels, int[] labels, string[] classes, string[] names,
        IReadOnlyList<SkippedImage> skipped, IReadOnlyList<string> notes, string? fingerprint = null, Findings? findings = null)
    {
        (Source, Shape, this.pixels, this.labels, this.classes, this.names) = (source, shape, pixels, labels, classes, names);
        (Skipped, Notes, Findings) = (skipped, notes, findings);
        Fingerprint = fingerprint ?? Data.Fingerprint.Of(shape, PixelHashes.PiecesOf(pixels), labels, classes);
        IsMultiLabel = classes.Length > 0 && Array.TrueForAll(classes, LabelSet.IsOne);
    }

    /// <summary>What was opened: a path or a known name.</summary>
    public string Source { get; }

    /// <summary>How images of other sizes were brought to this one, and new ones shall be.</summary>
    internal Framing Framing { get; init; }

    /// <summary>The shape without a margin, which tests do not see.</summary>
    internal ImageShape Seen => Shape with { Height = Shape.Height - 2 * Framing.Kept, Width = Shape.Width - 2 * Framing.Kept };

    /// <summary>The set without the images that were added to it (<see cref="WithAdded"/>), which are its last ones; itself, if there are none.</summary>
    internal ImageSet Own { get => field ?? this; private init; }

    /// <summary>The shape (C, H, W) of every image.</summary>
    public ImageShape Shape { get; }

    /// <summary>How many images there are.</summary>
    public int Count => labels.Length;

    /// <summary>Of each image, the index of its class in <see cref="Classes"/>.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The class names, in the order of their indices.</summary>
    public IReadOnlyList<string> Classes => classes;

    /// <summary>Whether images have any number of labels each: then every class is a <see cref="LabelSet"/>.</summary>
    public bool IsMultiLabel { get; }

    /// <summary>What a recognizer of these images tells apart: <see cref="Classes"/>, or of images with any number of labels the labels, in ordinal order.</summary>
    public IReadOnlyList<string> Targets => Table?.Names ?? classes;

    /// <summary>Which labels each class stands for; null: every class stands for itself.</summary>
    internal LabelTable? Table => IsMultiLabel ? field ??= new LabelTable(classes) : null;

    /// <summary>Of each image, its path inside the set, with <c>/</c>; the key of <c>split.csv</c>.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Files that could not be read, with reasons, in order.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>What the user should know about how the set was read, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>What was found in the folder, archive or list: how many files, and what became of each; null for sets that are not made of image files.</summary>
    public FoundFiles? Found => Findings?.Found;

    /// <summary>sha256 over shape, class names, labels and pixels, in hexadecimal: equal for equal data, wherever it lies.</summary>
    public string Fingerprint { get; }

    /// <summary>The pixels of image <paramref name="index"/>: (H, W, C), uint8. Valid while the set is referenced.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="MekikiException">The file of decoded pixels was altered after it was written.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)labels.Length, nameof(index));
        pixels.Check((long)index * Shape.Length, Shape.Length);
        return pixels.Slice((long)index * Shape.Length, Shape.Length);
    }

    /// <summary>How many images each class has.</summary>
    public int[] CountPerClass()
    {
        var counts = new int[classes.Length];
        foreach (int label in labels)
            counts[label]++;
        return counts;
    }

    /// <summary>How many of some images each class has.</summary>
    /// <param name="images">Their indices.</param>
    public int[] CountPerClass(ReadOnlySpan<int> images)
    {
        var counts = new int[classes.Length];
        foreach (int i in images)
            counts[labels[i]]++;
        return counts;
    }

    /// <summary>How many of some images have each of the <see cref="Targets"/>: of images with any number of labels, each label; else each class.</summary>
    /// <param name="images">Their indices.</param>
    public int[] CountPerTarget(ReadOnlySpan<int> images) => Table?.Count(this, images) ?? CountPerClass(images);

    /// <summary>Makes a set of images in memory, such as drawn ones.</summary>
    /// <param name="source">A name for messages.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="pixels">All images one after another, each (H, W, C), uint8.</param>
    /// <param name="labels">Of each image, its class index.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="names">Of each image, a name that is unique in the set; null: its number.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many pixels or names as the images need, or a label is not the index of a class.</exception>
    public static ImageSet FromPixels(string source, ImageShape shape, ReadOnlySpan<byte> pixels, ReadOnlySpan<int> labels, IEnumerable<string> classes, IEnumerable<string>? names = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)pixels.Length, (long)labels.Length * shape.Length, nameof(pixels));
        var block = new PixelBlock(pixels.Length);
        pixels.CopyTo(block.Slice(0, pixels.Length));
        return Made(source, shape, block, labels, classes, names);
    }

    /// <summary>Makes a set of images that <paramref name="draw"/> paints, in parallel, without another copy of them.</summary>
    /// <param name="source">A name for messages.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="labels">Of each image, its class index.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="names">Of each image, a name that is unique in the set; null: its number.</param>
    /// <param name="draw">Fills image number index: (H, W, C), uint8, 0 before. Called from many threads, once for each image.</param>
    /// <param name="threads">How many threads draw; 0: one for each processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many names as labels, or a label is not the index of a class.</exception>
    public static ImageSet FromDrawing(string source, ImageShape shape, ReadOnlySpan<int> labels, IEnumerable<string> classes, DrawImage draw, IEnumerable<string>? names = null, int threads = 0)
    {
        var block = new PixelBlock((long)labels.Length * shape.Length);
        Parallel.For(0, labels.Length, Parallelism(threads), i => draw(i, block.Slice((long)i * shape.Length, shape.Length)));
        return Made(source, shape, block, labels, classes, names);
    }

    /// <summary>Reads all images of a program's own source, in parallel, into one set; decoded pixels are not cached on disk.</summary>
    /// <param name="source">The images.</param>
    /// <param name="options">Size, colours and threads; null: a size that suits the images, colours where they have them.</param>
    /// <exception cref="MekikiException">There is no image that can be read, or labels or names are not what <see cref="IImageSource"/> asks for.</exception>
    public static ImageSet From(IImageSource source, ImageSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImageSetReader.Open(source, options ?? new ImageSetOptions());
    }

    /// <summary>Opens a set: a folder with one sub-folder for each class, a zip, tar, tar.gz or tar.zst of that layout, a CSV file of paths and classes, MNIST's IDX files, or a known name.</summary>
    /// <exception cref="MekikiException">Nothing usable is there; the message says what was expected.</exception>
    public static ImageSet Open(string source, ImageSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new ImageSetOptions();
        var set = ImageSetReader.Open(source, options);
        return options.Labels is { } decisions ? LabelDecisions.Apply(set, decisions) : set;
    }

    /// <summary>Reads the headers alone of all image files of a folder, a zip or a downloaded set, in order; those that have none are left out.</summary>
    /// <param name="source">As for <see cref="Open"/>.</param>
    /// <param name="options">Threads and folders; null: the usual.</param>
    /// <returns>The headers, or null where the set is not made of image files.</returns>
    /// <exception cref="MekikiException">The folder or zip cannot be read.</exception>
    public static IReadOnlyList<ImageHeader>? ReadHeaders(string source, ImageSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImageSetReader.Headers(source, options ?? new ImageSetOptions());
    }

    internal static ParallelOptions Parallelism(int threads) =>
        new() { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };

    internal PixelBlock Pixels => pixels;

    /// <summary>Tells that an image is soon needed: where it lies on a disk alone, it is read without anybody waiting for it.</summary>
    internal void Fetch(int index) => pixels.Fetch((long)index * Shape.Length, Shape.Length);

    internal Findings? Findings { get; }

    internal ImageSet WithNote(string note) => new(Source, Shape, pixels, labels, classes, names, Skipped, [.. Notes, note], Fingerprint, Findings) { Framing = Framing };

    internal ImageSet WithFraming(Framing framing) => new(Source, Shape, pixels, labels, classes, names, Skipped, Notes, Fingerprint, Findings) { Framing = framing };

    /// <summary>The same set with other labels, and of it some images alone.</summary>
    /// <param name="newLabels">Of each image of this set, its class.</param>
    /// <param name="kept">Indices of those that stay, in order.</param>
    /// <param name="note">What the user should know.</param>
    internal ImageSet With(int[] newLabels, int[] kept, string note)
    {
        var block = pixels;
        if (kept.Length < Count)
        {
            block = PixelBlock.InMemory(Source, Shape, kept.Length);
            for (int i = 0; i < kept.Length; i++)
                Image(kept[i]).CopyTo(block.Slice((long)i * Shape.Length, Shape.Length));
        }

        var findings = Findings is null ? null : Findings with { Parts = Findings.Parts is { } parts ? [.. kept.Select(i => parts[i])] : null, ShardStarts = Findings.StartsOf(Findings.ShardStarts, kept) };
        return new(Source, Shape, block, [.. kept.Select(i => newLabels[i])], classes, [.. kept.Select(i => names[i])], Skipped, [.. Notes, note], null, findings) { Framing = Framing };
    }

    /// <summary>The set with more images of its classes behind its own.</summary>
    /// <param name="more">Where they are; classes are told by their names.</param>
    /// <param name="images">Indices of those that are added.</param>
    /// <exception cref="MekikiException">They have a class that this set has not, or another shape.</exception>
    internal ImageSet WithAdded(ImageSet more, ReadOnlySpan<int> images)
    {
        if (more.Shape != Shape)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Add))}: expected images of shape {Shape}, got {more.Shape}. Give {DataOptions.TermOf(nameof(DataOptions.Size))} and {DataOptions.TermOf(nameof(DataOptions.Channels))}.");
        int[] classOf = [.. more.classes.Select(name => Array.IndexOf(classes, name))];
        var block = PixelBlock.InMemory(Source, Shape, Count + images.Length);
        int[] allLabels = [.. labels, .. new int[images.Length]];
        string[] allNames = [.. names, .. new string[images.Length]];
        for (int i = 0; i < Count; i++)
            Image(i).CopyTo(block.Slice((long)i * Shape.Length, Shape.Length));
        for (int k = 0; k < images.Length; k++)
        {
            int at = Count + k, label = classOf[more.labels[images[k]]];
            if (label < 0)
                throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Add))}: expected classes of {Source}, got '{Mekiki.Files.FileText.Short(more.classes[more.labels[images[k]]])}' in {more.Source}. Leave such images out.");
            more.Image(images[k]).CopyTo(block.Slice((long)at * Shape.Length, Shape.Length));
            (allLabels[at], allNames[at]) = (label, $"added/{more.names[images[k]]}");
        }

        return new(Source, Shape, block, allLabels, classes, allNames, Skipped, [.. Notes, $"{images.Length:N0} images of {more.Source} are added; they train."], null, Findings) { Framing = Framing, Own = this };
    }

    private static ImageSet Made(string source, ImageShape shape, PixelBlock block, ReadOnlySpan<int> labels, IEnumerable<string> classes, IEnumerable<string>? names)
    {
        string[] classNames = [.. classes];
        foreach (int label in labels)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)classNames.Length, nameof(labels));
        string[] imageNames = names is null ? new string[labels.Length] : [.. names];
        if (names is null)
            for (int i = 0; i < imageNames.Length; i++)
                imageNames[i] = i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
        ArgumentOutOfRangeException.ThrowIfNotEqual(imageNames.Length, labels.Length, nameof(names));
        return new ImageSet(source, shape, block, labels.ToArray(), classNames, imageNames, [], []);
    }
}
