using Mekiki.Vision.Classical.Neocognitrons;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

public class StimulusTests
{
    // A stroke of two rows of ten.
    private static float[] Picture(float paper, float ink) => [.. Enumerable.Range(0, 100).Select(i => i / 10 is 4 or 5 ? ink : paper)];

    [Theory]
    [InlineData(0.8f, 0.1f)]
    [InlineData(0.5f, 0.3f)]
    [InlineData(1.2f, -2.5f)]
    [InlineData(-1f, 2f)]
    public void Ink_IsOne_AndPaperNothing_WhateverTheyWere(float paper, float ink)
    {
        var stimulus = Stimulus.Of(Tensor.From(Picture(paper, ink), [1, 1, 10, 10]), isInkLight: ink > paper, side: 10);
        Assert.Equal(Picture(0, 1), stimulus.ToArray());
    }

    [Fact]
    public void Levels_BetweenThem_AreBetween_AndThePapersTexture_Vanishes()
    {
        float[] picture = Picture(1, 0);
        (picture[0], picture[1]) = (0.9f, 0.5f);
        float[] stimulus = Stimulus.Of(Tensor.From(picture, [1, 1, 10, 10]), isInkLight: false, side: 10).ToArray();
        Assert.Equal(0, stimulus[0]);
        Assert.Equal(0.5f, stimulus[1], 0.01f);
    }

    [Fact]
    public void AnEmptyImage_IsPaper() =>
        Assert.All(Stimulus.Of(Tensor.Full([1, 3, 10, 10], 0.4f), isInkLight: false, side: 5).ToArray(), v => Assert.Equal(0, v));

    [Fact]
    public void Sides_AreMadeEqual_ByAverages()
    {
        float[] stimulus = Stimulus.Of(Tensor.From(Picture(1, 0), [1, 1, 10, 10]), isInkLight: false, side: 5).ToArray();
        Assert.Equal([.. Enumerable.Range(0, 25).Select(i => i / 5 == 2 ? 1f : 0f)], stimulus);
    }

    [Theory]
    [InlineData(200, 20, false)]
    [InlineData(20, 200, true)]
    public void Polarity_IsWhatTheBordersShow(byte paper, byte ink, bool light)
    {
        byte[] pixels = [.. Enumerable.Range(0, 100).Select(i => i / 10 is 4 or 5 && i % 10 is > 0 and < 9 ? ink : paper)];
        var set = ImageSet.FromPixels("made", new(1, 10, 10), pixels, [0], ["a"]);
        Assert.Equal(light, Stimulus.IsInkLight(new PreparedImages(set, [0], new Preprocessing(1, 10, 10).Pipeline(set.Shape))));
    }
}
