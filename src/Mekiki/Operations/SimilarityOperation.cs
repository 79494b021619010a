namespace Mekiki.Operations;

/// <summary>How alike two vectors are.</summary>
internal static class SimilarityOperation
{
    public static Tensor Cosine(Tensor a, Tensor b, int dimension, float epsilon)
    {
        Operand.Check("CosineSimilarity", a, b, "this", "other");
        // The square must be a normal number.
        if (!(epsilon > 1e-18f) || !float.IsFinite(epsilon * epsilon))
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"CosineSimilarity: expected an epsilon above 1e-18, got {epsilon.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
        if (Shape.Broadcast(a.Shape, b.Shape, "CosineSimilarity").Rank != a.Shape.Rank || a.Shape.Rank != b.Shape.Rank)
            throw new MekikiException($"CosineSimilarity: expected two tensors with as many dimensions, got {a.Shape} and {b.Shape}.");
        int along = a.Shape.Index(dimension);
        if (a.Shape[along] != b.Shape[along])
            throw new MekikiException($"CosineSimilarity: expected vectors of one length in dimension {along}, got {a.Shape} and {b.Shape}.");
        var dot = (a * b).AsInner().Sum(along).AsInner();
        return dot / (Length(a) * Length(b)).AsInner();

        // At least epsilon; of shorter vectors the derivative is 0.
        Tensor Length(Tensor x)
        {
            var squares = (x * x).AsInner().Sum(along).AsInner();
            float least = epsilon * epsilon;
            return ((squares + -least).AsInner().Relu().AsInner() + least).AsInner().Sqrt().AsInner();
        }
    }
}
