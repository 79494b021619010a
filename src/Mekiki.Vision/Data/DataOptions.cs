using System.Text.Json.Serialization;
using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;
using Mekiki.Vision.Options;
using Row = Mekiki.Vision.Options.OptionRow<Mekiki.Vision.Data.DataOptions>;

namespace Mekiki.Vision.Data;

/// <summary>Which images a run takes, and how many of them. All of it is saved with the run.</summary>
/// <remarks>A property refuses a value outside its range with a <see cref="MekikiException"/>; <see cref="Table"/> holds what is said about each of them.</remarks>
/// <example>
/// <code>
/// var data = new DataOptions { Source = "photos", Size = 64, Channels = 3 };
/// var set = data.Open();
/// var split = data.Split(set);
/// </code>
/// </example>
public sealed record DataOptions
{
    /// <summary>A known name, a folder with one sub-folder for each class (of all images, or in <c>train</c> and in <c>test</c>), a zip, tar, tar.gz or tar.zst of that layout, a folder of tar shards or a text file that lists them, a CSV file of paths and classes, or MNIST's IDX files.</summary>
    /// <exception cref="MekikiException">It is an empty text.</exception>
    public string Source { get; init => field = Table.Check(value); } = "kana";

    /// <summary>What the characters of the set <c>kana</c> are written with.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public KanaHand Hand { get; init => field = Table.Check(value); }

    /// <summary>More images of the same classes, such as drawn ones beside real ones; all of them train, or those of their training part. As <see cref="Source"/>; null: none.</summary>
    /// <exception cref="MekikiException">It is an empty text.</exception>
    public string? Add { get; init => field = Table.Check(value); }

    /// <summary>How many images train, 1 or more; null: all that do not test.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int? Train { get; init => field = Table.Check(value); }

    /// <summary>How many images test, 1 or more; null: a fifth, or what a known set has for that.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int? Test { get; init => field = Table.Check(value); }

    /// <summary>Which fold of how many tests, such as <c>1/5</c>, instead of the two counts; null: none.</summary>
    /// <exception cref="MekikiException">It is not of the form <c>1/5</c>, or the number is out of its range.</exception>
    public string? Fold { get; init => field = Table.Check(value); }

    /// <summary>The validation set's part of the training images: a share below 1, or a number of images. 0: none.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double Validation { get; init => field = Table.Check(value); }

    /// <summary>Which images belong together and are in one part: a name in <see cref="GroupPattern.All"/>, or a regular expression for the group in an image's name (<see cref="ImageGroups"/>). Null: each image stands alone.</summary>
    /// <exception cref="MekikiException">It is no regular expression.</exception>
    public string? Group { get; init => field = Table.Check(value); }

    /// <summary>How the folders are read: which are classes, which parts of the data.</summary>
    /// <exception cref="MekikiException">It is no layout.</exception>
    public FolderLayout Layout { get; init => field = Table.Check(value); }

    /// <summary>Which folder is which part, such as <c>train=a,test=b</c>; other folders are left out. Null: as names and <see cref="Layout"/> say.</summary>
    /// <exception cref="MekikiException">It is not of that form.</exception>
    public string? Parts { get; init => field = Table.Check(value); }

    /// <summary>Seed of the split.</summary>
    public ulong Seed { get; init; }

    /// <summary>1 for grey, 3 for RGB; null: RGB where the images have colours, else grey.</summary>
    /// <exception cref="MekikiException">It is neither 1 nor 3.</exception>
    public int? Channels { get; init => field = Table.Check(value); }

    /// <summary>What becomes of images with other proportions.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public ImageFit Fit { get; init => field = Table.Check(value); }

    /// <summary>How images are scaled; null: by a triangle filter, or as the pretrained network's images were that training begins with.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public Resampling? Resampling { get; init => field = Table.Check(value); }

    /// <summary>Pixels that images are larger at each side than <see cref="Size"/>, 0 to 1,024: random crops of training see them, tests do not. It needs a size.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Margin { get; init => field = Table.Check(value); }

    /// <summary>Height and width of every image in pixels, 1 to 6,144; null: a size that suits the images.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int? Size { get; init => field = Table.Check(value); }

    /// <summary>How many pixels an image has at most where no <see cref="Size"/> is given, 1 or more; images keep the proportions that most of them have. Null: no side is longer than 128 pixels.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int? MostPixels { get; init => field = Table.Check(value); }

    /// <summary>A file of decisions about labels, which the label desk of a report saved: images get other labels or are left out. Null: labels are as the folders say.</summary>
    /// <exception cref="MekikiException">It is an empty text.</exception>
    public string? Labels { get; init => field = Table.Check(value); }

    /// <summary>Whether a file that cannot be read stops everything; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>Told now and then, from any thread, how many images are decoded, of how many; null: nobody.</summary>
    [JsonIgnore]
    public IProgress<(int Done, int All)>? Progress { get; init; }

    /// <summary>What is said about each option, in the order of the help: its names, what it does, its range and its default.</summary>
    public static OptionTable<DataOptions> Table { get; } = new(
    [
        Row.Text("data", nameof(Source), "DATA", "A known name, a folder with a sub-folder of images for each class, a zip, tar, tar.gz or tar.zst of that, tar shards in a folder, a list (.txt) or at an address, a CSV file of paths and classes, or a folder with MNIST's IDX files", "a name or a path", o => o.Source, (o, v) => o with { Source = v })
            with { Names = () => KnownSet.All.Select(s => new OptionName(s.Name, s.Description)) },
        Row.Text("add", nameof(Add), "DATA", "More images of the same classes, which train beside those of --data, such as kana beside scanned characters", "a name or a path", o => o.Add, (o, v) => o with { Add = v })
            with { Otherwise = "none", Names = () => KnownSet.All.Select(s => new OptionName(s.Name, s.Description)) },
        Row.Choice("hand", nameof(Hand), "HAND", "What the characters of kana are written with. print: brush or broad pen, then printed and scanned; pen: a pen, a pencil or a finger, on clean ground; both: the one or the other", [("print", KanaHand.Print), ("pen", KanaHand.Pen), ("both", KanaHand.Both)], o => o.Hand, (o, v) => o with { Hand = v }),
        Row.Number("train", nameof(Train), "Number of training images", OptionRange.AtLeast(1), o => o.Train, (o, v) => o with { Train = v })
            with { Otherwise = "all images that do not test" },
        Row.Number("test", nameof(Test), "Number of test images", OptionRange.AtLeast(1), o => o.Test, (o, v) => o with { Test = v })
            with { Otherwise = "the set's own test part, or a fifth of the images; with --train, all images that do not train" },
        Row.Text("fold", nameof(Fold), "K/N", "Test on part K of N, such as 1/5, instead of by counts: each image tests in one of the N", "a number and how many there are, such as 1/5", o => o.Fold, (o, v) => o with { Fold = v }, v => Data.Fold.Parse(v).ToString(), "1 ≤ K ≤ N")
            with { Otherwise = "no folds" },
        Row.Number("validation", nameof(Validation), "Share (below 1) or number of the training images that are held out as validation set; it chooses the best epoch and says when to stop. 0: none", OptionRange.AtLeast(0.0), o => o.Validation, (o, v) => o with { Validation = v },
            only: ("a share below 1 or a number of images", v => v < 1 || (v == Math.Floor(v) && v <= int.MaxValue))),
        Row.Text("group", nameof(Group), "PATTERN", "Which images belong together, such as those of one book: all of them train, or all of them test. book: names are year_book_page, as in hiragana73; folder: the folder of the file; or a regular expression, of which the first (…) in an image's name is the group", "book, folder or a regular expression", o => o.Group, (o, v) => o with { Group = v }, v =>
        {
            GroupPattern.Read(v, TimeSpan.FromSeconds(1));
            return v;
        })
            with { Otherwise = "each image stands alone", Names = () => GroupPattern.All.Select(p => new OptionName(p.Name, p.Description)) },
        Row.Number("size", nameof(Size), "Side in pixels of the square that images are brought to", OptionRange.Between(1, ImageShape.MostSide), o => o.Size, (o, v) => o with { Size = v })
            with { Otherwise = "the images' own where all have one of at most 128 pixels, else a size of at most 128" },
        Row.Number("most-pixels", nameof(MostPixels), "Pixels of an image at most where --size is not given; images keep the proportions that most of them have", OptionRange.AtLeast(1), o => o.MostPixels, (o, v) => o with { MostPixels = v })
            with { Otherwise = "no side longer than 128; with --preset photo as many as the pretrained network is made for" },
        Row.Choice("channels", nameof(Channels), "N", "Channels of the images: 1 for grey, 3 for colours", [("1", 1), ("3", 3)], o => o.Channels, (o, v) => o with { Channels = v }, "1 (grey) or 3 (colours)")
            with { Otherwise = "3 where images have colours" },
        Row.Choice("fit", nameof(Fit), "HOW", "How images with other proportions become square. pad: the rest gets the colour of the border; crop: what does not fit is cut off; stretch: the image is deformed; ink: what is drawn or written is brought into the middle, dark on light", [("pad", ImageFit.Pad), ("crop", ImageFit.Crop), ("stretch", ImageFit.Stretch), ("ink", ImageFit.Ink)], o => o.Fit, (o, v) => o with { Fit = v }),
        Row.Choice("resampling", nameof(Resampling), "FILTER", "How images are scaled, antialiased: bilinear; bicubic: a little sharper", [("bilinear", Images.Resampling.Bilinear), ("bicubic", Images.Resampling.Bicubic)], o => o.Resampling, (o, v) => o with { Resampling = v })
            with { Otherwise = "bilinear; with --preset photo as the pretrained network's images were" },
        Row.Number("margin", nameof(Margin), "Pixels that images are larger at each side than --size: random crops of training see them, tests see the middle", OptionRange.Between(0, Framing.MostMargin), o => o.Margin, (o, v) => o with { Margin = v }),
        Row.Choice("layout", nameof(Layout), "NAME", "How folders are read: classes: the outermost ones are the classes; parts: they are parts of the data, such as train and test, and hold the classes; auto: as names and contents say", [("auto", FolderLayout.Auto), ("classes", FolderLayout.Classes), ("parts", FolderLayout.Parts)], o => o.Layout, (o, v) => o with { Layout = v }),
        Row.Text("parts", nameof(Parts), "PART=FOLDER[,PART=FOLDER]", "Which folder is which part (train, validation, test); others are left out", PartList.Expected, o => o.Parts, (o, v) => o with { Parts = v }, v => PartList.Parse(v).ToString(), "such as train=a,test=b")
            with { Otherwise = "as the names of folders say" },
        Row.Text("labels", nameof(Labels), "FILE", "Decisions about labels that the label desk of a report saved (CSV): images get other labels or are left out; no file is changed", "a path", o => o.Labels, (o, v) => o with { Labels = v })
            with { Otherwise = "as the folders say" },
        Row.Switch("strict", nameof(Strict), "Stop if any image file cannot be read, instead of leaving it out", o => o.Strict, (o, v) => o with { Strict = v }),
        Row.Number("seed", nameof(Seed), "Seed of everything random", OptionRange.AtLeast(0UL), o => o.Seed, (o, v) => o with { Seed = v }),
    ]);

    /// <summary>Opens the images.</summary>
    /// <param name="threads">How many threads decode or draw; 0: one for each processor.</param>
    /// <exception cref="MekikiException">Nothing usable is there.</exception>
    public ImageSet Open(int threads = 0)
    {
        if (Hand != KanaHand.Print && !KnownSet.IsDrawn(Source) && !(Add is { } added && KnownSet.IsDrawn(added)))
            throw Wording.Exception($"{TermOf(nameof(Hand))}: expected it with kana, whose characters Mekiki writes itself, got {Source}. Leave it out.");
        if (Margin > 0 && Size is null)
            throw Wording.Exception($"{TermOf(nameof(Margin))}: expected a size beside it, got none. Give {TermOf(nameof(Size))}, which the middle has that is recognized.");
        var framing = new Framing(Fit, Resampling ?? default, Margin);
        var options = new ImageSetOptions { Channels = Channels, Height = Size, Width = Size, MostPixels = Size is null ? MostPixels : null, Framing = framing, Strict = Strict, Layout = Layout, Parts = Parts, Labels = Labels, Hand = Hand, Threads = threads, Progress = Progress };
        var set = OpenSource(options);
        if (Add is null)
            return set;
        var more = ImageSet.Open(Add, new ImageSetOptions { Channels = set.Shape.Channels, Height = set.Seen.Height, Width = set.Seen.Width, Framing = framing, Strict = Strict, Hand = Hand, LeastClasses = 1, Threads = threads, Progress = Progress });
        return set.WithAdded(more, Data.Split.OwnOf(more)?.Train ?? [.. Enumerable.Range(0, more.Count)]);
    }

    /// <summary>The groups of a set's images as <see cref="Group"/> says, or null.</summary>
    /// <exception cref="MekikiException">The pattern matches no image, or puts all into one group.</exception>
    public ImageGroups? GroupsOf(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Group is null ? null : ImageGroups.Of(set.Own, Group).With(set.Names.Skip(set.Own.Count));
    }

    /// <summary>Which of them train, validate and test: stratified; of a set that says itself which images test (<see cref="Data.Split.OwnOf"/>), as it says.</summary>
    /// <exception cref="MekikiException">The counts do not fit the set, or it has a part for choices and another one is wanted.</exception>
    public Split Split(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Own != set)
        {
            var own = Split(set.Own);
            return own with { Train = [.. own.Train, .. Enumerable.Range(set.Own.Count, set.Count - set.Own.Count)], Groups = own.Groups?.With(set.Names.Skip(set.Own.Count)) };
        }

        var split = TrainAndTest(set);
        if (Validation > 0 && split.Validation.Length > 0)
            throw Wording.Exception($"{TermOf(nameof(Validation))}: expected it without images that have this part, of which {Source} has {split.Validation.Length:N0}. Leave it out.");
        return Validation == 0 ? split : split.WithValidation(set, Seed, Validation < 1 ? Math.Max(1, (int)(Validation * split.Train.Length + 0.5)) : (int)Validation);
    }

    /// <summary>An option in messages about it.</summary>
    internal static Term TermOf(string property) => Table[property].Term;

    private ImageSet OpenSource(ImageSetOptions options)
    {
        if (KnownSet.Find(Source)?.Draw is not { } draw)
            return ImageSet.Open(Source, options);
        var drawn = draw(options, Train, Test);
        return Labels is null ? drawn : LabelDecisions.Apply(drawn, Labels);
    }

    private Split TrainAndTest(ImageSet set)
    {
        bool isDrawn = KnownSet.IsDrawn(Source);
        var groups = GroupsOf(set);
        if (Fold is null)
            return Data.Split.OwnOf(set) is { } own && (Train ?? own.Train.Length) == own.Train.Length && (Test ?? own.Test.Length) == own.Test.Length
                ? isDrawn ? own : own with { Groups = groups, Notes = [Data.Split.OwnNote(set, own) + " Give counts or a fold to split it anew.", .. groups is null ? Array.Empty<string>() : [own.Straddling(groups)], .. own.Notes] }
                : groups is null ? Data.Split.Stratified(set, Seed, Train, Test) : Data.Split.Grouped(set, groups, Seed, Train, Test);
        if (isDrawn)
            throw Wording.Exception($"{TermOf(nameof(Fold))}: expected it without {Source}, whose test images are in other handwritings. Leave one of them out.");
        if (Train is not null || Test is not null)
            throw Wording.Exception($"{TermOf(nameof(Fold))}: expected it without {TermOf(nameof(Train))} and {TermOf(nameof(Test))}, which also choose the images. Leave one of them out.");
        return Data.Split.OfFold(set, Seed, Data.Fold.Parse(Fold), groups);
    }
}
