using Mekiki.Optimizers;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Training;

/// <summary>An optimizer that has a name.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="LearningRate">The learning rate that is usual for it.</param>
/// <param name="Momentum">The momentum that is usual for it; null: it takes none.</param>
/// <param name="Make">From a network and settings. The momentum is 0 where it takes none.</param>
public sealed record NamedOptimizer(string Name, double LearningRate, double? Momentum, Func<Module, OptimizerSettings, Optimizer> Make)
{
    /// <summary>All of them; a new one is a row here.</summary>
    public static IReadOnlyList<NamedOptimizer> All { get; } =
    [
        new("adam", 1e-3, null, (network, s) => new Adam(network, s.Groups, new AdamOptions { LearningRate = s.LearningRate })),
        new("adamw", 1e-3, null, (network, s) => new AdamW(network, s.Groups, new AdamWOptions { LearningRate = s.LearningRate, WeightDecay = s.DecaysBeside ? 0 : 0.01 })),
        new("sgd", 0.01, 0.9, (network, s) => new Sgd(network, s.Groups, new SgdOptions { LearningRate = s.LearningRate, Momentum = s.Momentum })),
        new("rmsprop", 1e-3, 0, (network, s) => new RmsProp(network, s.Groups, new RmsPropOptions { LearningRate = s.LearningRate, Momentum = s.Momentum })),
        new("lars", 5, 0.9, (network, s) => new Lars(network, s.Groups, new LarsOptions { LearningRate = s.LearningRate, Momentum = s.Momentum })),
    ];

    /// <summary>All names, for messages and help.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(o => o.Name));

    /// <summary>The optimizer called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static NamedOptimizer Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(o => string.Equals(o.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new MekikiException($"Unknown optimizer '{name}'.{Suggestion.Sentence(name, All.Select(o => o.Name))} There are: {Names}.");
    }

    /// <summary>The optimizer that a run's options ask for.</summary>
    /// <exception cref="MekikiException">They ask for momentum where there is none.</exception>
    internal static Optimizer Of(Module network, IReadOnlyList<ParameterGroup> groups, TrainOptions options)
    {
        var named = Find(options.Optimizer);
        if (options.Momentum is not null && named.Momentum is null)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(options.Momentum))}: expected none beside {named.Name}, which has its own, got {options.Momentum}. Leave it out, or choose {string.Join(" or ", All.Where(o => o.Momentum is not null).Select(o => o.Name))} by {TrainOptions.TermOf(nameof(options.Optimizer))}.");
        return named.Make(network, new OptimizerSettings(options.LearningRate, options.Momentum ?? 0, DecaysBeside: options.WeightDecay > 0) { Groups = groups });
    }
}

/// <summary>What an optimizer is made with.</summary>
/// <example>
/// <code>
/// var optimizer = NamedOptimizer.Find("sgd").Make(net, new OptimizerSettings(LearningRate: 0.1, Momentum: 0.9));
/// </code>
/// </example>
/// <param name="LearningRate">At first.</param>
/// <param name="Momentum">Share of its last direction that a step keeps, in [0, 1).</param>
/// <param name="DecaysBeside">Whether weights are decayed beside the optimizer, so that AdamW must not do it too.</param>
public sealed record OptimizerSettings(double LearningRate, double Momentum, bool DecaysBeside = false)
{
    /// <summary>Parameters that have a learning rate of their own; the others have <see cref="LearningRate"/>.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];
}
