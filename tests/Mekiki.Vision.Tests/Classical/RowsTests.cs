using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public class RowsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(131)]
    public void Products_AndSums_AreThoseOfAPlainLoop(int count)
    {
        var generator = new Generator(1);
        float[] x = new float[count + 1], y = new float[count + 1];
        for (int i = 0; i <= count; i++)
            (x[i], y[i]) = ((float)generator.Normal(), (float)generator.Normal());
        double dot = 0, sum = 0, squares = 0;
        float[] sums = (float[])y.Clone();
        for (int i = 0; i < count; i++)
        {
            dot += x[i] * y[i];
            sum += x[i];
            squares += (double)x[i] * x[i];
            sums[i] += 0.3f * x[i];
        }

        Span<float> a = x.AsSpan(0, count), b = y.AsSpan(0, count);
        Assert.Equal(dot, Rows.Dot(a, b), 1e-4);
        Assert.Equal(sum, Rows.Sum(a), 1e-4);
        Assert.Equal(squares, Rows.SumOfSquares(a), 1e-4);
        Rows.AddScaled(a, 0.3f, b);

        // The element after the last is as it was.
        Assert.All(sums.Zip(y), p => Assert.Equal(p.First, p.Second, 1e-5));
        Assert.Equal(sums[count], y[count]);

        float[] before = (float[])x.Clone();
        Rows.Scale(a, -2);
        for (int i = 0; i < count; i++)
            Assert.Equal(-2 * before[i], x[i]);
        Assert.Equal(before[count], x[count]);
    }

    [Fact]
    public void Products_OfRowsOfTwoLengths_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Rows.Dot(new float[3], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rows.AddScaled(new float[3], 1, new float[4]));
    }
}
