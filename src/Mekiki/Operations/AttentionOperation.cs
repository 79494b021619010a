namespace Mekiki.Operations;

/// <summary>Attention: softmax(Q Kᵀ / √d + mask) V.</summary>
/// <remarks>Vaswani et al., "Attention Is All You Need", 2017, arXiv:1706.03762, equation 1.</remarks>
internal static class AttentionOperation
{
    public static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        Operand.Check("Attention", query, key, mask);
        Operand.Check("Attention", query, value);
        int rank = query.Shape.Rank;
        bool fits = rank is >= 3 and < Shape.MaxRank && key.Shape.Rank == rank && value.Shape.Rank == rank && query.Shape[^1] == key.Shape[^1] && key.Shape[^2] == value.Shape[^2] && query.Shape[^1] > 0;
        if (!fits)
            throw new MekikiException($"Attention: expected query (…, L, D), key (…, S, D) and value (…, S, E), got {query.Shape}, {key.Shape} and {value.Shape}.");
        // The queries are scaled, not the scores: there are fewer.
        var scaled = (query * (1 / MathF.Sqrt(query.Shape[^1]))).AsInner();
        var scores = MatMulOperation.TimesTransposed(scaled, key).AsInner();         // (…, L, S)
        if (mask is not null)
        {
            var masked = (scores + mask).AsInner();
            scores = masked.Shape == scores.Shape ? masked : throw new MekikiException($"Attention: expected a mask that broadcasts to {scores.Shape}, got {mask.Shape}.");
        }

        return scores.Softmax(-1).AsInner().MatMul(value);                              // (…, L, E)
    }

    /// <summary>Multi-head attention, batch first, as PyTorch's.</summary>
    public static Tensor MultiHead(Tensor query, Tensor key, Tensor value, int heads, Tensor inWeight, Tensor inBias, Tensor outWeight, Tensor outBias, Tensor? mask)
    {
        Operand.Check("MultiheadAttention", query, key, mask);
        Operand.Check("MultiheadAttention", query, value);
        Operand.Check("MultiheadAttention", inWeight, outWeight, inBias);
        Operand.Check("MultiheadAttention", query, outWeight, outBias);
        bool fits = query.Shape.Rank == 3 && key.Shape.Rank == 3 && value.Shape == key.Shape && query.Shape[2] is > 0 and <= int.MaxValue / 3 && key.Shape[2] == query.Shape[2] && key.Shape[0] == query.Shape[0] && query.Count > 0 && key.Count > 0;
        if (!fits || heads < 1 || query.Shape[2] % heads != 0)
            throw new MekikiException($"MultiheadAttention: expected query (N, L, D), key and value (N, S, D) with D that {heads} heads divide, got {query.Shape}, {key.Shape} and {value.Shape}.");
        int size = query.Shape[2];
        if (inWeight.Shape != [3 * size, size] || inBias.Shape != [3 * size] || outWeight.Shape != [size, size] || outBias.Shape != [size])
            throw new MekikiException($"MultiheadAttention: expected weights ({3 * size}, {size}), ({3 * size}), ({size}, {size}) and ({size}), got {inWeight.Shape}, {inBias.Shape}, {outWeight.Shape} and {outBias.Shape}.");
        var (q, k, v) = ReferenceEquals(query, key) && ReferenceEquals(key, value)
            ? Together(query, heads, inWeight, inBias)
            : (Projected(query, 0), Projected(key, 1), Projected(value, 2));            // (N, h, L, d)
        var joined = Apply(q, k, v, mask).AsInner().Permute(0, 2, 1, 3).AsInner().Reshape([query.Shape[0], query.Shape[1], size]).AsInner();
        return joined.Linear(outWeight, outBias);                                       // (N, L, D)

        Tensor Projected(Tensor x, int part)
        {
            var weight = PartOperation.Rows(inWeight, part * size, size).AsInner();
            var bias = PartOperation.Rows(inBias, part * size, size).AsInner();
            return x.Linear(weight, bias).AsInner().Reshape([x.Shape[0], x.Shape[1], heads, size / heads]).AsInner().Permute(0, 2, 1, 3).AsInner();
        }
    }

    // Self-attention: one product for queries, keys and values.
    private static (Tensor Q, Tensor K, Tensor V) Together(Tensor x, int heads, Tensor weight, Tensor bias)
    {
        int images = x.Shape[0], length = x.Shape[1], size = x.Shape[2];
        var all = x.Linear(weight, bias).AsInner().Reshape([images, length, 3, heads, size / heads]).AsInner().Permute(2, 0, 3, 1, 4).AsInner();
        return (Part(0), Part(1), Part(2));

        Tensor Part(int i) => PartOperation.Rows(all, i, 1).AsInner().Reshape([images, heads, length, size / heads]).AsInner();
    }
}
