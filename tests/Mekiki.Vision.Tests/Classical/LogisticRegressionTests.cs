using Mekiki.Losses;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Classical;

public class LogisticRegressionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Descent_FindsTheMinimumOfAQuadratic()
    {
        // Σ c (x - m)², with curvatures from 1 to 1,000.
        var point = new double[6];
        double value = LimitedMemoryDescent.Minimize(point, (x, gradient) =>
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double curvature = Math.Pow(10, i / 5.0 * 3), distance = x[i] - i;
                (sum, gradient[i]) = (sum + curvature * distance * distance, 2 * curvature * distance);
            }

            return sum;
        }, mostSteps: 200, tolerance: 1e-9, Token);
        Assert.InRange(value, 0, 1e-15);
        Assert.All(Enumerable.Range(0, 6), i => Assert.Equal(i, point[i], 1e-8));
    }

    [Fact]
    public void Descent_OnRosenbrocksValley_Arrives()
    {
        double[] point = [-1.2, 1];
        LimitedMemoryDescent.Minimize(point, (x, gradient) =>
        {
            double a = 1 - x[0], b = x[1] - x[0] * x[0];
            (gradient[0], gradient[1]) = (-2 * a - 400 * x[0] * b, 200 * b);
            return a * a + 100 * b * b;
        }, mostSteps: 200, tolerance: 1e-8, Token);
        Assert.Equal([1, 1], point.Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void TwoClassesOfOneNumber_HaveTheOptimumOfTheFormula()
    {
        // x = ±1, of which 3 of 4 are of their class; standardized already. With w = w1 - w0: at the optimum σ(w) = 3/4 - λ w / 2.
        float[] rows = [1, 1, 1, 1, -1, -1, -1, -1];
        int[] labels = [1, 1, 1, 0, 0, 0, 0, 1];
        const double Decay = 0.1;
        var learnt = LogisticRegression.Fit(rows, labels, 2, Decay, cancellation: Token);
        double w = learnt.Weight.Values[1] - learnt.Weight.Values[0];
        Assert.Equal(0.75 - Decay * w / 2, 1 / (1 + Math.Exp(-w)), 2e-3);
        Assert.Equal(learnt.Bias.Values[0], learnt.Bias.Values[1], 1e-3f);
        Assert.Equal((6, 8 * Math.Log(1 + Math.Exp(-w)) + 2 * w), (Try(learnt, rows, labels).Correct, Try(learnt, rows, labels).Loss), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-3);
    }

    [Fact]
    public void ScalesAndShiftsOfTheVectors_ChangeNoAnswer_AndConstantNumbersCountNothing()
    {
        var generator = new Generator(5);
        float[] rows = new float[60 * 4];
        var labels = new int[60];
        for (int n = 0; n < 60; n++)
        {
            labels[n] = n % 3;
            for (int d = 0; d < 4; d++)
                rows[n * 4 + d] = d == 3 ? 7 : (float)generator.Normal() + (d == labels[n] ? 2 : 0);
        }

        float[] other = [.. rows.Select((v, i) => v * (i % 4 + 1) * 10 + 3)];
        var (one, two) = (LogisticRegression.Fit(rows, labels, 3, 0.01, cancellation: Token), LogisticRegression.Fit(other, labels, 3, 0.01, cancellation: Token));
        Assert.InRange(Try(one, rows, labels).Correct, 48, 60);
        Assert.All(one.Scores(rows).Zip(two.Scores(other)), p => Assert.Equal(p.First, p.Second, 2e-3f));
        Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(0, one.Weight.Values[k * 4 + 3]));
    }

    [Fact]
    public void AnyNumberOfThreads_GivesTheSameBits()
    {
        var generator = new Generator(9);
        float[] rows = [.. Enumerable.Range(0, 300 * 40).Select(_ => (float)generator.Normal())];
        int[] labels = [.. Enumerable.Range(0, 300).Select(n => n % 5)];
        float[] Weights(int threads)
        {
            using var use = Threads.Use(threads);
            return LogisticRegression.Fit(rows, labels, 5, 0.1, cancellation: Token).Weight.ToArray();
        }

        Assert.Equal(Weights(1), Weights(2));
    }

    // Right answers, and the summed negative log-likelihood.
    private static (int Correct, double Loss) Try(LogisticRegression learnt, float[] rows, int[] labels)
    {
        long[] wanted = Array.ConvertAll(labels, l => (long)l);
        var scores = Tensor.From(learnt.Scores(rows), [labels.Length, learnt.Bias.Count]);
        return (Evaluator.CountCorrect(scores, wanted), Loss.Nll(scores.LogSoftmax(1), wanted).Item() * labels.Length);
    }
}
