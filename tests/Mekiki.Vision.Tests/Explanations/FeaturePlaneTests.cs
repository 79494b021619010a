using Mekiki.Vision.Explanations;

namespace Mekiki.Vision.Tests.Explanations;

public class FeaturePlaneTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Three groups of 30 in six dimensions; scikit-learn 1.2.1 was given the same numbers.
    private static Tensor Vectors()
    {
        long state = 12345;
        float[] x = new float[90 * 6];
        for (int i = 0; i < x.Length; i++)
        {
            state = (state * 1103515245 + 12345) % 2147483648;
            x[i] = (float)(state / 2147483648.0 + (i % 6 == i / 6 % 3 ? 3 : 0));
        }

        return Tensor.From(x, [90, 6]);
    }

    [Fact]
    public void Variance_IsThatOfScikitLearn()
    {
        var plane = FeaturePlane.OfVariance(Vectors());
        Assert.Equal([90, 2], plane.Points.Shape);
        float[] expected = [-1.34414202f, 2.20311812f, 2.44286944f, 0.06643795f], points = plane.Points.ToArray();
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], points[i], 1e-3f);
        Assert.Equal(-1.59440245f, points[178], 1e-3f);
        Assert.Equal(-1.85822876f, points[179], 1e-3f);
        Assert.Equal(0.9621341621341621, plane.Trustworthiness, 1e-3);
    }

    [Fact]
    public void Neighbours_StayNeighbours_AsMuchAsWithScikitLearn()
    {
        var plane = FeaturePlane.OfNeighbours(Vectors(), perplexity: 29, cancellation: Token);
        // scikit-learn's t-SNE reaches 0.9758.
        Assert.InRange(plane.Trustworthiness, 0.97, 1);
        float[] points = plane.Points.ToArray();
        for (int n = 0; n < 90; n++)
        {
            int nearest = Enumerable.Range(0, 90).Where(m => m != n).MinBy(m => Math.Pow(points[2 * m] - points[2 * n], 2) + Math.Pow(points[2 * m + 1] - points[2 * n + 1], 2));
            Assert.Equal(n % 3, nearest % 3);
        }
    }

    [Fact]
    public void Bits_DoNotDependOnThreads()
    {
        float[]? expected = null;
        foreach (int count in new[] { 1, 3 })
        {
            using var threads = Threads.Use(count);
            float[] points = FeaturePlane.OfNeighbours(Vectors(), cancellation: Token).Points.ToArray();
            expected ??= points;
            Assert.Equal(expected, points);
        }
    }

    [Fact]
    public void EqualVectors_AndFewOnes_HaveAPlace()
    {
        Assert.All(FeaturePlane.OfNeighbours(Tensor.Ones([20, 4]), cancellation: Token).Points.ToArray(), p => Assert.True(float.IsFinite(p)));
        Assert.Equal([3, 2], FeaturePlane.OfNeighbours(Vectors()[..3], cancellation: Token).Points.Shape);
        Assert.Equal([3, 2], FeaturePlane.OfVariance(Vectors()[..3]).Points.Shape);
        Assert.InRange(FeaturePlane.OfVariance(Vectors()[..3]).Trustworthiness, 0, 1);
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        Assert.Equal("FeaturePlane: expected vectors (N, D), 3 to 10,000 of them, got (2, 4). Draw some of them.", Assert.Throws<MekikiException>(() => FeaturePlane.OfVariance(Tensor.Ones([2, 4]))).Message);
        Assert.Equal("perplexity: expected more than 1, got 1. 30 fits most sets.", Assert.Throws<MekikiException>(() => FeaturePlane.OfNeighbours(Vectors(), 1, cancellation: Token)).Message);
        Assert.Throws<OperationCanceledException>(() => FeaturePlane.OfNeighbours(Vectors(), cancellation: new(canceled: true)));
    }
}
