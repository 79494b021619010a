using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests;

public class FeatureNeighboursTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static (Recognizer Recognizer, ImageSet Set) Made()
    {
        var shape = new ImageShape(1, 12, 12);
        var set = ImageSet.FromDrawing("made", shape, [.. Enumerable.Range(0, 60).Select(i => i % 3)], ["a", "b", "c"], (index, image) =>
        {
            var generator = new Generator(7, (ulong)index);
            foreach (ref byte value in image)
                value = (byte)generator.NextInt32(256);
        });
        var network = Catalogue.Find("mlp").Create(shape, 3, 1);
        return (new Recognizer(network, new ModelCard("mlp", set.Classes, new Preprocessing(1, 12, 12))), set);
    }

    // Worked out pair by pair.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Score_IsTheDistanceToTheKthNearest(int k)
    {
        var (recognizer, set) = Made();
        int[] train = [.. Enumerable.Range(0, 40)], test = [.. Enumerable.Range(40, 20)];
        var neighbours = FeatureNeighbours.Of(recognizer, set, train, cancellation: Token);
        double[] scores = neighbours.Scores(recognizer, set, test, k, cancellation: Token);
        var (features, length) = FeatureNeighbours.UnitFeatures(recognizer, set, [.. Enumerable.Range(0, 60)], cancellation: Token);
        for (int i = 0; i < test.Length; i++)
        {
            double[] distances = [.. train.Select(t => Math.Sqrt(Enumerable.Range(0, length).Sum(d => Math.Pow(features[t * length + d] - features[test[i] * length + d], 2)))).Order()];
            Assert.Equal(-distances[Math.Min(k, distances.Length) - 1], scores[i], 1e-3);
        }

        int[] nearest = neighbours.Nearest(set, features.AsSpan(40 * length, length), 1, 3);
        Assert.Equal(3, nearest.Length);
        Assert.All(nearest, n => Assert.Equal(1, set.Labels[n]));
    }

    [Fact]
    public void WrongInput_IsRefused()
    {
        var (recognizer, set) = Made();
        Assert.StartsWith("made: expected training images to compare with, got none.", Assert.Throws<MekikiException>(() => FeatureNeighbours.Of(recognizer, set, [], cancellation: Token)).Message);
        var neighbours = FeatureNeighbours.Of(recognizer, set, [0, 1], cancellation: Token);
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbours.Scores(recognizer, set, [2], 0, cancellation: Token));
    }
}
