using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class LabelAnswersTests
{
    [Fact]
    public void Figures_FollowTheirDefinitions()
    {
        var answers = new LabelAnswers(["a", "b", "c"]);
        // Scores of a: 3, 1, 1, -2 for truths yes, no, yes, yes.
        answers.Add(0, 0, [3, 1, -1], [true, true, false]);
        answers.Add(1, 1, [1, -1, -1], [false, false, false]);
        answers.Add(2, 2, [1, 2, -3], [true, false, false]);
        answers.Add(3, 3, [-2, -4, -1], [true, false, false]);
        var result = answers.Result();
        var figures = result.MultiLabel!;
        // Thresholds 3: P 1, R 1/3; 1 (two at once): P 2/3, R 2/3; -2: P 3/4, R 1.
        Assert.Equal(1 / 3.0 + 2 / 3.0 / 3 + 3 / 4.0 / 3, figures.Labels[0].AveragePrecision, 12);
        Assert.Equal(0.5, figures.Labels[1].AveragePrecision, 12);
        Assert.Equal(0, figures.Labels[2].AveragePrecision);
        Assert.Equal((figures.Labels[0].AveragePrecision + 0.5) / 2, figures.MeanAveragePrecision, 12);
        Assert.Equal(new LabelFigures("a", 3, 3, 2, figures.Labels[0].AveragePrecision), figures.Labels[0]);
        Assert.Equal(new LabelFigures("b", 1, 2, 1, 0.5), figures.Labels[1]);
        Assert.Equal([2 / 3.0, 2 / 3.0, 2 / 3.0], new[] { figures.Labels[0].Precision, figures.Labels[0].Recall, figures.Labels[0].F1 });
        Assert.Equal(2 / 3.0, figures.Labels[1].F1, 12);
        // Of c nothing is there and nothing is said.
        Assert.Equal(2 / 3.0, figures.MacroF1, 12);
        Assert.Equal(2.0 * 3 / (4 + 5), figures.MicroF1, 12);
        Assert.Equal((4, 0.25, (2 / 3.0 + 1) / 2), (result.Images, result.Accuracy, result.BalancedAccuracy));
        double loss = 0;
        foreach (var (s, t) in new[] { (3, 1), (1, 1), (-1, 0), (1, 0), (-1, 0), (-1, 0), (1, 1), (2, 0), (-3, 0), (-2, 1), (-4, 0), (-1, 0) })
            loss -= Math.Log(t == 1 ? 1 / (1 + Math.Exp(-s)) : 1 - 1 / (1 + Math.Exp(-s)));
        Assert.Equal(loss / 12, result.Loss, 9);
        Assert.Equal(0, new LabelAnswers(["a"]).Result().MultiLabel!.MeanAveragePrecision);
        Assert.Equal([true, false, false, false], Enumerable.Range(0, 4).Select(answers.IsRight));
        // Where b is predicted with sigmoid 2, or a is not with sigmoid -2, the mistake is surer than that of sigmoid 1.
        Assert.Equal([2, 3], answers.Mistakes().Take(2).Order());
        Assert.Equal(1, answers.Mistakes()[2]);
        Assert.Equal(["a", "b"], answers.LabelsOf(0));
        Assert.Equal(["a"], answers.LabelsOf(3));
        Assert.Empty(answers.PredictedOf(3));
        Assert.Equal(["a", "b"], answers.PredictedOf(2));
        Assert.Equal((0.31326168751822286 + 0.31326168751822286 + 0.31326168751822286 + 1) / 3, answers.Loss(1), 6);
        double Sigmoid(double s) => 1 / (1 + Math.Exp(-s));
        Assert.Equal(Sigmoid(3) * Sigmoid(1) * Sigmoid(1), answers.Certainty(0), 6);

        // The same with intervals; each image twice is the same, and images of one group are drawn together.
        var estimates = LabelEstimates.Of(answers);
        Assert.Equal((figures.MeanAveragePrecision, figures.MacroF1, figures.MicroF1, 0.25), (estimates.MeanAveragePrecision.Value, estimates.MacroF1.Value, estimates.MicroF1.Value, estimates.AllRight.Value));
        Assert.Equal(result.Loss, estimates.Loss.Value, 12);
        Assert.Equal((4, 4), (estimates.Images, estimates.Groups));
        Assert.Equal("expected one answer or more, got none (Parameter 'answers')", Assert.Throws<ArgumentException>(() => LabelEstimates.Of(new LabelAnswers(["a"]))).Message);
    }

    // Weighted figures are those of as many copies.
    [Fact]
    public void Sample_WeightsCountAsCopies()
    {
        LabelAnswers all = new(["a", "b"]), twice = new(["a", "b"]);
        var generator = new Generator(5);
        int[] weights = [2, 0, 1, 3, 1, 0, 2, 1];
        for (int n = 0; n < weights.Length; n++)
        {
            float[] row = [generator.NextInt32(5) - 2, generator.NextInt32(5) - 2];
            bool[] truth = [generator.NextInt32(2) == 0, n % 3 == 0];
            all.Add(n, n, row, truth);
            for (int i = 0; i < weights[n]; i++)
                twice.Add(n, n, row, truth);
        }

        var sample = new LabelSample(twice);
        double[] copies = sample.Compute(sample.Ones()), weighted = new LabelSample(all).Compute(weights);
        for (int figure = 0; figure < copies.Length; figure++)
            Assert.Equal(copies[figure], weighted[figure], 12);
        Assert.Equal(weights.Count(w => w > 0), sample.Groups);
    }

    // 200 images: the second is right for ten more, and worse than the first in none.
    [Fact]
    public void Differences_KnowChanceFromMore()
    {
        var (first, second, same) = (new LabelAnswers(["a"]), new LabelAnswers(["a"]), new LabelAnswers(["a"]));
        for (int n = 0; n < 200; n++)
        {
            bool has = n % 2 == 0, isMissed = n % 10 == 0;
            first.Add(n, n, [has && !isMissed ? 2 : -2], [has]);
            same.Add(n, n, [has && !isMissed ? 2 : -2], [has]);
            second.Add(n, n, [has && !(isMissed && n % 20 == 0) ? 2 : -2], [has]);
        }

        var more = LabelDifferences.Of(first, second);
        Assert.Equal((0.9, 0.95), (more.AllRight.First, more.AllRight.Second));
        Assert.InRange(more.AllRight.P, 0, 0.01);
        Assert.InRange(more.AllRight.Interval.Low, 0.01, 0.05);
        Assert.InRange(more.AllRight.Interval.High, 0.05, 0.1);
        Assert.Equal(new PairedDifference(0.9, 0.9, new Interval(0, 0), 1), LabelDifferences.Of(first, same).AllRight);
        Assert.Equal("expected one answer or more, and as many of both, got 200 and 0 (Parameter 'second')", Assert.Throws<ArgumentException>(() => LabelDifferences.Of(first, new LabelAnswers(["a"]))).Message);
    }
}
