namespace Mekiki.Vision.Classical;

/// <summary>Linear support vector machines, one for each class against all others.</summary>
/// <remarks>
/// Each minimizes ½(|w|² + b²) + C Σ max(0, 1 − y(w·x + b))^p with p of 1 or 2: Cortes, Vapnik, "Support-Vector Networks",
/// 1995, solved as in Hsieh et al. 2008, see <see cref="DualCoordinateDescent"/>. It is the objective of LIBLINEAR and of
/// scikit-learn's LinearSVC.
/// </remarks>
internal sealed class LinearSvm
{
    /// <summary>Takes what was learnt before.</summary>
    /// <param name="weight">(K, F).</param>
    /// <param name="bias">(K).</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public LinearSvm(Tensor weight, Tensor bias)
    {
        if (weight.Shape.Rank != 2 || bias.Shape != [weight.Shape[0]])
            throw new MekikiException($"LinearSvm: expected weight (K, F) and bias (K), got {weight.Shape} and {bias.Shape}. Give those that belong together.");
        (Weight, Bias) = (weight, bias);
    }

    /// <summary>A row of factors for each class, (K, F), float32.</summary>
    public Tensor Weight { get; }

    /// <summary>(K), float32.</summary>
    public Tensor Bias { get; }

    /// <summary>Learns.</summary>
    /// <param name="rows">N vectors of F numbers, 1 or more.</param>
    /// <param name="labels">N classes, each in [0, <paramref name="classes"/>).</param>
    /// <param name="classes">K, 1 or more; a class without vectors answers no.</param>
    /// <param name="options">C, loss and end; null: the defaults.</param>
    /// <param name="seed">Of the orders in which vectors are visited: the same vectors and seed give the same bits.</param>
    /// <param name="progress">Told the share of the classes that are done, in [0, 1]; null: nobody looks.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <exception cref="MekikiException">There are no vectors, or their lengths differ.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LinearSvm Fit(float[][] rows, ReadOnlySpan<int> labels, int classes, SvmOptions? options = null, ulong seed = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (rows.Length == 0 || rows.Length != labels.Length)
            throw new MekikiException($"LinearSvm: expected one vector or more, each with a label, got {rows.Length:N0} and {labels.Length:N0} labels. Give more images.");
        int length = rows[0].Length;
        if (Array.FindIndex(rows, r => r.Length != length) is var other and >= 0)
            throw new MekikiException($"LinearSvm: expected {length:N0} numbers in each vector, got {rows[other].Length:N0} in vector {other}. Give vectors of one length.");
        int[] own = labels.ToArray();
        var problem = new DualCoordinateDescent(rows, own, options ?? new(), seed);
        float[] weight = new float[classes * length], bias = new float[classes];
        int perRound = 8 * Threads.Count;
        for (int first = 0; first < classes; first += perRound)
        {
            // Rounds change when progress is told, and nothing else.
            int from = first;
            Threads.For(Math.Min(perRound, classes - first), i =>
                bias[from + i] = problem.Solve(from + i, weight.AsSpan((from + i) * length, length), cancellation));
            cancellation.ThrowIfCancellationRequested();
            progress?.Report((double)Math.Min(first + perRound, classes) / classes);
        }

        return new(Tensor.From(weight, [classes, length]), Tensor.From(bias, [classes]));
    }

    /// <summary>How far vectors lie on each class's side; the largest wins.</summary>
    /// <param name="x">(N, F), float32.</param>
    /// <returns>(N, K), float32: w·x + b.</returns>
    public Tensor Scores(Tensor x) => x.Linear(Weight, Bias);
}

/// <summary>What a <see cref="LinearSvm"/> minimizes, and when it ends.</summary>
internal sealed record SvmOptions
{
    /// <summary>The price of an error against the length of w, above 0.</summary>
    public double C { get; init => field = value > 0 && double.IsFinite(value) ? value : throw new MekikiException($"C: expected a finite number above 0, got {value}."); } = 1;

    /// <summary>Whether errors count squared (p = 2, "L2-loss"), or as they are (p = 1).</summary>
    public bool IsSquared { get; init; } = true;

    /// <summary>It ends when no gradient lies further from its optimum than this, above 0.</summary>
    public double Tolerance { get; init => field = value > 0 ? value : throw new MekikiException($"Tolerance: expected more than 0, got {value}."); } = 0.01;

    /// <summary>The most passes over the vectors, 1 or more.</summary>
    public int Passes { get; init => field = value >= 1 ? value : throw new MekikiException($"Passes: expected 1 or more, got {value}."); } = 200;
}
