namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Responses of a whole layer as one vector for each image, of length 1, so that products are cosines.</summary>
internal static class UnitVectors
{
    /// <summary>The vectors.</summary>
    /// <param name="u">(N, K, H, W).</param>
    /// <returns>(N, K·H·W); 0 where there is no response.</returns>
    public static Tensor Of(Tensor u)
    {
        int count = u.Shape[0], length = u.Count / count;
        var vectors = new TensorBuffer(u.Count);
        u.CopyTo(vectors.Span);
        Threads.For(count, n =>
        {
            var vector = vectors.Span.Slice(n * length, length);
            float squares = Rows.SumOfSquares(vector);
            Rows.Scale(vector, squares > 0 ? 1 / MathF.Sqrt(squares) : 0);
        });
        return vectors.ToTensor([count, length]);
    }
}
