using Mekiki.Autograd;

namespace Mekiki.Vision.Explanations;

/// <summary>Vectors laid out on a plane, so that similar ones lie near each other: a picture of how a recognizer sees a set of images.</summary>
/// <remarks>
/// Distances between vectors are Euclidean. Far apart on the plane of neighbours says little: only who is near whom is kept, and
/// <see cref="Trustworthiness"/> tells how well. The same vectors give the same bits, on any number of threads.
/// </remarks>
/// <example>
/// <code>
/// var generator = new Generator(1);
/// var features = Tensor.Normal([60, 8], ref generator);        // (N, D), such as Recognizer.Features gives
/// var plane = FeaturePlane.OfNeighbours(features);
/// Console.WriteLine($"{plane.Points.Shape}, {plane.Trustworthiness:0.00}");
/// </code>
/// </example>
public sealed class FeaturePlane
{
    /// <summary>How many vectors one plane takes at most: time and memory grow with the square of their number.</summary>
    public const int MostVectors = 10_000;

    /// <summary>How many neighbours <see cref="Trustworthiness"/> looks at; fewer where there are few vectors.</summary>
    public const int Neighbours = 12;

    private FeaturePlane(float[] points, Tensor squares)
    {
        Points = Tensor.From(points, [points.Length / 2, 2]);
        Trustworthiness = TrustworthinessOf(squares.ToArray(), points);
    }

    /// <summary>(N, 2), float32.</summary>
    public Tensor Points { get; }

    /// <summary>How far neighbours on the plane are neighbours among the vectors, in [0, 1]: 1 if all are, near 0.5 for a plane of chance.</summary>
    /// <remarks>Venna, Kaski, "Neighborhood Preservation in Nonlinear Projection Methods: An Experimental Study", ICANN 2001, equation 1, with k = <see cref="Neighbours"/>.</remarks>
    public double Trustworthiness { get; }

    /// <summary>The two directions in which the vectors vary most (principal components).</summary>
    /// <param name="vectors">(N, D), float32, N of 3 to <see cref="MostVectors"/>.</param>
    /// <exception cref="MekikiException">The shape is another.</exception>
    public static FeaturePlane OfVariance(Tensor vectors)
    {
        Check(vectors);
        return Calculated(vectors, (centred, _) => PrincipalPlane.Of(centred.ToArray(), centred.Shape[0], centred.Shape[1]));
    }

    /// <summary>A plane on which neighbours stay neighbours (t-SNE).</summary>
    /// <remarks>See <see cref="NeighbourEmbedding"/>'s papers: van der Maaten, Hinton, JMLR 9, 2008; it starts from <see cref="OfVariance"/>.</remarks>
    /// <param name="vectors">(N, D), float32, N of 3 to <see cref="MostVectors"/>.</param>
    /// <param name="perplexity">How many neighbours each vector has, about; above 1. Less than a third of N is used.</param>
    /// <param name="progress">Told the share that is done, in [0, 1].</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="MekikiException">The shape or the perplexity is another.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static FeaturePlane OfNeighbours(Tensor vectors, double perplexity = 30, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Check(vectors);
        if (!(perplexity > 1))
            throw new MekikiException($"perplexity: expected more than 1, got {perplexity}. 30 fits most sets.");
        return Calculated(vectors, (centred, squares) =>
        {
            float[] start = PrincipalPlane.Of(centred.ToArray(), centred.Shape[0], centred.Shape[1]);
            return NeighbourEmbedding.Of(squares.ToArray(), start, Math.Min(perplexity, (centred.Shape[0] - 1) / 3.0), progress, cancellation);
        });
    }

    private static void Check(Tensor vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Shape.Rank != 2 || vectors.Shape[0] is < 3 or > MostVectors || vectors.Shape[1] < 1)
            throw new MekikiException($"FeaturePlane: expected vectors (N, D), 3 to {MostVectors:N0} of them, got {vectors.Shape}. Draw some of them.");
    }

    private static FeaturePlane Calculated(Tensor vectors, Func<Tensor, Tensor, float[]> layOut)
    {
        using var pause = Gradients.Off();
        var centred = vectors - vectors.Mean([0], keepDimensions: true);
        var norms = (centred * centred).Sum([1], keepDimensions: true);                                          // (N, 1)
        var squares = (norms + norms.Transpose(0, 1) - 2 * centred.MatMul(centred.Transpose(0, 1))).Relu();   // (N, N): squared distances
        return new(layOut(centred, squares), squares);
    }

    // 1 - 2 / (N k (2N - 3k - 1)) Σ over the k nearest on the plane that are not among the k nearest vectors, of their rank beyond k.
    private static double TrustworthinessOf(float[] squares, float[] points)
    {
        int count = points.Length / 2, k = Math.Min(Neighbours, (count - 1) / 2);
        var penalties = new double[count];
        Threads.For(count, i =>
        {
            int[] byVector = Order(count, i, j => squares[i * count + j]);
            int[] byPoint = Order(count, i, j => Square(points[2 * i] - points[2 * j]) + Square(points[2 * i + 1] - points[2 * j + 1]));
            var ranks = new int[count];
            for (int r = 0; r < byVector.Length; r++)
                ranks[byVector[r]] = r + 1;
            for (int n = 0; n < k; n++)
                penalties[i] += Math.Max(0, ranks[byPoint[n]] - k);
        });
        return 1 - 2 / (count * (double)k * (2.0 * count - 3 * k - 1)) * penalties.Sum();
    }

    private static float Square(float value) => value * value;

    // All others, the nearest first; of equal ones the first.
    private static int[] Order(int count, int own, Func<int, float> distance)
    {
        int[] others = [.. Enumerable.Range(0, count).Where(j => j != own)];
        float[] keys = Array.ConvertAll(others, j => distance(j));
        Array.Sort(keys, others);
        return others;
    }
}
