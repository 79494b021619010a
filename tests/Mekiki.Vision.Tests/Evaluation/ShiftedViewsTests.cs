using Mekiki.Layers;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class ShiftedViewsTests
{
    [Theory]
    [InlineData(1, 0, new float[] { 1, 1, 2, 4, 4, 5, 7, 7, 8 })]
    [InlineData(-1, 0, new float[] { 2, 3, 3, 5, 6, 6, 8, 9, 9 })]
    [InlineData(0, 1, new float[] { 1, 2, 3, 1, 2, 3, 4, 5, 6 })]
    [InlineData(0, -2, new float[] { 7, 8, 9, 7, 8, 9, 7, 8, 9 })]
    [InlineData(5, 0, new float[] { 1, 1, 1, 4, 4, 4, 7, 7, 7 })]
    [InlineData(-5, 0, new float[] { 3, 3, 3, 6, 6, 6, 9, 9, 9 })]
    public void Shift_MovesPixels_AndRepeatsTheBorder(int dx, int dy, float[] expected)
    {
        var result = new float[9];
        ShiftedViews.Shift([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3], dx, dy, result);
        Assert.Equal(expected, result);
    }

    [Fact]
    public void Scores_AreTheLogarithmOfTheMeanProbability()
    {
        // Two classes, whose scores are the left and the right pixel of 1x2 images.
        var network = new Sequential(new Flatten());
        network.Eval();
        var scores = ShiftedViews.Scores(network, Tensor.From([1f, 3f], [1, 1, 1, 2]), 1);
        // As it is, and up and down, (1, 3); to the right (1, 1); to the left (3, 3).
        double first = (3 / (1 + Math.Exp(2)) + 2 * 0.5) / 5;
        Assert.Equal(Math.Log(first), scores.Values[0], 1e-5);
        Assert.Equal(Math.Log(1 - first), scores.Values[1], 1e-5);
    }

    [Fact]
    public void Card_WithTooLargeAShift_CannotBeMade() =>
        Assert.Equal("Shift of a model: expected 0 to 16 pixels, got 17.", Assert.Throws<MekikiException>(() => new ModelCard("cnn", ["a"], new(1, 8, 8)) { Shift = 17 }).Message);
}
