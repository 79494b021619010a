using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Data;

/// <summary>How an <see cref="ImageSet"/> is opened.</summary>
/// <example>
/// <code>
/// var set = ImageSet.Open("photos", new ImageSetOptions { Channels = 3, Height = 64, Width = 64 });
/// </code>
/// </example>
public sealed record ImageSetOptions
{
    private readonly bool cutsMargin;

    /// <summary>Width of every image in pixels, without its <see cref="Margin"/>, 1 to 6,144; null, with <see cref="Height"/>: a size that suits the set, see <see cref="ImageSet.Notes"/>.</summary>
    /// <exception cref="MekikiException">It is below 1 or above 6,144.</exception>
    public int? Width { get; init => field = Size(value, "width"); }

    /// <summary>Height of every image in pixels, without its <see cref="Margin"/>, 1 to 6,144; null, with <see cref="Width"/>: a size that suits the set.</summary>
    /// <exception cref="MekikiException">It is below 1 or above 6,144.</exception>
    public int? Height { get; init => field = Size(value, "height"); }

    /// <summary>How many pixels an image has at most where no size is given, 1 or more: then the set's images have the proportions that most of them have, or are square. Null: no side is longer than 128 pixels.</summary>
    /// <exception cref="MekikiException">It is below 1.</exception>
    public int? MostPixels { get; init => field = value is null or >= 1 ? value : throw new MekikiException($"Most pixels of an image: expected 1 or more, got {value}."); }

    /// <summary>What becomes of images with other proportions. With <see cref="ImageFit.Stretch"/> and without a size, all get the size of most images.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>How images are scaled.</summary>
    public Resampling Resampling { get; init; }

    /// <summary>Pixels that each image has more at each of its sides, which random crops of training may see and tests do not, 0 to 1,024; it needs a size.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Margin
    {
        get;
        init => field = value is >= 0 and <= Framing.MostMargin ? value : throw new MekikiException($"Margin: expected 0 to {Framing.MostMargin:N0} pixels, got {value}.");
    }

    /// <summary>1 for grey, 3 for RGB; null: RGB where the images have colours, else grey.</summary>
    /// <exception cref="MekikiException">It is neither 1 nor 3.</exception>
    public int? Channels
    {
        get;
        init => field = value is null or 1 or 3 ? value : throw new MekikiException($"Channels: expected 1 (grey) or 3 (RGB), got {value}.");
    }

    /// <summary>What the characters of the set <c>kana</c> are written with; other sets are as they are.</summary>
    public KanaHand Hand { get; init; }

    /// <summary>How the folders are read: which are classes, which parts of the data.</summary>
    public FolderLayout Layout { get; init; }

    /// <summary>Which folder is which part, such as <c>train=a,test=b</c>; other folders are left out. Null: as names and <see cref="Layout"/> say.</summary>
    /// <exception cref="MekikiException">It is not of that form.</exception>
    public string? Parts { get; init => field = value is null ? null : PartList.Parse(value).ToString(); }

    /// <summary>A file of decisions about labels, which the label desk of a report saved: images get other labels or are left out. Null: labels are as the folders say.</summary>
    public string? Labels { get; init; }

    /// <summary>Whether a file that cannot be read stops everything; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>How few classes are enough: 2, or 1 to look at a set rather than to learn from it.</summary>
    public int LeastClasses { get; init; } = 2;

    /// <summary>How many threads decode; 0: one for each processor. The result does not depend on it.</summary>
    /// <exception cref="MekikiException">It is negative.</exception>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw new MekikiException($"Threads: expected 0 or more, got {value}.");
    }

    /// <summary>Whether decoded pixels are kept in <see cref="CacheFolder"/>, so that the next start need not decode.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>Where decoded pixels are kept; null: <see cref="Folders.Cache"/>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Where downloaded sets lie; null: <see cref="Folders.Data"/>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>How many bytes of shards from the web lie in <see cref="DataFolder"/> at most, 1 or more; those go that were not used for longest. Null: what MEKIKI_SHARD_ROOM says, such as <c>40G</c>, else 20 GiB.</summary>
    /// <exception cref="MekikiException">It is below 1.</exception>
    public long? ShardRoom { get; init => field = value is null or >= 1 ? value : throw new MekikiException($"Room for shards: expected 1 byte or more, got {value}."); }

    /// <summary>How shards and their indexes are fetched; null: as usual.</summary>
    internal DownloadOptions? Downloads { get; init; }

    /// <summary>Told now and then, from any thread, how many images are decoded, of how many; null: nobody. Nothing is told of sets that are decoded already.</summary>
    public IProgress<(int Done, int All)>? Progress { get; init; }

    /// <summary>How many bytes of decoded pixels are held in memory; more stay in the file of the cache. Null: a quarter of the memory.</summary>
    internal long? MostInMemory { get; init; }

    /// <summary>Whether what is decoded is kept as it comes, so that a stopped start is gone on with. Null: where decoding takes long.</summary>
    internal bool? IsLong { get; init; }

    /// <summary>How images are brought to their size.</summary>
    internal Framing Framing
    {
        get => new(Fit, Resampling, Margin, cutsMargin);
        init => (Fit, Resampling, Margin, cutsMargin) = (value.Fit, value.Resampling, value.Margin, value.CutsMargin);
    }

    /// <summary>The shape of images, with the margin where that is kept; what is not told is as given.</summary>
    /// <exception cref="MekikiException">A side is too long with its margin.</exception>
    internal ImageShape ShapeOr(int channels, int height, int width)
    {
        int kept = Framing.Kept;
        var shape = new ImageShape(Channels ?? channels, (Height ?? height) + 2 * kept, (Width ?? width) + 2 * kept);
        return Math.Max(shape.Height, shape.Width) <= ImageShape.MostSide ? shape
            : throw new MekikiException($"Margin: expected sides of at most {ImageShape.MostSide:N0} pixels with the margin, got {shape}. Give a smaller size, or a smaller margin.");
    }

    internal int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Threads;

    private static int? Size(int? value, string what) => value is null or (>= 1 and <= ImageShape.MostSide)
        ? value
        : throw new MekikiException($"Image {what}: expected 1 to 6,144 pixels, got {value}.");
}
