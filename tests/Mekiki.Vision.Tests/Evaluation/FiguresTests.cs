using System.Text.Json;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class FiguresTests
{
    private static Answers Made(int images, int classes, ulong seed, Func<int, int>? group = null, double sureness = 3)
    {
        var answers = new Answers([.. Enumerable.Range(0, classes).Select(c => $"c{c}")]) { HasGroups = group is not null };
        var generator = new Generator(seed);
        var scores = new float[classes];
        for (int n = 0; n < images; n++)
        {
            int label = generator.NextInt32(classes);
            for (int c = 0; c < classes; c++)
                scores[c] = (float)(generator.Normal() + (c == label ? sureness : 0));
            answers.Add(n, label, group?.Invoke(n) ?? n, scores, []);
        }

        return answers;
    }

    // figures.py made the scores, and computed the figures with scikit-learn.
    [Fact]
    public void Of_GivesWhatAnIndependentProgramGives()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Evaluation", "figures.json")));
        var root = file.RootElement;
        int classes = root.GetProperty("classes").GetInt32();
        int[] labels = [.. root.GetProperty("labels").EnumerateArray().Select(l => l.GetInt32())];
        float[] scores = [.. root.GetProperty("scores").EnumerateArray().Select(s => s.GetSingle())];
        var answers = new Answers([.. Enumerable.Range(0, classes).Select(c => $"{c}")]);
        for (int n = 0; n < labels.Length; n++)
            answers.Add(n, labels[n], n, scores.AsSpan(n * classes, classes), []);
        var figures = Figures.Of(answers);
        var mine = new Dictionary<string, double>
        {
            ["accuracy"] = figures.Accuracy.Value,
            ["top5"] = figures.Top5Accuracy.Value,
            ["balanced"] = figures.BalancedAccuracy.Value,
            ["macro_f1"] = figures.MacroF1.Value,
            ["weighted_f1"] = figures.WeightedF1.Value,
            ["kappa"] = figures.Kappa.Value,
            ["nll"] = figures.Nll.Value,
            ["brier"] = figures.Brier.Value,
            ["ece"] = figures.Ece.Value,
            ["ece_equal_mass"] = figures.EceEqualMass.Value,
            ["aurc"] = figures.Aurc.Value,
            ["augrc"] = figures.Augrc.Value,
            ["error_auroc"] = figures.ErrorAuroc.Value,
        };
        var theirs = root.GetProperty("figures").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
        Assert.Equal(mine.Keys.Order(), theirs.Keys.Order());
        Assert.All(theirs, f => Assert.Equal(f.Value, mine[f.Key], 1e-6));
    }

    [Fact]
    public void Wilson_GivesThePublishedIntervals()
    {
        var many = Interval.Wilson(12757.0 / 12782, 12782);
        Assert.Equal((0.99711, 0.99867), (Math.Round(many.Low, 5), Math.Round(many.High, 5)));
        var few = Interval.Wilson(1, 18);
        Assert.Equal((0.824, 1.0), (Math.Round(few.Low, 3), few.High));
        Assert.Equal(new Interval(0, 1), Interval.Wilson(0, 0));
    }

    [Fact]
    public void OfGroups_OfImagesThatAreAlike_IsThatOfSoManyGroups()
    {
        // 200 groups of 10 images that are all right or all wrong: as much is known as of 200 images.
        bool[] right = [.. Enumerable.Range(0, 2000).Select(i => i / 10 % 10 != 0)];
        int[] groups = [.. Enumerable.Range(0, 2000).Select(i => i / 10)];
        Interval whole = Interval.OfGroups(right, groups), alone = Interval.Wilson(0.9, 200), naive = Interval.Wilson(0.9, 2000);
        Assert.Equal(alone.Low, whole.Low, 2e-3);
        Assert.Equal(alone.High, whole.High, 2e-3);
        Assert.True(whole.High - whole.Low > 2.5 * (naive.High - naive.Low));
    }

    // The promise of the intervals: 95 % of them hold the truth, where images of a group are alike.
    [Fact]
    public void OfGroups_CoversTheTruth_In95Of100Simulations()
    {
        const int Simulations = 1000, Groups = 400;
        int covered = 0;
        for (int s = 0; s < Simulations; s++)
        {
            var generator = new Generator(11, (ulong)s);
            var right = new List<bool>();
            var groups = new List<int>();
            for (int g = 0; g < Groups; g++)
            {
                // A group is hard or easy: 0.7 or 0.95, 0.9 on average.
                double share = generator.NextDouble() < 0.2 ? 0.7 : 0.95;
                for (int i = 1 + generator.NextInt32(8); i > 0; i--)
                {
                    right.Add(generator.NextDouble() < share);
                    groups.Add(g);
                }
            }

            var interval = Interval.OfGroups([.. right], [.. groups]);
            covered += interval.Low <= 0.9 && 0.9 <= interval.High ? 1 : 0;
        }

        Assert.InRange(covered, 930, 970);
    }

    [Fact]
    public void Bootstrap_IsTheSameAtEachRun_AndWiderForGroups()
    {
        Answers alone = Made(600, 5, seed: 3), grouped = Made(600, 5, seed: 3, n => n / 12);
        Figures first = Figures.Of(alone), again = Figures.Of(alone), byGroup = Figures.Of(grouped);
        Assert.Equal(first.Ece, again.Ece);
        Assert.Equal(first.BalancedAccuracy.Value, byGroup.BalancedAccuracy.Value);
        Assert.NotEqual(first.BalancedAccuracy.Interval, byGroup.BalancedAccuracy.Interval);
        Assert.InRange(first.BalancedAccuracy.Value, first.BalancedAccuracy.Interval.Low, first.BalancedAccuracy.Interval.High);
        Assert.Equal((600, 50), (byGroup.Images, byGroup.Groups));
    }

    [Fact]
    public void OneClass_AndOneImage_HaveFigures()
    {
        var one = Made(1, 1, seed: 0);
        var figures = Figures.Of(one);
        Assert.Equal((1.0, 1.0, 1.0), (figures.Accuracy.Value, figures.MacroF1.Value, figures.Kappa.Value));
        Assert.True(double.IsNaN(figures.ErrorAuroc.Value));
        Assert.Throws<ArgumentException>(() => Figures.Of(Made(0, 3, seed: 0)));
    }

    [Fact]
    public void TopOf_IsInOrder_AndOfAtMostFiveClasses()
    {
        var answers = Made(50, 9, seed: 8);
        for (int n = 0; n < answers.Count; n++)
        {
            var top = answers.TopOf(n);
            Assert.Equal(5, top.Count);
            Assert.Equal(answers[n].Prediction, top[0].Class);
            Assert.Equal(answers[n].Probability, top[0].Probability);
            Assert.Equal(top.OrderByDescending(t => t.Probability), top);
            Assert.Equal(answers[n].Rank < 5, top.Any(t => t.Class == answers[n].Label));
        }
    }

    [Fact]
    public void Ranking_CountsEqualScoresHalf()
    {
        Assert.Equal(0.5, Ranking.Auroc([1, 1], [1, 1]));
        Assert.Equal(1, Ranking.Auroc([2, 3], [1, 0]));
        Assert.Equal(0.625, Ranking.Auroc([1, 3], [1, 2])); // (½ + 0 + 1 + 1) / 4
        Assert.Equal(0.5, Ranking.FalseAcceptance([.. Enumerable.Range(0, 100).Select(i => (double)i)], [4, 6]));
        Assert.True(double.IsNaN(Ranking.Auroc([], [1])));
    }
}
