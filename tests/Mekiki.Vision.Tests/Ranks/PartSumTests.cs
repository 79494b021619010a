using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Tests.Ranks;

/// <summary>The sum of parts: the tree's bits, whoever adds.</summary>
public class PartSumTests
{
    [Theory]
    [InlineData(1, 1, 40)]
    [InlineData(2, 2, 40)]
    [InlineData(3, 2, 40)]
    [InlineData(24, 5, 40)]
    [InlineData(24, 24, 7)]     // slices of no length
    [InlineData(37, 16, 101)]
    [InlineData(5, 8, 40)]      // ranks without a part
    [InlineData(2048, 1024, 50)]
    public void Sum_IsThatOfTheTree_OnEveryRank(int parts, int size, int length)
    {
        float[] expected = Node(0, parts, length, parts);
        Assert.True(parts < 16 || !expected.SequenceEqual(InOrder(parts, length)), "The tree's bits are those of a sum in order, so nothing was tried.");
        var (sums, failures, _) = ThreadRanks.Run(size, group => Twice(group, parts, length));
        Assert.All(failures, Assert.Null);
        Assert.All(sums, sum => Assert.Equal(expected, sum));
        Assert.Equal(expected, Twice(null, parts, length));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void PowersOfTwo_SendNoMoreThanNeeded(int size)
    {
        const int Length = 1024;
        var (_, _, ranks) = ThreadRanks.Run(size, group => Sum(new PartSum(group, Length), group, 16, Length));
        Assert.Equal(2L * Length * (size - 1), ranks.Sent);
    }

    // The second time with the memory of the first, and with another number of parts between.
    private static float[] Twice(RankGroup? group, int parts, int length)
    {
        var sum = new PartSum(group, length);
        Sum(sum, group, parts, length);
        Sum(sum, group, parts + 3, length);
        return Sum(sum, group, parts, length);
    }

    private static float[] Sum(PartSum sum, RankGroup? group, int parts, int length)
    {
        sum.Begin(parts);
        var (from, to) = PartSum.RunOf(group?.Rank ?? 0, group?.Size ?? 1, parts);
        for (int part = from; part < to; part++)
        {
            var vector = sum.Take();
            Part(part, length).CopyTo(vector);
            sum.Add(part, vector);
        }

        return sum.Finish().ToArray();
    }

    private static float[] Part(int part, int length)
    {
        var generator = new Generator([7, (ulong)part]);
        float[] values = new float[length];
        foreach (ref float value in values.AsSpan())
            value = (float)generator.Normal();
        return values;
    }

    // By the definition: the largest power of two below the length divides a node.
    private static float[] Node(int from, int to, int length, int parts)
    {
        if (to - from == 1)
            return Part(from, length);
        int half = 1;
        while (2 * half < to - from)
            half *= 2;
        float[] left = Node(from, from + half, length, parts), right = Node(from + half, to, length, parts);
        return [.. left.Zip(right, (a, b) => a + b)];
    }

    private static float[] InOrder(int parts, int length)
    {
        float[] sum = Part(0, length);
        for (int part = 1; part < parts; part++)
            sum = [.. sum.Zip(Part(part, length), (a, b) => a + b)];
        return sum;
    }
}
