using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class PrincipalComponentsTests
{
    [Fact]
    public void Eigenvectors_MakeTheMatrixDiagonal()
    {
        const int N = 12;
        var generator = new Generator(3);
        double[] a = new double[N * N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
                a[i * N + j] = a[j * N + i] = generator.Normal();
        var (values, vectors) = SymmetricEigen.Of((double[])a.Clone(), N);
        Assert.Equal(values.OrderDescending(), values);
        for (int v = 0; v < N; v++)
            for (int i = 0; i < N; i++)
                Assert.Equal(values[v] * vectors[v * N + i], Enumerable.Range(0, N).Sum(j => a[i * N + j] * vectors[v * N + j]), 1e-10);
        for (int v = 0; v < N; v++)
            for (int w = 0; w < N; w++)
                Assert.Equal(v == w ? 1 : 0, Enumerable.Range(0, N).Sum(j => vectors[v * N + j] * vectors[w * N + j]), 1e-12);
    }

    [Fact]
    public void Fit_FindsTheAxesOfAnEllipse()
    {
        // Around (5, -1): deviation 3 along (3, 4) / 5, 0.5 across. Four points a pair of values, so the means are exact.
        float[] points = new float[2 * 4 * 500];
        var generator = new Generator(1);
        for (int i = 0; i < 500; i++)
        {
            double along = 3 * generator.Normal(), across = 0.5 * generator.Normal();
            for (int k = 0; k < 4; k++)
            {
                double a = (k & 1) == 0 ? along : -along, b = (k & 2) == 0 ? across : -across;
                points[(i * 4 + k) * 2] = (float)(5 + 0.6 * a - 0.8 * b);
                points[(i * 4 + k) * 2 + 1] = (float)(-1 + 0.8 * a + 0.6 * b);
            }
        }

        var pca = PrincipalComponents.Fit(Tensor.From(points, [2000, 2]), 2);
        Assert.All(pca.Mean.ToArray().Zip([5f, -1f]), p => Assert.Equal(p.Second, p.First, 1e-5));
        Assert.All(pca.Components.ToArray().Zip([0.6f, 0.8f, 0.8f, -0.6f]), p => Assert.Equal(p.Second, p.First, 1e-4));
        float[] y = new float[4];
        pca.Project([5, -1, 5.6f, -0.2f], y);
        Assert.All(y.Zip([0f, 0f, 1f, 0f]), p => Assert.Equal(p.Second, p.First, 1e-3));
    }

    [Fact]
    public void Fit_FewerOrEqualVectors_IsFinite()
    {
        var one = PrincipalComponents.Fit(Tensor.From([1f, 2, 3], [1, 3]), 2);
        Assert.All(one.Components.ToArray(), v => Assert.True(float.IsFinite(v)));
        float[] y = new float[2];
        one.Project([1, 2, 3], y);
        Assert.Equal([0f, 0f], y);
        one.Project([], []);
    }

    [Fact]
    public void Fit_WithoutVectors_SaysWhatToDo() =>
        Assert.Equal("PrincipalComponents: expected one vector (N, I) or more, got (0, 128). Give more images, with something on them.",
            Assert.Throws<MekikiException>(() => PrincipalComponents.Fit(Tensor.Zeros([0, 128]), 2)).Message);
}
