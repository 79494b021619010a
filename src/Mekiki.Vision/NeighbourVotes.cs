namespace Mekiki.Vision;

/// <summary>Vectors of known classes, of which those nearest to another vector vote for its class.</summary>
/// <remarks>
/// Cover, Hart, "Nearest Neighbor Pattern Classification", IEEE Transactions on Information Theory 13, 1967. Vectors are shifted by the mean of the known ones and scaled to
/// length 1 (Wang et al., "SimpleShot", 2019, arXiv:1911.04623); votes count exp(cosine / 0.07) (Wu et al., 2018, arXiv:1805.01978, section 3.4).
/// </remarks>
/// <param name="Center">What is subtracted, (D).</param>
/// <param name="Known">M vectors of length 1, (M, D).</param>
/// <param name="Members">1 where a vector is of a class, else 0, (K, M).</param>
internal sealed record NeighbourVotes(Tensor Center, Tensor Known, Tensor Members)
{
    private const float Sharpness = 1 / 0.07f, LeastLength = 1e-12f;

    // What every class has without a vote, so that the logarithm is finite.
    private const float LeastVote = 1e-4f;
    private const float Apart = -1e9f;

    /// <param name="rows">M vectors of D numbers.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">K.</param>
    public NeighbourVotes(float[] rows, int[] labels, int classes)
        : this(Tensor.From(MeanOf(rows, labels.Length)), Tensor.Zeros([1]), Tensor.From(MembersOf(labels, classes), [classes, labels.Length])) =>
        Known = Unit(Tensor.From(rows, [labels.Length, rows.Length / labels.Length]), Center);

    /// <summary>How alike vectors are to the known ones, in [-1, 1].</summary>
    /// <param name="x">(N, D).</param>
    /// <returns>(N, M).</returns>
    public Tensor Cosines(Tensor x) => Unit(x, Center).Linear(Known);

    /// <summary>The logarithms of the classes' shares of the votes.</summary>
    /// <param name="cosines">(N, M).</param>
    /// <param name="members">(K, M).</param>
    /// <param name="nearest">How many vote.</param>
    /// <returns>(N, K).</returns>
    public static Tensor Scores(Tensor cosines, Tensor members, int nearest)
    {
        int known = cosines.Shape[1], rows = cosines.Shape[0];
        if (nearest < known)
        {
            var apart = new float[rows * known];
            var own = cosines.ToArray();
            Threads.For(rows, n => Mark(own.AsSpan(n * known, known), apart.AsSpan(n * known, known), nearest));
            cosines += Tensor.From(apart, [rows, known]);
        }

        return ((cosines * Sharpness).Softmax(1).Linear(members) + LeastVote).Log();
    }

    // All but the nearest are put far apart; of equal ones the first are nearest.
    private static void Mark(ReadOnlySpan<float> cosines, Span<float> apart, int nearest)
    {
        var best = new PriorityQueue<int, (float, int)>(nearest);
        for (int m = 0; m < cosines.Length; m++)
            if (best.Count < nearest)
                best.Enqueue(m, (cosines[m], -m));
            else
                best.EnqueueDequeue(m, (cosines[m], -m));
        apart.Fill(Apart);
        while (best.TryDequeue(out int m, out _))
            apart[m] = 0;
    }

    private static Tensor Unit(Tensor x, Tensor center)
    {
        var moved = x - center;
        return moved / (moved.Norm(2, [1], keepDimensions: true) + LeastLength);
    }

    private static float[] MeanOf(float[] rows, int count)
    {
        var mean = new double[rows.Length / count];
        for (int i = 0; i < rows.Length; i++)
            mean[i % mean.Length] += rows[i];
        return Array.ConvertAll(mean, v => (float)(v / count));
    }

    private static float[] MembersOf(int[] labels, int classes)
    {
        var members = new float[classes * labels.Length];
        for (int m = 0; m < labels.Length; m++)
            members[labels[m] * labels.Length + m] = 1;
        return members;
    }
}
