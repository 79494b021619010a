using Mekiki.Files;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>A set that has a name: where it comes from and how it opens.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">One line: how many images of what, from whom.</param>
/// <param name="Licence">Under which terms.</param>
/// <param name="Url">Where it is downloaded from, or null when it needs no download.</param>
/// <param name="Open">Opens it.</param>
/// <param name="Draw">Opens a set that Mekiki draws itself with so many training and test images (null: as usual), the parts that it then has; null: its images are given.</param>
public sealed record KnownSet(string Name, string Description, string Licence, string? Url, Func<ImageSetOptions, ImageSet> Open, Func<ImageSetOptions, int?, int?, ImageSet>? Draw = null)
{
    /// <summary>All known sets; a new one is a row here.</summary>
    public static IReadOnlyList<KnownSet> All { get; } =
    [
        new("kana", "64,000 hiragana of 73 classes, 48x48, written and printed by the program itself", "MIT, as Mekiki", null, options => KanaSet.Open(options, null, null), KanaSet.Open),
        Downloaded(
            "hiragana73", "80,000 scanned hiragana of 73 classes, 48x48, from books of 1900 to 1977 (NDL Lab)", "Public Domain Mark 1.0",
            "http://lab.ndl.go.jp/dataset/hiragana73.zip"),
    ];

    /// <summary>The set called <paramref name="name"/>, or null.</summary>
    public static KnownSet? Find(string name) => All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a user's word means a set that Mekiki draws itself, with parts of its own.</summary>
    public static bool IsDrawn(string source) => Find(source)?.Draw is not null;

    /// <summary>The set called <paramref name="name"/>, for those who must have one.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static KnownSet Named(string name) => Find(name)
        ?? throw Wording.Exception($"Unknown data set '{name}'.{Suggestion.Sentence(name, All.Select(s => s.Name))} {Hint.Sets} lists all.");

    /// <summary>Whether it can be opened now.</summary>
    /// <param name="dataFolder">Where downloaded sets lie; null: <see cref="Folders.Data"/>.</param>
    public bool IsHere(string? dataFolder = null) => Url is null || File.Exists(PathIn(dataFolder));

    /// <summary>Prepares its download.</summary>
    /// <param name="url">A mirror, or null for the set's own address.</param>
    /// <param name="dataFolder">Where downloaded sets lie; null: <see cref="Folders.Data"/>.</param>
    /// <param name="options">Retries and progress.</param>
    /// <exception cref="MekikiException">The set needs no download, or the address is none.</exception>
    public Download Download(string? url = null, string? dataFolder = null, DownloadOptions? options = null)
    {
        if (Url is null)
            throw new MekikiException($"{Name}: expected a set that is downloaded, got one that is part of Mekiki. Use it as it is.");
        return new Download(url ?? Url, PathIn(dataFolder), (options ?? new DownloadOptions()) with { Check = WhyNoZip });
    }

    private static string? WhyNoZip(string path)
    {
        try
        {
            using var zip = ZipReader.Open(path, "images");
            return ZipCheck.Problem(zip) is { } problem ? $"a zip whose entries have the checksums that it lists ({problem})" : null;
        }
        catch (MekikiException)
        {
            return "a whole zip file";
        }
    }

    /// <summary>Where the downloaded file lies, or will lie.</summary>
    public string PathIn(string? dataFolder) => Path.Combine(dataFolder ?? Folders.Data, Name + ".zip");

    private static KnownSet Downloaded(string name, string description, string licence, string url) =>
        new(name, description, licence, url, options =>
        {
            string path = Find(name)!.PathIn(options.DataFolder);
            if (!File.Exists(path))
                throw Wording.Exception($"{name}: expected the downloaded set at {path}, got no file. Run {Hint.Download(name)} first, or give the path of a folder or zip.");
            return ImageSetReader.Open(path, options);
        });
}
