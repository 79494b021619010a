using Mekiki.Vision.Classical;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>A network that has a name: how it is built, which input it wants, and where it comes from.</summary>
/// <example>
/// <code>
/// var entry = new ModelEntry("tiny", 2026, "own work", "one layer", (input, classes) => new Sequential(new Flatten(), new Linear(input.Length, classes)));
/// Catalogue.Add(entry);
/// </code>
/// </example>
/// <param name="Name">What the user types.</param>
/// <param name="Year">When it was published.</param>
/// <param name="Paper">Who published it where.</param>
/// <param name="Description">Its parts, in one line.</param>
/// <param name="Build">Makes it for images of a shape and a number of classes. Its output is logits, (N, K).</param>
public sealed record ModelEntry(string Name, int Year, string Paper, string Description, Func<ImageShape, int, Module> Build)
{
    /// <summary>What the user types.</summary>
    public string Name { get; init; } = Name ?? throw new ArgumentNullException(nameof(Name));

    /// <summary>Who published it where.</summary>
    public string Paper { get; init; } = Paper ?? throw new ArgumentNullException(nameof(Paper));

    /// <summary>Its parts, in one line.</summary>
    public string Description { get; init; } = Description ?? throw new ArgumentNullException(nameof(Description));

    /// <summary>Makes it for images of a shape and a number of classes. Its output is logits, (N, K).</summary>
    public Func<ImageShape, int, Module> Build { get; init; } = Build ?? throw new ArgumentNullException(nameof(Build));

    /// <summary>Whether it learns from all images at once, see <see cref="IFitted"/>, so that epochs, batches and learning rates mean nothing to it.</summary>
    public bool IsFitted { get; init; }

    /// <summary>Which of its parts are younger than <see cref="Year"/>, such as <c>ReLU (2010)</c>; null: none.</summary>
    public string? LaterParts { get; init; }

    /// <summary>The least side that it can work on, in pixels.</summary>
    public int LeastSide { get; init; } = 1;

    /// <summary>The side in pixels of the squares to which images below <see cref="LeastSide"/> are enlarged, or null: they are refused.</summary>
    public int? EnlargedSide { get; init; }

    /// <summary>By what it is trained when the user says nothing; without meaning where it <see cref="IsFitted"/>.</summary>
    public OptimizerDefaults Optimizer { get; init; } = OptimizerDefaults.Chapter;

    /// <summary>The input when nothing else is said: grey, the characters' 48x48 or what they are enlarged to.</summary>
    /// <exception cref="MekikiException">48x48 pixels are too few for the network.</exception>
    public ImageShape DefaultInput => InputFor(new ImageShape(1, 48, 48));

    /// <summary>The input that it wants for images of shape <paramref name="data"/>.</summary>
    /// <exception cref="MekikiException">The images are too small for it.</exception>
    public ImageShape InputFor(ImageShape data)
    {
        if (data.Height >= LeastSide && data.Width >= LeastSide)
            return data;
        return EnlargedSide is { } side
            ? data with { Height = side, Width = side }
            : throw new MekikiException($"{Name}: expected images of {LeastSide}x{LeastSide} pixels or more, got {data.Width}x{data.Height}. Give a larger size, or another model.");
    }

    /// <summary>Makes the network with its first weights.</summary>
    /// <param name="input">The images' shape, such as <see cref="InputFor"/> gives.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="seed">Equal seeds give equal weights.</param>
    /// <exception cref="MekikiException">The images are too small for the network.</exception>
    public Module Create(ImageShape input, int classes, ulong seed = 0)
    {
        var network = Build(InputFor(input), classes);
        network.Initialize(seed);
        return network;
    }
}
