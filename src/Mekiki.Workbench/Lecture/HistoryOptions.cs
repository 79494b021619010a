using Mekiki.Vision.Models;

namespace Mekiki.Workbench.Lecture;

/// <summary>Which recognizers are trained side by side, on how many images, in how much time.</summary>
public sealed record HistoryOptions
{
    /// <summary>Names in <see cref="Catalogue"/>, each once; unless given, the <see cref="Line"/>.</summary>
    public IReadOnlyList<string> Models
    {
        get;
        init => field = value.Count > 0
            ? [.. value.Select(name => Catalogue.Find(name).Name).Distinct()]
            : throw new MekikiException("--models: expected one name or more, got none.");
    }
    = Line;

    /// <summary>How long all of it may take, above 0 and at most 30 days.</summary>
    public TimeSpan Budget
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(30) ? value : throw new MekikiException($"--budget: expected more than 0 and at most 30 days, got {value}.");
    }
    = TimeSpan.FromMinutes(20);

    /// <summary>How many images train, 1 or more.</summary>
    public int Train { get; init => field = value >= 1 ? value : throw new MekikiException($"--train: expected 1 or more, got {value}."); } = 10_000;

    /// <summary>How many images test, 1 or more.</summary>
    public int Test { get; init => field = value >= 1 ? value : throw new MekikiException($"--test: expected 1 or more, got {value}."); } = 10_000;

    /// <summary>Seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images; 0: one for each processor.</summary>
    public int Threads { get; init => field = value >= 0 ? value : throw new MekikiException($"--threads: expected 0 or more, got {value}."); }

    /// <summary>One or two recognizers for each station of the history, in forms that suit small pictures.</summary>
    public static IReadOnlyList<string> Line { get; } =
    [
        "neocognitron", "three-layer", "cnn", "neocognitron2003", "sift-fisher-svm", "alexnet_small",
        "vgg11_bn_small", "googlenet_small", "plain20", "resnet20", "resnet18_small", "kana-net",
    ];
}
