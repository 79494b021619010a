namespace Mekiki.Layers;

/// <summary>y = x Wᵀ + b: (N, I) -> (N, O), or (…, I) -> (…, O).</summary>
/// <example>
/// <code>
/// var fc = new Linear(2304, 10);
/// var logits = fc[x.Flatten()];       // (N, 2304) -> (N, 10)
/// </code>
/// </example>
public sealed class Linear : Module
{
    private readonly Tensor weight;
    private readonly Tensor? bias;
    private readonly WeightDraw draw;

    /// <summary>Creates the layer.</summary>
    /// <param name="inFeatures">I, 1 or more.</param>
    /// <param name="outFeatures">O, 1 or more.</param>
    /// <param name="bias">Whether there is a b.</param>
    /// <param name="draw">How the first weights are drawn; null: <see cref="Initialization.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="MekikiException">The weights would have more than <see cref="int.MaxValue"/> elements.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, WeightDraw? draw = null)
    {
        if (inFeatures < 1 || outFeatures < 1)
            throw new ArgumentOutOfRangeException(inFeatures < 1 ? nameof(inFeatures) : nameof(outFeatures), $"Linear: expected 1 feature or more on either side, got {inFeatures} and {outFeatures}.");
        weight = Parameter("weight", [outFeatures, inFeatures]);
        this.bias = bias ? Parameter("bias", [outFeatures]) : null;
        this.draw = draw ?? Initialization.Default;
    }

    /// <param name="x">(N, I) or (…, I).</param>
    /// <returns>(N, O) or (…, O).</returns>
    /// <exception cref="MekikiException">The last dimension is not the layer's I.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(weight, bias);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => draw(weight, bias, ref generator);
}
