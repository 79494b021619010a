using Mekiki.Losses;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Losses;

/// <summary>Losses worked out by hand, on every backend.</summary>
public class LossTests
{
    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Distances_WorkedOutByHand(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor x = Tensor.From([1f, -3, 0.5f, 2], [2, 2]), t = Tensor.From([0f, 1, 0, 2], [2, 2]);
        Near([1, 4, 0.5f, 0], Loss.L1(x, t, Reduction.None));
        Near([1, 16, 0.25f, 0], Loss.Mse(x, t, Reduction.None));
        Near([0.5f, 3.5f, 0.125f, 0], Loss.SmoothL1(x, t, reduction: Reduction.None));
        Near([0.75f, 3.75f, 0.25f, 0], Loss.SmoothL1(x, t, 0.5f, Reduction.None));
        Near([0.375f, 1.875f, 0.125f, 0], Loss.Huber(x, t, 0.5f, Reduction.None));
        Near([5.5f / 4], Loss.L1(x, t));
        Near([5.5f], Loss.L1(x, t, Reduction.Sum));
        Near([5.5f / 2], Loss.L1(x, t, Reduction.BatchMean));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void BinaryCrossEntropy_IsFiniteAndSlopesAreRight_AtAnyLogit(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor x = Tensor.From(0f, 100, -100, 1000).WithGrad(), ones = Tensor.Ones([4]);
        var loss = Loss.BinaryCrossEntropy(x, ones, reduction: Reduction.None);
        Near([MathF.Log(2), 0, 100, 0], loss);
        loss.Sum().Backward();
        Near([-0.5f, 0, -1, 0], x.Grad!);
        Near([3 * MathF.Log(2), 0, 300, 0], Loss.BinaryCrossEntropy(x, ones, Tensor.From(3f), Reduction.None));
        Near([MathF.Log(2), 100, 0, 1000], Loss.BinaryCrossEntropy(x, Tensor.Zeros([4]), Tensor.From(3f), Reduction.None));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void FocalLoss_CountsWhatIsRightLittle(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor x = Tensor.From(0f, 0, 50), t = Tensor.From(1f, 0, 1);
        float half = 0.25f * MathF.Log(2);
        Near([0.25f * half, 0.75f * half, 0], Loss.SigmoidFocal(x, t, reduction: Reduction.None));
        Near([half, half, 0], Loss.SigmoidFocal(x, t, alpha: -1, reduction: Reduction.None));
        Near(Loss.BinaryCrossEntropy(x, t, reduction: Reduction.None).ToArray(), Loss.SigmoidFocal(x, t, alpha: -1, gamma: 0, Reduction.None));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void IgnoredRows_CountNothing(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([-1f, -2, -3, -4, -5, -6], [3, 2]).WithGrad();
        long[] labels = [1, -100, 0];
        Near([2, 0, 5], Loss.Nll(x, labels, reduction: Reduction.None, ignoreIndex: -100));
        Near([3.5f], Loss.Nll(x, labels, ignoreIndex: -100));
        Near([7f / 3], Loss.Nll(x, labels, reduction: Reduction.BatchMean, ignoreIndex: -100));
        var weighted = Loss.Nll(x, labels, Tensor.From(1f, 3), ignoreIndex: -100);
        Near([(3 * 2 + 5) / 4f], weighted);
        weighted.Backward();
        Near([0, -0.75f, 0, 0, -0.25f, 0], x.Grad!);
        Near([0], Loss.Nll(x, [7, 7, 7], ignoreIndex: 7));
        // One of the classes may be the ignored one.
        Near([2, 0, 0], Loss.Nll(x, [1, 0, 0], reduction: Reduction.None, ignoreIndex: 0));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void RowsWithoutReduction_HaveTheSlopesOfTheirSum(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var generator = new Generator(4);
        Tensor x = Tensor.Normal([3, 4], ref generator), a = (x * 1).WithGrad(), b = (x * 1).WithGrad();
        long[] labels = [1, 3, 0];
        var weights = Tensor.From(1, 2, 0.5f, 3);
        var rows = Loss.CrossEntropy(a, labels, weights, 0.1f, Reduction.None);
        var sum = Loss.CrossEntropy(b, labels, weights, 0.1f, Reduction.Sum);
        Assert.Equal(sum.Item(), rows.ToArray().Sum(), 1e-5);
        rows.Backward(Tensor.Ones([3]));
        sum.Backward();
        Near(b.Grad!.ToArray(), a.Grad!);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void SoftTargets_ThatAreOneHot_AreLabels(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 2, 0, -1, 3, 1], [2, 3]);
        var hot = Tensor.From([0f, 1, 0, 1, 0, 0], [2, 3]);
        Near(Loss.CrossEntropy(x, [1, 0], reduction: Reduction.None).ToArray(), Loss.CrossEntropy(x, hot, reduction: Reduction.None));
        Near([Loss.CrossEntropy(x, [1, 0], labelSmoothing: 0.2f).Item()], Loss.CrossEntropy(x, hot, labelSmoothing: 0.2f));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Divergence_IsZeroForEqualOnes_AndFiniteForZeros(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor t = Tensor.From([0.5f, 0.5f, 0, 1], [2, 2]), x = Tensor.From([-1f, -2, -3, -0.5f], [2, 2]).WithGrad();
        var loss = Loss.KullbackLeibler(x, t);
        Near([(0.5f * (-MathF.Log(2) + 1) + 0.5f * (-MathF.Log(2) + 2) + 0.5f) / 2], loss);
        loss.Backward();
        Near([-0.25f, -0.25f, 0, -0.5f], x.Grad!);
        Assert.Equal(0, Loss.KullbackLeibler(Tensor.From([0.25f, 0.75f], [1, 2]).Log(), Tensor.From([0.25f, 0.75f], [1, 2])).Item(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void CosineSimilarity_WorkedOutByHand_AndFiniteAtZero(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From([1f, 0, 3, 4, 0, 0], [3, 2]).WithGrad(), b = Tensor.From([0f, 2, 6, 8, 1, 1], [3, 2]);
        var y = a.CosineSimilarity(b);
        Near([0, 1, 0], y);
        y.Sum().Backward();
        Assert.All(a.Grad!.ToArray(), g => Assert.True(float.IsFinite(g)));
        Near([1, 1], Tensor.From([1f, 2, 2, 4], [2, 2]).CosineSimilarity(Tensor.From([2f, 4, 4, 8], [2, 2]), 0));
    }

    private static void Near(float[] expected, Tensor got) => Assert.True(Goldens.Distance(expected, got.Values) < 1e-5, $"expected {string.Join(", ", expected)}, got {got}");
}
