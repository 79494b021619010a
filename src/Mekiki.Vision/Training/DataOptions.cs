using Mekiki.Vision.Data;
using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Training;

/// <summary>Which images a run takes, and how many of them. All of it is saved with the run.</summary>
public sealed record DataOptions
{
    /// <summary>A known name, a folder with one sub-folder for each class, a zip of that layout, or MNIST's IDX files.</summary>
    public string Source { get; init => field = value.Length > 0 ? value : throw new MekikiException("--data: expected a name or a path, got an empty text."); } = "kana";

    /// <summary>How many images train, 1 or more; null: all that do not test.</summary>
    public int? Train { get; init; }

    /// <summary>How many images test, 1 or more; null: a fifth, or what a known set has for that.</summary>
    public int? Test { get; init; }

    /// <summary>Seed of the split.</summary>
    public ulong Seed { get; init; }

    /// <summary>1 for grey, 3 for RGB.</summary>
    public int Channels { get; init => field = value is 1 or 3 ? value : throw new MekikiException($"--channels: expected 1 (grey) or 3 (RGB), got {value}."); } = 1;

    /// <summary>Height and width of every image in pixels, 1 to 6,144; null: as most of them are.</summary>
    public int? Size { get; init => field = value is null or (>= 1 and <= 6144) ? value : throw new MekikiException($"--size: expected 1 to 6,144 pixels, got {value}."); }

    /// <summary>Whether a file that cannot be read stops everything; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>Opens the images.</summary>
    /// <param name="threads">How many threads decode or draw; 0: one for each processor.</param>
    /// <exception cref="MekikiException">Nothing usable is there.</exception>
    public ImageSet Open(int threads = 0)
    {
        var options = new ImageSetOptions { Channels = Channels, Height = Size, Width = Size, Strict = Strict, Threads = threads };
        return KanaSet.IsNamed(Source) ? KanaSet.Open(options, Train, Test) : ImageSet.Open(Source, options);
    }

    /// <summary>Which of them train and which test: stratified; of drawn ones, other hands test.</summary>
    /// <exception cref="MekikiException">The counts do not fit the set.</exception>
    public Split Split(ImageSet set) => KanaSet.IsNamed(Source) ? KanaSet.SplitOf(set) : Data.Split.Stratified(set, Seed, Train, Test);
}
