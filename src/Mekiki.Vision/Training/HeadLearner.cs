using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>A way to learn a head from features, with one number that cross-validation chooses.</summary>
internal abstract class HeadLearner
{
    /// <summary>The numbers to choose from, the simplest model first.</summary>
    public abstract IReadOnlyList<double> Settings { get; }

    /// <summary>What the chosen number is, such as <c>regularization 0.3</c>.</summary>
    public abstract FormattableString Told(double setting);

    /// <summary>The scores of held-out vectors with each setting in turn, (N, K) each.</summary>
    /// <param name="rows">Vectors that are learnt from.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">K.</param>
    /// <param name="held">Vectors of as many numbers, that are scored.</param>
    /// <param name="cancellation">Stops it.</param>
    public abstract IEnumerable<float[]> Scores(float[] rows, int[] labels, int classes, float[] held, CancellationToken cancellation);

    /// <param name="kind">What is learnt.</param>
    /// <param name="seed">Of random choices.</param>
    /// <param name="table">Where images have any number of labels, which labels their classes stand for; only for logistic regression.</param>
    public static HeadLearner Of(HeadKind kind, ulong seed, LabelTable? table) => kind switch
    {
        HeadKind.Svm => new SvmLearner(seed),
        HeadKind.Neighbours => new NeighbourLearner(),
        _ => new LogisticLearner(table),
    };
}

internal sealed class LogisticLearner(LabelTable? table) : HeadLearner
{
    // From strong to weak, so that each search begins where the one before ended.
    public override IReadOnlyList<double> Settings { get; } = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

    public override FormattableString Told(double setting) => $"regularization {setting}";

    public override IEnumerable<float[]> Scores(float[] rows, int[] labels, int classes, float[] held, CancellationToken cancellation)
    {
        var point = new double[classes * (rows.Length / labels.Length + 1)];
        foreach (double decay in Settings)
            yield return LogisticRegression.Fit(rows, labels, classes, decay, point, cancellation, table).Scores(held);
    }
}

/// <summary>Linear support vector machines on standardized vectors, which are scaled so that their mean square length is 1: then one range of C suits all networks.</summary>
internal sealed class SvmLearner(ulong seed) : HeadLearner
{
    private const int Passes = 100;

    public override IReadOnlyList<double> Settings { get; } = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

    public override FormattableString Told(double setting) => $"C {setting}";

    public override IEnumerable<float[]> Scores(float[] rows, int[] labels, int classes, float[] held, CancellationToken cancellation)
    {
        foreach (double c in Settings)
            yield return Fit(rows, labels, classes, c, cancellation).Scores(held);
    }

    /// <summary>Learns; the result takes vectors as they are.</summary>
    public LogisticRegression Fit(float[] rows, int[] labels, int classes, double c, CancellationToken cancellation)
    {
        int length = rows.Length / labels.Length;
        var (mean, factor) = LogisticRegression.Moments(rows, labels.Length, length);
        double unit = 1 / Math.Sqrt(Math.Max(1, factor.Count(f => f > 0)));
        factor = Array.ConvertAll(factor, f => f * unit);
        var vectors = new float[labels.Length][];
        for (int n = 0; n < vectors.Length; n++)
        {
            vectors[n] = new float[length];
            for (int d = 0; d < length; d++)
                vectors[n][d] = (float)((rows[n * length + d] - mean[d]) * factor[d]);
        }

        var svm = LinearSvm.Fit(vectors, labels, classes, new SvmOptions { C = c, Passes = Passes }, seed, null, cancellation);
        double[] point = [.. svm.Weight.ToArray().Select(v => (double)v), .. svm.Bias.ToArray().Select(v => (double)v)];
        return LogisticRegression.OfStandardized(point, classes, mean, factor);
    }
}

internal sealed class NeighbourLearner : HeadLearner
{
    public override IReadOnlyList<double> Settings { get; } = [50, 20, 10, 5, 3, 1];

    public override FormattableString Told(double setting) => $"{setting} neighbours";

    public override IEnumerable<float[]> Scores(float[] rows, int[] labels, int classes, float[] held, CancellationToken cancellation)
    {
        var known = new NeighbourVotes(rows, labels, classes);
        int length = rows.Length / labels.Length;
        var cosines = known.Cosines(Tensor.From(held, [held.Length / length, length]));
        foreach (double nearest in Settings)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return NeighbourVotes.Scores(cosines, known.Members, (int)nearest).ToArray();
        }
    }
}
