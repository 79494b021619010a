using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Which images a run takes, and how many of them. All of it is saved with the run.</summary>
public sealed record DataOptions
{
    /// <summary>A known name, a folder with one sub-folder for each class (of all images, or in <c>train</c> and in <c>test</c>), a zip of that layout, or MNIST's IDX files.</summary>
    public string Source { get; init => field = value.Length > 0 ? value : throw new MekikiException("--data: expected a name or a path, got an empty text."); } = "kana";

    /// <summary>How many images train, 1 or more; null: all that do not test.</summary>
    public int? Train { get; init; }

    /// <summary>How many images test, 1 or more; null: a fifth, or what a known set has for that.</summary>
    public int? Test { get; init; }

    /// <summary>Which fold of how many tests, such as <c>1/5</c>, instead of the two counts; null: none.</summary>
    public string? Fold { get; init => field = value is null ? null : Data.Fold.Parse(value).ToString(); }

    /// <summary>The validation set's part of the training images: a share below 1, or a number of images. 0: none.</summary>
    public double Validation
    {
        get;
        init => field = value >= 0 && value <= int.MaxValue && (value < 1 || value == Math.Floor(value))
            ? value
            : throw new MekikiException(FormattableString.Invariant($"--validation: expected a share below 1 or a number of images, got {value}."));
    }

    /// <summary>Seed of the split.</summary>
    public ulong Seed { get; init; }

    /// <summary>1 for grey, 3 for RGB.</summary>
    public int Channels { get; init => field = value is 1 or 3 ? value : throw new MekikiException($"--channels: expected 1 (grey) or 3 (RGB), got {value}."); } = 1;

    /// <summary>Height and width of every image in pixels, 1 to 6,144; null: as most of them are.</summary>
    public int? Size { get; init => field = value is null or (>= 1 and <= ImageShape.MostSide) ? value : throw new MekikiException($"--size: expected 1 to 6,144 pixels, got {value}."); }

    /// <summary>Whether a file that cannot be read stops everything; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>Opens the images.</summary>
    /// <param name="threads">How many threads decode or draw; 0: one for each processor.</param>
    /// <exception cref="MekikiException">Nothing usable is there.</exception>
    public ImageSet Open(int threads = 0)
    {
        var options = new ImageSetOptions { Channels = Channels, Height = Size, Width = Size, Strict = Strict, Threads = threads };
        return KnownSet.Find(Source)?.Draw is { } draw ? draw(options, Train, Test) : ImageSet.Open(Source, options);
    }

    /// <summary>Which of them train, validate and test: stratified; of a set that says itself which images test (<see cref="Data.Split.OwnOf"/>), as it says.</summary>
    /// <exception cref="MekikiException">The counts do not fit the set, or it has a part for choices and another one is wanted.</exception>
    public Split Split(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var split = TrainAndTest(set);
        if (Validation > 0 && split.Validation.Length > 0)
            throw new MekikiException($"--validation: expected it without images that have this part, of which {Source} has {split.Validation.Length:N0}. Leave it out.");
        return Validation == 0 ? split : split.WithValidation(set, Seed, Validation < 1 ? Math.Max(1, (int)(Validation * split.Train.Length + 0.5)) : (int)Validation);
    }

    private Split TrainAndTest(ImageSet set)
    {
        bool isDrawn = KnownSet.IsDrawn(Source);
        if (Fold is null)
            return Data.Split.OwnOf(set) is { } own && (Train ?? own.Train.Length) == own.Train.Length && (Test ?? own.Test.Length) == own.Test.Length
                ? isDrawn ? own : own with { Notes = [Data.Split.OwnNote(set, own) + " --train, --test or --fold split anew.", .. own.Notes] }
                : Data.Split.Stratified(set, Seed, Train, Test);
        if (isDrawn || Train is not null || Test is not null)
            throw new MekikiException($"--fold: expected it without {(isDrawn ? $"{Source}, of which unseen hands test" : "--train and --test, which also choose the images")}. Leave one of them out.");
        return Data.Split.OfFold(set, Seed, Data.Fold.Parse(Fold));
    }
}
