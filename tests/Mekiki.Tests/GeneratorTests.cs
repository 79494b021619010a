namespace Mekiki.Tests;

public class GeneratorTests
{
    [Fact]
    public void SameKeys_SameStream_OtherKeys_OtherStream()
    {
        var a = new Generator(1, 2, 3);
        var b = new Generator(1, 2, 3);
        var c = new Generator(1, 3, 2);
        ulong first = a.NextUInt64();
        Assert.Equal(first, b.NextUInt64());
        Assert.NotEqual(first, c.NextUInt64());
    }

    [Fact]
    public void Uniform_And_Normal_HaveTheirMoments()
    {
        var g = new Generator(7);
        double sum = 0, square = 0, uniform = 0;
        const int n = 200_000;
        for (int i = 0; i < n; i++)
        {
            double z = g.Normal();
            sum += z;
            square += z * z;
            uniform += g.NextSingle();
        }

        Assert.InRange(sum / n, -0.01, 0.01);
        Assert.InRange(square / n, 0.98, 1.02);
        Assert.InRange(uniform / n, 0.495, 0.505);
    }

    [Fact]
    public void NextInt32_ReachesAllValues_AndNoOther()
    {
        var g = new Generator(3);
        var counts = new int[7];
        for (int i = 0; i < 7000; i++)
            counts[g.NextInt32(7)]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
    }
}
