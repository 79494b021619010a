namespace Mekiki.Vision.Transforms;

/// <summary>Random changes of training images that have a name. Nothing is ever mirrored: a mirrored character is another one.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">What it does, in one line.</param>
/// <param name="Steps">Steps on pixels, in order.</param>
public sealed record Augmentation(string Name, string Description, IReadOnlyList<PixelTransform> Steps)
{
    private const byte Paper = 255;

    /// <summary>All augmentations; a new one is a row here.</summary>
    public static IReadOnlyList<Augmentation> All { get; } =
    [
        new("none", "images as they are", []),
        new("train", "a little rotation (10°), size (15 %) and shift (8 %), paper around",
            [new RandomAffine(DrawRange.Around(10), 0.08, 0.08, new(0.85, 1.15), interpolation: Interpolation.Bilinear, fill: Paper)]),
        new("chapter", "the chapter's: rotation up to 90°, size 0.8 to 1.1, nearest pixels, black around",
            [new RandomAffine(DrawRange.Around(90), scale: new(0.8, 1.1))]),
    ];

    /// <summary>The augmentation called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static Augmentation Find(string name) =>
        All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new MekikiException($"Unknown augmentation '{name}'.{Suggestion.Sentence(name, All.Select(a => a.Name))} There are: {string.Join(", ", All.Select(a => a.Name))}.");
}
