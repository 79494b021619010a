namespace Mekiki.Vision.Transforms;

/// <summary>Random changes of training images that have a name. Only those for photographs mirror an image: a mirrored character is another one.</summary>
/// <example>
/// <code>
/// var augmentation = new Augmentation("tilt", "rotates by up to 5 degrees", [new RandomAffine(DrawRange.Around(5), fill: null)]);
/// var pipeline = preprocessing.Pipeline(set.Shape, augmentation);
/// </code>
/// </example>
/// <param name="Name">What the user types.</param>
/// <param name="Description">What it does, in one line.</param>
/// <param name="Steps">Steps on pixels, in order.</param>
public sealed record Augmentation(string Name, string Description, IReadOnlyList<PixelTransform> Steps)
{
    /// <summary>What the user types.</summary>
    public string Name { get; init; } = Name ?? throw new ArgumentNullException(nameof(Name));

    /// <summary>What it does, in one line.</summary>
    public string Description { get; init; } = Description ?? throw new ArgumentNullException(nameof(Description));

    /// <summary>Steps on pixels, in order.</summary>
    public IReadOnlyList<PixelTransform> Steps { get; init; } = Steps ?? throw new ArgumentNullException(nameof(Steps));

    private const byte Paper = 255;

    /// <summary>All augmentations; a new one is a row here.</summary>
    public static IReadOnlyList<Augmentation> All { get; } =
    [
        new("none", "images as they are", []),
        new("train", "a little rotation (10°), size (15 %) and shift (8 %), paper around",
            [new RandomAffine(DrawRange.Around(10), 0.08, 0.08, new(0.85, 1.15), interpolation: Interpolation.Bilinear, fill: Paper)]),
        new("chapter", "the chapter's, rotation up to 90°, size 0.8 to 1.1, nearest pixels, black around",
            [new RandomAffine(DrawRange.Around(90), scale: new(0.8, 1.1))]),
        new("small", "a little rotation (8°), shear (8°), size (12 %) and shift (6 %), the image's own border around",
            [new RandomAffine(DrawRange.Around(8), 0.06, 0.06, new(0.88, 1.12), DrawRange.Around(8), Interpolation.Bilinear, fill: null)]),
        new("elastic", "bent as a rubber sheet", [new ElasticDistortion(2.5, 10)]),
        new("tone", "other contrast, brightness and weight of the ink", [new RandomTone(new(0.7, 1.2), DrawRange.Around(0.1), new(0.6, 1.6))]),
        new("erase", "in half of the images a rectangle is covered", [new RandomErasing(0.5, new(0.02, 0.15), new(0.3, 3.3))]),
        new("crop", "a random part, of 35 % of the area or more, at the image's size; for photographs", [new RandomResizedCrop(new(0.35, 1))]),
        new("flip", "half of the images are mirrored, left to right; for photographs, never for characters", [new RandomFlip()]),
        new("photo", "for photographs: a random part, half of them mirrored, other light",
            [new RandomResizedCrop(new(0.35, 1)), new RandomFlip(), new RandomTone(new(0.8, 1.2), DrawRange.Around(0.08), new(0.8, 1.25))]),
        new("shift", "moved by up to 2 pixels, mirrored at the border; for small photographs", [new RandomShift(2)]),
        new("alternate", "mirrored in every second epoch, half of the images in each; for photographs, never for characters", [new AlternatingFlip()]),
        new("rotate", "rotated by up to 15°, the image's own border around", [new RandomAffine(DrawRange.Around(15), interpolation: Interpolation.Bilinear, fill: null)]),
        new("colour", "other brightness, contrast and strength of colours (30 %), a little other hue (5 %); for photographs", [new ColorJitter(0.3, 0.3, 0.3, 0.05)]),
        new("trivialaugment", "one change of fourteen, such as shear, shift, rotation, brightness, sharpness or fewer colours, as strong as chance will have it; for photographs", [new TrivialAugment()]),
        new("randaugment", "two of these changes, of middle strength; for photographs", [new RandAugment(2, 9)]),
    ];

    /// <summary>The augmentation called <paramref name="name"/>, or several joined by <c>+</c>, one after another: <c>small+erase</c>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static Augmentation Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Augmentation[] parts = [.. name.Split('+').Select(FindOne)];
        return parts.Length == 1
            ? parts[0]
            : new(string.Join('+', parts.Select(p => p.Name)), string.Join("; ", parts.Select(p => p.Description)), [.. parts.SelectMany(p => p.Steps)]);
    }

    private static Augmentation FindOne(string name) =>
        All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new MekikiException($"Unknown augmentation '{name}'.{Suggestion.Sentence(name, All.Select(a => a.Name))} There are: {string.Join(", ", All.Select(a => a.Name))}.");
}
