using Mekiki.Schedules;

namespace Mekiki.Vision.Training;

/// <summary>A way for the learning rate to change that has a name.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">What it does, in one line.</param>
/// <param name="Make">From the learning rate and the number of steps.</param>
public sealed record NamedSchedule(string Name, string Description, Func<double, long, Schedule> Make)
{
    /// <summary>All of them; a new one is a row here.</summary>
    public static IReadOnlyList<NamedSchedule> All { get; } =
    [
        new("decay", "constant for the first half, then straight to 0", (rate, steps) => new LinearDecay(rate, steps)),
        new("constant", "always the same, as in the chapter", (rate, _) => new Constant(rate)),
        new("cosine", "half a cosine wave to 0", (rate, steps) => new Cosine(rate, steps)),
        new("one-cycle", "one rise to the learning rate, and one fall", (rate, steps) => new OneCycle(rate, Math.Max(2, steps))),
        new("warmup", "a twentieth of the steps straight up, then half a cosine wave to 0", (rate, steps) => new WarmupCosine(rate, steps, steps / 20)),
    ];

    /// <summary>The schedule called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static NamedSchedule Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new MekikiException($"Unknown schedule '{name}'.{Suggestion.Sentence(name, All.Select(s => s.Name))} There are: {string.Join(", ", All.Select(s => s.Name))}.");
    }
}
