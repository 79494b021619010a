namespace Mekiki.Vision.Classical;

/// <summary>A density that is a weighted sum of M Gaussians with diagonal covariances.</summary>
/// <remarks>
/// Sánchez, Perronnin, Mensink, Verbeek, "Image Classification with the Fisher Vector: Theory and Practice", IJCV 105,
/// 2013, section 2.3, equations 10 to 12. It is learnt by <see cref="Fit"/>.
/// </remarks>
internal sealed class GaussianMixture
{
    /// <summary>Takes what was learnt before.</summary>
    /// <param name="weights">(M), above 0, of sum 1.</param>
    /// <param name="means">(M, D).</param>
    /// <param name="variances">(M, D), above 0.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public GaussianMixture(Tensor weights, Tensor means, Tensor variances)
    {
        if (means.Shape.Rank != 2 || weights.Shape != [means.Shape[0]] || variances.Shape != means.Shape)
            throw new MekikiException($"GaussianMixture: expected weights (M), means (M, D) and variances (M, D), got {weights.Shape}, {means.Shape} and {variances.Shape}. Give those that belong together.");
        (Weights, Means, Variances) = (weights, means, variances);
    }

    /// <summary>Each Gaussian's share, (M), float32.</summary>
    public Tensor Weights { get; }

    /// <summary>(M, D), float32.</summary>
    public Tensor Means { get; }

    /// <summary>The diagonals of the covariances, (M, D), float32.</summary>
    public Tensor Variances { get; }

    /// <summary>M.</summary>
    public int Count => Means.Shape[0];

    /// <summary>D.</summary>
    public int Dimensions => Means.Shape[1];

    /// <summary>Learns a mixture of vectors, from a random start.</summary>
    /// <param name="x">(N, D), float32, N of <paramref name="count"/> or more.</param>
    /// <param name="count">M, 1 or more.</param>
    /// <param name="seed">The same vectors and seed give the same bits.</param>
    /// <param name="options">When it ends; null: the defaults.</param>
    /// <param name="progress">Told the share of the iterations that are done, in [0, 1]; null: nobody looks.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="MekikiException">There are fewer vectors than Gaussians.</exception>
    public static GaussianMixture Fit(Tensor x, int count, ulong seed, MixtureOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (x.Shape.Rank != 2 || x.Shape[0] < count)
            throw new MekikiException($"GaussianMixture: expected {count:N0} vectors (N, D) or more, one for each Gaussian, got {x.Shape}. Give more images, with something on them.");
        return Improve(x, MixtureStart.Draw(x, count, seed), options, progress, cancellation).Mixture;
    }

    /// <summary>Improves a mixture by expectation maximization.</summary>
    /// <param name="x">(N, D), float32.</param>
    /// <param name="start">Where it begins; it is not changed.</param>
    /// <param name="options">When it ends; null: the defaults.</param>
    /// <param name="progress">Told the share of the iterations that are done, in [0, 1]; null: nobody looks.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <returns>The mixture, and the vectors' mean log-likelihood under it before its last step.</returns>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public static (GaussianMixture Mixture, double LogLikelihood) Improve(Tensor x, GaussianMixture start, MixtureOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (x.Shape.Rank != 2 || x.Shape[1] != start.Dimensions || x.Shape[0] < 1)
            throw new MekikiException($"GaussianMixture: expected vectors (N, {start.Dimensions}), got {x.Shape}. Give vectors of the mixture's length.");
        options ??= new();
        var learning = new ExpectationMaximization(x, options.VarianceFloor);
        var mixture = start;
        double before = double.NegativeInfinity;
        for (int i = 0; i < options.Iterations; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (mixture, double now) = learning.Step(mixture);
            progress?.Report((i + 1.0) / options.Iterations);
            bool isEnd = Math.Abs(now - before) < options.Tolerance;
            before = now;
            if (isEnd)
                break;
        }

        return (mixture, before);
    }
}

/// <summary>When <see cref="GaussianMixture"/>'s expectation maximization ends, and how narrow a Gaussian may become.</summary>
internal sealed record MixtureOptions
{
    /// <summary>The most steps, 1 or more.</summary>
    public int Iterations { get; init => field = value >= 1 ? value : throw new MekikiException($"Iterations: expected 1 or more, got {value}."); } = 50;

    /// <summary>It ends when the mean log-likelihood of a vector changes by less than this, 0 or more.</summary>
    public double Tolerance { get; init => field = value >= 0 ? value : throw new MekikiException($"Tolerance: expected 0 or more, got {value}."); } = 1e-3;

    /// <summary>The least variance, as a share of the vectors' own variance in that dimension, in [0, 1]. Without one, a Gaussian could close in on a single vector.</summary>
    public double VarianceFloor { get; init => field = value is >= 0 and <= 1 ? value : throw new MekikiException($"VarianceFloor: expected 0 to 1, got {value}."); } = 1e-3;
}
