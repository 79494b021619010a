using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class EnsembleTests
{
    private static readonly ImageShape input = new(1, 8, 8);

    private static Ensemble Made(out KanaNet[] members)
    {
        var three = new[] { new KanaNet(input, 4), new KanaNet(input, 4), new KanaNet(input, 4) };
        members = three;
        var ensemble = new Ensemble(three);
        ensemble.Initialize(5);
        return ensemble;
    }

    private static Tensor Images()
    {
        var generator = new Generator(1);
        return Tensor.Uniform([6, 1, 8, 8], ref generator);
    }

    [Fact]
    public void Scores_AreTheMembersMean_AndMembersDiffer()
    {
        var ensemble = Made(out var members);
        ensemble.Eval();
        float[][] each = Array.ConvertAll(members, m => m[Images()].ToArray());
        float[] mean = ensemble[Images()].ToArray();
        for (int i = 0; i < mean.Length; i++)
            Assert.Equal((each[0][i] + each[1][i] + each[2][i]) / 3, mean[i], 1e-5f);
        Assert.NotEqual(each[0], each[1]);
        Assert.NotEqual(each[1], each[2]);
    }

    [Fact]
    public void EachMember_LearnsAsItWouldAlone()
    {
        long[] labels = [0, 1, 2, 3, 0, 1];
        var ensemble = Made(out var members);
        var loss = ensemble.LossOf(ensemble[Images()], labels);
        loss.Backward();
        float sum = 0;
        foreach (var member in members)
        {
            float[] together = member.NamedParameters().First().Tensor.Grad!.ToArray();
            foreach (var (_, parameter) in member.NamedParameters())
                parameter.ZeroGrad();
            var alone = member.LossOf(member[Images()], labels);
            alone.Backward();
            sum += alone.Item();
            float[] expected = member.NamedParameters().First().Tensor.Grad!.ToArray();
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i] / 3, together[i], 1e-5f);
        }

        Assert.Equal(sum / 3, loss.Item(), 1e-5f);
    }

    [Fact]
    public void Loss_AskedForTwice_HasAllItsParts()
    {
        foreach (string name in new[] { "kana-net-ensemble", "googlenet_small" })
        {
            var entry = Catalogue.Find(name);
            var network = entry.Create(new(1, 16, 16), 4);
            var generator = new Generator(1);
            var scores = network[Tensor.Uniform([4, 1, 16, 16], ref generator)];
            float whole = network.LossOf(scores, [0, 1, 2, 3]).Item();
            Assert.Equal(whole, network.LossOf(scores, [0, 1, 2, 3]).Item());
            // Without the other classifiers', or of the mean instead of each member's, it would be another.
            Assert.NotEqual(CrossEntropy.Plain.Of(scores, [0, 1, 2, 3]).Item(), whole, 1e-4f);
        }
    }

    [Fact]
    public void NoMember_IsAMistake() => Assert.Throws<ArgumentOutOfRangeException>(() => new Ensemble([]));
}
