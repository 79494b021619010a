namespace Mekiki.Vision.Data;

/// <summary>A set that has a name: where it comes from and how it opens.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">One line: how many images of what, from whom.</param>
/// <param name="Licence">Under which terms.</param>
/// <param name="Url">Where it is downloaded from, or null when it needs no download.</param>
/// <param name="Open">Opens it.</param>
public sealed record KnownSet(string Name, string Description, string Licence, string? Url, Func<ImageSetOptions, ImageSet> Open)
{
    /// <summary>All known sets; a new one is a row here.</summary>
    public static IReadOnlyList<KnownSet> All { get; } =
    [
        Downloaded(
            "hiragana73", "80,000 scanned hiragana of 73 classes, 48x48, from books of 1900 to 1977 (NDL Lab)", "Public Domain Mark 1.0",
            "http://lab.ndl.go.jp/dataset/hiragana73.zip"),
    ];

    /// <summary>The set called <paramref name="name"/>, or null.</summary>
    public static KnownSet? Find(string name) => All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where the downloaded file lies, or will lie.</summary>
    public string PathIn(string? dataFolder) => Path.Combine(dataFolder ?? Folders.Data, Name + ".zip");

    private static KnownSet Downloaded(string name, string description, string licence, string url) =>
        new(name, description, licence, url, options =>
        {
            string path = Find(name)!.PathIn(options.DataFolder);
            if (!File.Exists(path))
                throw new MekikiException($"{name}: expected the downloaded set at {path}, got no file. Run `mekiki data get {name}` first, or give the path of a folder or zip.");
            return ImageSetReader.Open(path, options);
        });
}
