namespace Mekiki.Vision.Training;

/// <summary>Options that go well together, under one name.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">What it is for, in one line.</param>
/// <param name="Options">The options; what the user gives beside them overrides them.</param>
public sealed record Preset(string Name, string Description, TrainOptions Options)
{
    /// <summary>What takes the place of <see cref="Options"/> where there is no pretrained network to begin with; null: they need none.</summary>
    public TrainOptions? FromNothing { get; init; }

    /// <summary>All presets; a new one is a row here. What each part brings is measured in docs/training.md.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("fast", "a good model of characters in three minutes on two cores", new()
        {
            Model = "kana-net",
            Epochs = 5,
            BatchSize = 64,
            LearningRate = 0.004,
            Schedule = "one-cycle",
            Augmentation = "small",
            LabelSmoothing = 0.1,
            TestOnce = true,
        }),
        new("best", "the best model of characters, in a quarter of an hour on two cores", new()
        {
            Model = "kana-net-ensemble",
            Epochs = 12,
            BatchSize = 64,
            LearningRate = 0.004,
            Schedule = "one-cycle",
            Augmentation = "small",
            LabelSmoothing = 0.1,
            WeightDecay = 0.05,
            Ema = 0.998,
            Shift = 1,
            TestOnce = true,
        }),
        new("photo", "a good model of photographs in minutes, from a network that has seen others", new()
        {
            Model = "pretrained",
            Epochs = 10,
            Schedule = "one-cycle",
            Augmentation = "photo",
            LabelSmoothing = 0.1,
            WeightDecay = 0.02,
            FirstLayerRate = 0.3,
            TestOnce = true,
        })
        {
            FromNothing = new()
            {
                Model = "resnet18_small",
                Epochs = 30,
                Schedule = "one-cycle",
                Augmentation = "photo",
                LabelSmoothing = 0.1,
                WeightDecay = 0.02,
                TestOnce = true,
            },
        },
        new("small-photo", "a good model of small colour pictures, such as 32x32, from nothing", new()
        {
            Model = "airbench",
            Epochs = 16,
            BatchSize = 256,
            Schedule = "one-cycle",
            Augmentation = "alternate+shift",
            LabelSmoothing = 0.2,
            WeightDecay = 0.008,
            Ema = 0.99,
            Shift = 1,
            TestOnce = true,
        }),
    ];

    /// <summary>The preset called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static Preset Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new MekikiException($"Unknown preset '{name}'.{Suggestion.Sentence(name, All.Select(p => p.Name))} There are: {string.Join(", ", All.Select(p => p.Name))}.");
    }
}
