namespace Mekiki.Vision.Evaluation;

/// <summary>What was learnt from held-out images about a recognizer's probabilities, and is stored in its model file.</summary>
/// <remarks>
/// Probabilities are the softmax of scores / <see cref="Temperature"/>, which never changes an answer. Guo, Pleiss, Sun, Weinberger, "On
/// Calibration of Modern Neural Networks", ICML 2017, section 4.2.
/// </remarks>
public sealed record Calibration
{
    /// <summary>What was fitted.</summary>
    /// <param name="temperature">T, 0.001 to 1,000: above 1 the network is too sure, below 1 not sure enough.</param>
    /// <param name="images">On how many images it was fitted, 1 or more.</param>
    /// <exception cref="MekikiException">A number is out of its range.</exception>
    public Calibration(double temperature, int images)
    {
        if (temperature is not (>= 1e-3 and <= 1e3))
            throw new MekikiException($"Temperature of a model: expected 0.001 to 1,000, got {temperature}.");
        if (images < 1)
            throw new MekikiException($"Images of a calibration: expected 1 or more, got {images}.");
        (Temperature, Images) = (temperature, images);
    }

    /// <summary>The shares of known images for which thresholds are kept, in percent.</summary>
    internal static IReadOnlyList<double> KeptPercents { get; } = [80, 90, 95, 98, 99, 99.5];

    /// <summary>T, by which scores are divided: above 1 the network was too sure, below 1 not sure enough.</summary>
    public double Temperature { get; }

    /// <summary>On how many images it was fitted.</summary>
    public int Images { get; }

    /// <summary>In how many groups those were; thresholds come from one image of each, which is drawn and counts as much as its group is large. Without groups: null.</summary>
    public int? Groups { get; init; }

    /// <summary>For the shares that can be promised, the least probability of the classes that stand in a set of classes (<see cref="PredictionSets"/>).</summary>
    public IReadOnlyList<ShareThreshold> Sets { get; init; } = [];

    /// <summary>For each share of known images, the least score that so many of them reach, of each kind of score.</summary>
    public IReadOnlyList<KnownThreshold> Known { get; init; } = [];

    /// <summary>The mean negative log-likelihood of those images with the temperature of before, in nats; null: a file of before tells it not.</summary>
    public double? LossBefore { get; init; }

    /// <summary>The same with <see cref="Temperature"/>.</summary>
    public double? LossAfter { get; init; }

    /// <summary>Fits temperature and thresholds to the answers for held-out images.</summary>
    /// <param name="scores">(N, K): the scores of held-out images, in any scale.</param>
    /// <param name="logits">(N, K): the network's scores, without shifted views.</param>
    /// <param name="labels">(N): their classes.</param>
    /// <param name="groups">(N): their groups; null: each image stands alone.</param>
    /// <param name="classes">K.</param>
    /// <param name="before">The temperature of before.</param>
    internal static Calibration Fit(float[] scores, float[] logits, int[] labels, int[]? groups, int classes, double before = 1)
    {
        double temperature = Math.Clamp(1.0 / Classical.Temperature.Fit(scores, labels, classes), 1e-3, 1e3);
        (int Image, int Weight)[] chosen = groups is null ? [.. Enumerable.Range(0, labels.Length).Select(n => (n, 1))] : Witnesses.Of(groups, 0);
        var probabilities = new float[classes];
        (double Score, int Weight)[] own = new (double, int)[chosen.Length], best = new (double, int)[chosen.Length], largest = new (double, int)[chosen.Length], energy = new (double, int)[chosen.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            var (n, weight) = chosen[i];
            ScoreRow.Softmax(Scaled(scores.AsSpan(n * classes, classes), temperature), probabilities);
            var row = logits.AsSpan(n * classes, classes);
            (own[i], best[i]) = ((1 - probabilities[labels[n]], weight), (probabilities[ScoreRow.ArgMax(probabilities)], weight));
            (largest[i], energy[i]) = ((row[ScoreRow.ArgMax(row)], weight), (ScoreRow.LogSumExp(row), weight));
        }

        return new Calibration(temperature, labels.Length)
        {
            Groups = groups is null ? null : chosen.Length,
            LossBefore = Classical.Temperature.Loss(scores, labels, classes, 1 / before),
            LossAfter = Classical.Temperature.Loss(scores, labels, classes, 1 / temperature),
            Sets = [.. KeptPercents.Where(p => PredictionSets.CanPromise(p / 100, Witnesses.Effective(own))).Select(p => new ShareThreshold(p, 1 - PredictionSets.Quantile(own, p / 100)))],
            Known =
            [
                .. KeptPercents.SelectMany(p => new KnownThreshold[]
                {
                    new(p, UnknownScore.Probability, Ranking.Threshold(best, p / 100)),
                    new(p, UnknownScore.MaxLogit, Ranking.Threshold(largest, p / 100)),
                    new(p, UnknownScore.Energy, Ranking.Threshold(energy, p / 100)),
                }),
            ],
        };
    }

    /// <summary>The threshold of a share of known images, or null.</summary>
    internal double? KnownThreshold(double percent, UnknownScore score) => Known.Where(k => k.Percent.Equals(percent) && k.Score == score).Select(k => (double?)k.Threshold).FirstOrDefault();

    /// <summary>The threshold of a promised share, or null.</summary>
    internal double? SetThreshold(double percent) => Sets.Where(s => s.Percent.Equals(percent)).Select(s => (double?)s.Threshold).FirstOrDefault();

    /// <summary>Scores / T, the same bits wherever scores are divided.</summary>
    internal static float[] Scaled(ReadOnlySpan<float> scores, double temperature)
    {
        float factor = (float)(1 / temperature);
        var scaled = new float[scores.Length];
        for (int c = 0; c < scaled.Length; c++)
            scaled[c] = scores[c] * factor;
        return scaled;
    }
}

/// <summary>A share and the threshold that belongs to it.</summary>
/// <param name="Percent">The share, in percent.</param>
/// <param name="Threshold">The threshold.</param>
public readonly record struct ShareThreshold(double Percent, double Threshold);

/// <summary>The least score that a share of known images reaches.</summary>
/// <param name="Percent">The share, in percent.</param>
/// <param name="Score">Which score.</param>
/// <param name="Threshold">The score.</param>
public readonly record struct KnownThreshold(double Percent, UnknownScore Score, double Threshold);
