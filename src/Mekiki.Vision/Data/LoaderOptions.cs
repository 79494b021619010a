namespace Mekiki.Vision.Data;

/// <summary>How a <see cref="Loader"/> walks over its images.</summary>
/// <example>
/// <code>
/// var options = new LoaderOptions { BatchSize = 64, Shuffle = true, Seed = 1 };
/// var loader = new Loader(set, split.Train, recognizer.Preprocessing.Pipeline(set.Shape), options);
/// </code>
/// </example>
public sealed record LoaderOptions
{
    /// <summary>Images in a batch, 1 or more; 32 as in the chapter.</summary>
    /// <exception cref="MekikiException">It is below 1.</exception>
    public int BatchSize
    {
        get;
        init => field = value >= 1 ? value : throw new MekikiException($"BatchSize: expected 1 or more, got {value}.");
    }
    = 32;

    /// <summary>Whether each epoch has its own random order; otherwise the subset's.</summary>
    public bool Shuffle { get; init; }

    /// <summary>How far each epoch draws small classes more often, in [0, 1]; 0: each image once; 0.5: classes in proportion to the square root of their images; 1: equally many of each. Only with <see cref="Shuffle"/>.</summary>
    /// <exception cref="MekikiException">It is not in [0, 1].</exception>
    public double Balance
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new MekikiException($"Balance: expected 0 to 1, got {value}.");
    }

    /// <summary>Whether a last batch with fewer images is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>Of a batch with so many images, the run whose pixels are needed; the others get labels alone. Null: all.</summary>
    internal Func<int, (int From, int To)>? Needed { get; init; }

    /// <summary>Seed of the order and of the transforms.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads transform images; 0: one for each processor. The batches do not depend on it.</summary>
    /// <exception cref="MekikiException">It is negative.</exception>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw new MekikiException($"Threads: expected 0 or more, got {value}.");
    }
}
