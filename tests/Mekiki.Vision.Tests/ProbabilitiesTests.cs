using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Training;

namespace Mekiki.Vision.Tests;

public class ProbabilitiesTests
{
    private static readonly ImageSet set = Bars.Set(count: 90);
    private static readonly int[] subset = [.. Enumerable.Range(0, 75).Select(i => 80 - i)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // An untrained network, of which the views of an image see much that differs.
    private static Recognizer Made(int? shift = null)
    {
        var preprocessing = Preprocessing.Measured(set.Shape, set, subset);
        return new(Catalogue.Find("mlp").Create(set.Shape, set.Classes.Count, seed: 4), new ModelCard("mlp", set.Classes, preprocessing) { Shift = shift });
    }

    [Fact]
    public void Of_GivesTheSoftmaxOfTheScores_InTheOrderOfTheSubset()
    {
        var recognizer = Made();
        var probabilities = Probabilities.Of(recognizer, set, subset, cancellation: Token);
        Assert.Equal((75, 3), (probabilities.Count, probabilities.Classes));
        for (int n = 0; n < subset.Length; n++)
        {
            float[] expected = recognizer.Scores(Prepared(recognizer, subset[n])).Softmax(1).ToArray();
            for (int c = 0; c < 3; c++)
                Assert.Equal(expected[c], probabilities[n][c], 1e-5f);
        }
    }

    [Fact]
    public void CardWithAShift_GivesTheMeanOfFiveViews_AsEvaluateDoes()
    {
        Recognizer plain = Made(), shifted = Made(shift: 3);
        var one = Probabilities.Of(plain, set, subset, cancellation: Token);
        var five = Probabilities.Of(shifted, set, subset, cancellation: Token);
        double largest = 0, loss = 0;
        plain.Network.Eval();
        for (int n = 0; n < subset.Length; n++)
        {
            float[] views = ShiftedViews.Scores(plain.Network, Prepared(plain, subset[n]), 3).ToArray();
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(MathF.Exp(views[c]), five[n][c], 1e-5f);
                largest = Math.Max(largest, Math.Abs(one[n][c] - five[n][c]));
            }

            loss -= Math.Log(five[n][set.Labels[subset[n]]]) / subset.Length;
        }

        Assert.True(largest > 0.01, $"Expected views that differ, got at most {largest}.");
        var evaluated = shifted.Evaluate(set, subset, cancellation: Token);
        Assert.Equal(evaluated.Loss, loss, 1e-5);
        Assert.Equal(evaluated.Accuracy, subset.Select((i, n) => five.Best(n) == set.Labels[i] ? 1.0 : 0).Average(), 12);
    }

    private static Tensor Prepared(Recognizer recognizer, int image)
    {
        var values = new float[set.Shape.Length];
        var none = new Generator(0);
        recognizer.Preprocessing.Pipeline(set.Shape).Write(set.Image(image), set.Shape, ref none, values);
        return Tensor.From(values, [1, 1, Bars.Side, Bars.Side]);
    }
}
