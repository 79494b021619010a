using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

public unsafe class RowKernelTests
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
        double dot = 0;
        float[] sums = (float[])y.Clone();
        for (int i = 0; i < count; i++)
        {
            dot += x[i] * y[i];
            sums[i] += 0.3f * x[i];
        }

        fixed (float* a = x, b = y)
        {
            Assert.Equal(dot, RowKernels.Dot(a, b, count), 1e-4);
            RowKernels.AddScaled(a, 0.3f, b, count);
        }

        // The element after the last is as it was.
        Assert.All(sums.Zip(y), p => Assert.Equal(p.First, p.Second, 1e-5));
        Assert.Equal(sums[count], y[count]);
    }
}
