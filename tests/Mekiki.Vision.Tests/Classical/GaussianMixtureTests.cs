using Mekiki.Files;
using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class GaussianMixtureTests
{
    private static GaussianMixture Golden(string when) =>
        new(ClassicalGoldens.Tensor($"em.{when}.weights"), ClassicalGoldens.Tensor($"em.{when}.means"), ClassicalGoldens.Tensor($"em.{when}.variances"));

    private static void Close(Tensor expected, Tensor got, double tolerance) =>
        Assert.All(expected.ToArray().Zip(got.ToArray()), p => Assert.Equal(p.First, p.Second, tolerance));

    private static Tensor Points(int count, int dimensions, ulong seed = 1)
    {
        var generator = new Generator(seed);
        return Tensor.Normal([count, dimensions], ref generator);
    }

    private static void AssertSound(GaussianMixture mixture)
    {
        Assert.Equal(1, mixture.Weights.ToArray().Sum(), 1e-5);
        Assert.All(mixture.Weights.ToArray(), w => Assert.True(w > 0));
        Assert.All(mixture.Variances.ToArray(), v => Assert.True(v > 0 && float.IsFinite(v)));
        Assert.All(mixture.Means.ToArray(), m => Assert.True(float.IsFinite(m)));
    }

    [Fact]
    public void Improve_FromTheSameStart_IsScikitLearns()
    {
        var x = ClassicalGoldens.Tensor("em.x");
        var options = new MixtureOptions { Iterations = (int)ClassicalGoldens.Floats("em.steps")[0], Tolerance = 0, VarianceFloor = 0 };
        var (mixture, _) = GaussianMixture.Improve(x, Golden("start"), options, cancellation: TestContext.Current.CancellationToken);
        var expected = Golden("end");
        Close(expected.Weights, mixture.Weights, 1e-4);
        Close(expected.Means, mixture.Means, 1e-3);
        Close(expected.Variances, mixture.Variances, 1e-3);
        var (_, likelihood) = GaussianMixture.Improve(x, mixture, options with { Iterations = 1 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(ClassicalGoldens.Floats("em.log_likelihood")[0], likelihood, 1e-4);
    }

    [Fact]
    public void EachStep_IsLikelier()
    {
        var x = Points(3000, 4);
        var mixture = GaussianMixture.Fit(x, 5, seed: 2, new MixtureOptions { Iterations = 1 }, cancellation: TestContext.Current.CancellationToken);
        double before = double.NegativeInfinity;
        for (int i = 0; i < 10; i++)
        {
            (mixture, double now) = GaussianMixture.Improve(x, mixture, new MixtureOptions { Iterations = 1 }, cancellation: TestContext.Current.CancellationToken);
            Assert.True(now >= before - 1e-6, $"{now} after {before}");
            before = now;
        }
    }

    [Fact]
    public void SameSeed_SameBits_OnAnyNumberOfThreads()
    {
        int before = Threads.Count;
        try
        {
            var all = new List<float[]>();
            foreach (int threads in new[] { 1, 2, 4 })
            {
                Threads.Count = threads;
                var mixture = GaussianMixture.Fit(Points(5000, 6), 9, seed: 4, new MixtureOptions { Iterations = 5 }, cancellation: TestContext.Current.CancellationToken);
                all.Add([.. mixture.Weights.ToArray(), .. mixture.Means.ToArray(), .. mixture.Variances.ToArray()]);
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
    public void EqualVectors_GiveASoundMixture()
    {
        AssertSound(GaussianMixture.Fit(Tensor.Full([100, 3], 0.25f), 8, seed: 1, cancellation: TestContext.Current.CancellationToken));
        AssertSound(GaussianMixture.Fit(Tensor.Zeros([8, 3]), 8, seed: 1, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AGaussianFarFromAll_TakesHalfOfTheHeaviest()
    {
        var x = Points(2000, 2);
        var start = new GaussianMixture(Tensor.Full([2], 0.5f), Tensor.From([0f, 0, 1e4f, 1e4f], [2, 2]), Tensor.Ones([2, 2]));
        var (mixture, _) = GaussianMixture.Improve(x, start, new MixtureOptions { Iterations = 5, Tolerance = 0 }, cancellation: TestContext.Current.CancellationToken);
        AssertSound(mixture);
        Assert.All(mixture.Weights.ToArray(), w => Assert.InRange(w, 0.1f, 0.9f));
        Assert.All(mixture.Means.ToArray(), m => Assert.InRange(m, -2f, 2f));
    }

    [Fact]
    public void FewerVectorsThanGaussians_SaysWhatToDo() =>
        Assert.Equal("GaussianMixture: expected 8 vectors (N, D) or more, one for each Gaussian, got (7, 3). Give more images, with something on them.",
            Assert.Throws<MekikiException>(() => GaussianMixture.Fit(Points(7, 3), 8, seed: 1, cancellation: TestContext.Current.CancellationToken)).Message);

    [Fact]
    public void Options_OutOfRange_SayTheRange()
    {
        Assert.Equal("Iterations: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => new MixtureOptions { Iterations = 0 }).Message);
        Assert.Equal("Tolerance: expected 0 or more, got -1.", Assert.Throws<MekikiException>(() => new MixtureOptions { Tolerance = -1 }).Message);
        Assert.Equal("VarianceFloor: expected 0 to 1, got 2.", Assert.Throws<MekikiException>(() => new MixtureOptions { VarianceFloor = 2 }).Message);
    }
}
