using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class LinearSvmTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static float[][] Rows(float[] values, int length) => [.. values.Chunk(length)];

    // ½(|w|² + b²) + C Σ max(0, 1 − y(w·x + b))^p of one class.
    private static double Objective(float[][] x, int[] labels, int positive, ReadOnlySpan<float> w, double b, double c, int power)
    {
        double sum = b * b / 2;
        foreach (float v in w)
            sum += v * v / 2;
        for (int i = 0; i < x.Length; i++)
        {
            double score = b;
            for (int f = 0; f < w.Length; f++)
                score += w[f] * x[i][f];
            sum += c * Math.Pow(Math.Max(0, 1 - (labels[i] == positive ? score : -score)), power);
        }

        return sum;
    }

    [Theory]
    [InlineData("hinge", 1)]
    [InlineData("squared_hinge", 2)]
    public void Fit_IsScikitLearns(string loss, int power)
    {
        float[][] x = Rows(ClassicalGoldens.Floats("svm.x"), 5);
        int[] labels = [.. ClassicalGoldens.Integers("svm.y").Select(y => (int)y)];
        double c = ClassicalGoldens.Floats("svm.c")[0];
        var svm = LinearSvm.Fit(x, labels, 3, new SvmOptions { C = c, IsSquared = power == 2, Tolerance = 1e-5, Passes = 20_000 }, cancellation: Token);
        float[] objectives = ClassicalGoldens.Floats($"svm.{loss}.objective");
        for (int k = 0; k < 3; k++)
            Assert.Equal(objectives[k], Objective(x, labels, k, svm.Weight.Values.Slice(k * 5, 5), svm.Bias.Values[k], c, power), 1e-3 * objectives[k]);
        var data = Tensor.From([.. x.SelectMany(r => r)], [x.Length, 5]);
        float[] expected = new LinearSvm(ClassicalGoldens.Tensor($"svm.{loss}.weight"), ClassicalGoldens.Tensor($"svm.{loss}.bias")).Scores(data).ToArray();
        Assert.All(expected.Zip(svm.Scores(data).ToArray()), p => Assert.True(Math.Abs(p.First) < 1e-3 || Math.Sign(p.First) == Math.Sign(p.Second), $"{p.First} and {p.Second}"));
    }

    [Fact]
    public void TwoPoints_AreWorkedOutByHand()
    {
        // x of 1 and -1 with C of 1 and squared errors: ½w² + 2(1 − w)² is least at w = 4/5, b = 0.
        var svm = LinearSvm.Fit([[1], [-1]], [0, 1], 2, new SvmOptions { Tolerance = 1e-7, Passes = 1000 }, cancellation: Token);
        Assert.Equal(0.8, svm.Weight.Values[0], 1e-5);
        Assert.Equal(-0.8, svm.Weight.Values[1], 1e-5);
        Assert.Equal(0, svm.Bias.Values[0], 1e-5);
    }

    [Fact]
    public void OneClassAlone_AndAClassWithoutVectors_HaveAnAnswer()
    {
        var svm = LinearSvm.Fit([[1, 0], [0, 1], [0, 0]], [0, 0, 0], 2, cancellation: Token);
        float[] scores = svm.Scores(Tensor.From([1f, 0, 0, 0], [2, 2])).ToArray();
        Assert.True(scores[0] > 0 && scores[1] < 0 && scores[2] > 0 && scores[3] < 0);
    }

    [Fact]
    public void SameSeed_SameBits_OnAnyNumberOfThreads()
    {
        var generator = new Generator(1);
        float[][] x = [.. Enumerable.Range(0, 60).Select(_ => (float[])[.. Enumerable.Range(0, 21).Select(_ => (float)generator.Normal())])];
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 7)];
        int before = Threads.Count;
        try
        {
            var all = new List<float[]>();
            foreach (int threads in new[] { 1, 2, 4 })
            {
                Threads.Count = threads;
                var svm = LinearSvm.Fit(x, labels, 7, seed: 3, cancellation: Token);
                all.Add([.. svm.Weight.ToArray(), .. svm.Bias.ToArray()]);
            }

            Assert.Equal(all[0], all[1]);
            Assert.Equal(all[0], all[2]);
        }
        finally
        {
            Threads.Count = before;
        }
    }

    [Fact]
    public void Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(() => LinearSvm.Fit([[1], [-1]], [0, 1], 2, cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void WrongInput_SaysWhatToDo()
    {
        Assert.Equal("LinearSvm: expected one vector or more, each with a label, got 0 and 0 labels. Give more images.", Assert.Throws<MekikiException>(() => LinearSvm.Fit([], [], 2, cancellation: Token)).Message);
        Assert.Equal("LinearSvm: expected 2 numbers in each vector, got 1 in vector 1. Give vectors of one length.", Assert.Throws<MekikiException>(() => LinearSvm.Fit([[1, 2], [1]], [0, 1], 2, cancellation: Token)).Message);
        Assert.Equal("C: expected a finite number above 0, got 0.", Assert.Throws<MekikiException>(() => new SvmOptions { C = 0 }).Message);
        Assert.Equal("Tolerance: expected more than 0, got 0.", Assert.Throws<MekikiException>(() => new SvmOptions { Tolerance = 0 }).Message);
        Assert.Equal("Passes: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => new SvmOptions { Passes = 0 }).Message);
    }

    [Fact]
    public void Temperature_FindsTheFactor()
    {
        // Of two scores apart by 1, the first is right in 3 of 4 cases: softmax says so at a factor of ln 3.
        float[] scores = [1, 0, 1, 0, 1, 0, 1, 0];
        Assert.Equal(Math.Log(3), Temperature.Fit(scores, [0, 0, 0, 1], 2), 1e-4);
    }
}
