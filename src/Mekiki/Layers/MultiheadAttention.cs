using Mekiki.Autograd;
using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>Multi-head attention, batch first: each of several heads compares queries with keys, and mixes the values accordingly.</summary>
/// <remarks>
/// Vaswani et al., "Attention Is All You Need", 2017, arXiv:1706.03762, section 3.2.2. Parameters as PyTorch's MultiheadAttention:
/// in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias. Differs from it: no dropout of the scores; it returns no scores.
/// </remarks>
/// <example>
/// <code>
/// var attention = new MultiheadAttention(size: 256, heads: 8);
/// var y = attention[x];                       // self-attention: (N, L, 256) -> (N, L, 256)
/// var z = attention[y, memory, memory];       // cross-attention
/// </code>
/// </example>
public sealed class MultiheadAttention : Module
{
    private readonly Tensor inWeight, inBias;
    private readonly Projection outProj;
    private readonly int heads;

    /// <summary>Creates the layer.</summary>
    /// <param name="size">D, 1 or more, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">How many heads, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no head, or the heads do not divide the size.</exception>
    /// <exception cref="MekikiException">The weights would have more than <see cref="int.MaxValue"/> elements.</exception>
    public MultiheadAttention(int size, int heads)
    {
        if (size < 1 || heads < 1 || size % heads != 0 || size > int.MaxValue / 3)
            throw new ArgumentOutOfRangeException(nameof(size), $"MultiheadAttention: expected a size that 1 head or more divides, got size {size} and {heads} heads.");
        this.heads = heads;
        inWeight = Parameter("in_proj_weight", [3 * size, size]);
        inBias = Parameter("in_proj_bias", [3 * size]);
        outProj = Child("out_proj", new Projection(size));
    }

    /// <summary>Attention of queries to keys and values, call it as <c>attention[query, key, value]</c>.</summary>
    /// <param name="query">(N, L, D).</param>
    /// <param name="key">(N, S, D).</param>
    /// <param name="value">(N, S, D).</param>
    /// <param name="mask">Added to the scores, broadcast to (N, heads, L, S): 0 where a query may look, -∞ where it may not; null: it may look everywhere.</param>
    /// <returns>(N, L, D).</returns>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public Tensor this[Tensor query, Tensor key, Tensor value, Tensor? mask = null]
    {
        get
        {
            DrawMissing();
            return Scope.Call<(Tensor Query, Tensor Key, Tensor Value, Tensor? Mask), Tensor>(this, (query, key, value, mask), i => Attend(i.Query, i.Key, i.Value, i.Mask));
        }
    }

    /// <summary>Self-attention.</summary>
    /// <param name="x">(N, L, D).</param>
    /// <returns>(N, L, D).</returns>
    /// <exception cref="MekikiException">The shape is not (N, L, D), with the layer's D.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Attend(x, x, x, null);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.Glorot(inWeight, inBias, ref generator);

    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        AttentionOperation.MultiHead(query, key, value, heads, inWeight, inBias, outProj.Weight, outProj.Bias, mask);

    // Its parameters have names of their own; the attention computes with them.
    private sealed class Projection : Module
    {
        public Projection(int size)
        {
            Weight = Parameter("weight", [size, size]);
            Bias = Parameter("bias", [size]);
        }

        public Tensor Weight { get; }

        public Tensor Bias { get; }

        public override Tensor Forward(Tensor x) => x.Linear(Weight, Bias);

        protected override void Draw(ref Generator generator)
        {
            Initialization.Default(Weight, null, ref generator);
            Initialization.Constant(Bias, 0);
        }
    }
}
