namespace Mekiki.Vision.Models;

/// <summary>By what a network is trained when the user says nothing: the method of its paper, or what was found to train it.</summary>
/// <example>
/// <code>
/// var entry = Catalogue.Find("resnet18") with { Name = "resnet18-sgd", Optimizer = new OptimizerDefaults("sgd", LearningRate: 0.1, Momentum: 0.9) };
/// </code>
/// </example>
/// <param name="Optimizer">A name in <see cref="Training.NamedOptimizer"/>.</param>
/// <param name="LearningRate">How far a step goes at most, above 0.</param>
/// <param name="Momentum">Share of its last direction that a step keeps, in [0, 1); null: what is usual for the optimizer.</param>
public sealed record OptimizerDefaults(string Optimizer, double LearningRate, double? Momentum = null)
{
    /// <summary>A name in <see cref="Training.NamedOptimizer"/>.</summary>
    public string Optimizer { get; init; } = Optimizer ?? throw new ArgumentNullException(nameof(Optimizer));

    /// <summary>Adam at 0.001, as in the chapter.</summary>
    public static OptimizerDefaults Chapter { get; } = new("adam", 1e-3);
}
