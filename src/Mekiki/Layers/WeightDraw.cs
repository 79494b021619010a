namespace Mekiki.Layers;

/// <summary>Draws the first weights of a layer.</summary>
/// <param name="weight">(O, …).</param>
/// <param name="bias">(O), or null.</param>
/// <param name="generator">The layer's own stream.</param>
public delegate void WeightDraw(Tensor weight, Tensor? bias, ref Generator generator);
