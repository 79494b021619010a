using Mekiki.Files;

namespace Mekiki.Vision;

/// <summary>A recognizer that is part of Mekiki: it works without a file, by its name.</summary>
/// <example>
/// <code>
/// var recognizer = Recognizer.Load("hiragana");     // or BuiltInRecognizer.All[0].Load()
/// Console.WriteLine(recognizer.Predict(ImageInput.FromFile("character.png")).Label);
/// </code>
/// </example>
public sealed class BuiltInRecognizer
{
    private BuiltInRecognizer(string name, string description) => (Name, Description) = (name, description);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BuiltInRecognizer> All { get; } =
    [
        new("hiragana", "73 hiragana (あ to ん), one to an image: scanned from books, drawn with a finger or written by hand"),
    ];

    /// <summary>What <see cref="Recognizer.Load(string)"/> takes instead of a path.</summary>
    public string Name { get; }

    /// <summary>One line: what it recognizes.</summary>
    public string Description { get; }

    /// <summary>A new recognizer with its weights.</summary>
    /// <exception cref="MekikiException">The library's file is damaged.</exception>
    public Recognizer Load()
    {
        using var stream = typeof(BuiltInRecognizer).Assembly.GetManifestResourceStream($"{Name}.safetensors")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return ModelFile.Read(SafetensorsFile.Open(bytes, Name));
    }

    /// <summary>The one that a user's word means: no file and no folder is called so.</summary>
    internal static BuiltInRecognizer? Find(string path) =>
        All.FirstOrDefault(r => string.Equals(r.Name, path, StringComparison.OrdinalIgnoreCase)) is { } found && !File.Exists(path) && !Directory.Exists(path) ? found : null;
}
