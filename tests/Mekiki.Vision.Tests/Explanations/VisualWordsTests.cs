using Mekiki.Vision.Explanations;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Explanations;

public class VisualWordsTests
{
    private static readonly Lazy<Recognizer> sift = new(() => new Trainer(Taught.Set, new(Taught.Unseen[..200], Taught.Unseen[200..260], []), new TrainOptions { Model = "sift-fisher-svm" }).Run(TestContext.Current.CancellationToken).Recognizer);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Votes_OfWordsAndOfKeypoints_SumUpToTheDifference()
    {
        var options = new ExplanationOptions { Method = ExplanationMethod.VisualWords };
        foreach (int image in Taught.Unseen[260..270])
        {
            var explanation = Explainer.Explain(sift.Value, Taught.Prepared(sift.Value, Taught.Set, image), options, Token);
            double wanted = explanation.Score - explanation.BaseScore!.Value;
            Assert.Equal(wanted, explanation.Words.Sum(w => (double)w.Vote), 1e-4);
            Assert.Equal(wanted, explanation.Keypoints.Sum(k => (double)k.Vote), 1e-4);
            Assert.Equal(wanted, explanation.Sum, 1e-4);
            Assert.Equal([.. explanation.Keypoints.OrderByDescending(k => Math.Abs(k.Vote)).Select(k => k.Vote)], explanation.Keypoints.Select(k => k.Vote));
            Assert.All(explanation.Keypoints, k => Assert.True(k is { X: > 0 and < 48, Y: > 0 and < 48, Side: 12 or 24, Word: >= 0 and < 16 }));
        }
    }

    [Fact]
    public void AgainstTheWeights_AWordsVoteIsItsPartOfTheProduct()
    {
        var network = Assert.IsType<SiftFisherSvm>(sift.Value.Network);
        var x = Taught.Prepared(sift.Value, Taught.Set, Taught.Unseen[280]);
        var explanation = Explainer.Explain(sift.Value, x, new() { Method = ExplanationMethod.VisualWords, Label = sift.Value.Classes[1], Against = sift.Value.Classes[4] }, Token);
        var state = network.StateDict().ToDictionary();
        float[] vector = network.Features(x).ToArray(), weight = state["svm.weight"].ToArray();
        int part = vector.Length / 5 / 16; // five cells of 16 words
        double expected = 0;
        for (int cell = 0; cell < 5; cell++)
            for (int i = (cell * 16 + 3) * part; i < (cell * 16 + 4) * part; i++)
                expected += (weight[vector.Length + i] - weight[4 * vector.Length + i]) * (double)vector[i];
        Assert.Equal(expected * state["svm.scale"].Item(), explanation.Words.Single(w => w.Word == 3).Vote, 1e-4);
    }

    [Fact]
    public void OtherRecognizers_AreRefused()
    {
        var x = Taught.Prepared(Taught.Cnn, Taught.Set, 0);
        Assert.Equal("Visual words: expected the recognizer sift-fisher-svm, got 'cnn', which has no words. Use occlusion.",
            Assert.Throws<MekikiException>(() => Explainer.Explain(Taught.Cnn, x, new() { Method = ExplanationMethod.VisualWords }, Token)).Message);
    }
}
