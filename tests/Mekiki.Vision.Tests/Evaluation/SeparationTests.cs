using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class SeparationTests
{
    private static double[] Normal(int count, double mean, ulong seed)
    {
        var generator = new Generator(seed);
        return [.. Enumerable.Range(0, count).Select(_ => mean + generator.Normal())];
    }

    [Fact]
    public void Values_AreThoseOfRanking_AndLieInTheirIntervals()
    {
        double[] known = Normal(500, 1, 1), others = Normal(300, 0, 2);
        var separation = Separation.Of(known, others);
        Assert.Equal(Ranking.Auroc(known, others), separation.Auroc.Value);
        Assert.Equal(Ranking.FalseAcceptance(known, others), separation.FalseAcceptance.Value);
        Assert.All([separation.Auroc, separation.FalseAcceptance], e => Assert.InRange(e.Value, e.Interval.Low, e.Interval.High));
        Assert.Equal(separation, Separation.Of(known, others));
        Assert.NotEqual(separation, Separation.Of(known, others, seed: 1));
    }

    // Of two normal distributions one deviation apart: Φ(1/√2), and Φ(1.645 - 1) are accepted.
    [Fact]
    public void Intervals_HoldTheTruth_AsOftenAsTheySay()
    {
        const int Tries = 200;
        int auroc = 0, accepted = 0;
        for (int i = 0; i < Tries; i++)
        {
            var separation = Separation.Of(Normal(300, 1, (ulong)(1000 + i)), Normal(300, 0, (ulong)(5000 + i)));
            auroc += separation.Auroc.Interval.Low <= 0.76025 && 0.76025 <= separation.Auroc.Interval.High ? 1 : 0;
            accepted += separation.FalseAcceptance.Interval.Low <= 0.74051 && 0.74051 <= separation.FalseAcceptance.Interval.High ? 1 : 0;
        }

        Assert.InRange(auroc, 0.91 * Tries, 0.99 * Tries);
        Assert.InRange(accepted, 0.88 * Tries, 0.99 * Tries);
    }

    // Who is known and who is not, drawn by lot: a score tells nothing of it.
    [Fact]
    public void ShuffledLabels_GiveOneHalf()
    {
        double[] scores = [.. Normal(500, 3, 1), .. Normal(500, 0, 2)];
        var generator = new Generator(3);
        double sum = 0;
        const int Tries = 200;
        for (int i = 0; i < Tries; i++)
        {
            generator.Shuffle(scores.AsSpan());
            sum += Ranking.Auroc(scores.AsSpan(0, 500), scores.AsSpan(500));
        }

        Assert.InRange(sum / Tries, 0.49, 0.51);
    }

    // Ten equal images of each group are one witness.
    [Fact]
    public void Groups_WidenTheInterval()
    {
        double[] means = Normal(50, 1, 1), others = Normal(2000, 0, 2);
        double[] known = [.. means.SelectMany(m => Enumerable.Repeat(m, 10))];
        int[] groups = [.. Enumerable.Range(0, 500).Select(i => i / 10)];
        Interval alone = Separation.Of(known, others).Auroc.Interval, together = Separation.Of(known, others, groups).Auroc.Interval;
        Assert.InRange((together.High - together.Low) / (alone.High - alone.Low), 2, 4.5);
    }

    [Fact]
    public void NothingToCompare_IsNoNumber_AndWrongGroupsAreRefused()
    {
        Assert.True(double.IsNaN(Separation.Of([1.0], []).Auroc.Value));
        Assert.True(double.IsNaN(Separation.Of([], [1.0]).FalseAcceptance.Interval.Low));
        Assert.StartsWith("expected a group for each of 1 known images, got 2", Assert.Throws<ArgumentException>(() => Separation.Of([1.0], [1.0], [1, 2])).Message);
    }
}
