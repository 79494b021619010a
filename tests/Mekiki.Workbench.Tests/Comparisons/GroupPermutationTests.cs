using Mekiki.Workbench.Comparisons;

namespace Mekiki.Workbench.Tests.Comparisons;

public class GroupPermutationTests
{
    [Fact]
    public void Of_CountsWholeGroups()
    {
        // In 8 groups of 10 images the first is right throughout and the second wrong: 2 of the 2^8 choices of signs are as far from 0.
        int[] groups = [.. Enumerable.Range(0, 80).Select(i => i / 10)];
        var test = GroupPermutation.Of(groups, [.. groups.Select(_ => true)], [.. groups.Select(_ => false)]);
        Assert.Equal((8, 8), (test.Groups, test.Different));
        Assert.Equal(2.0 / 256, test.P, 0.003);
        // McNemar's test takes the 80 images for independent.
        Assert.True(new McNemar(80, 0).P < 1e-20);
    }

    [Fact]
    public void Of_EqualAnswers_AreNoDifference()
    {
        var test = GroupPermutation.Of([0, 0, 1], [true, false, true], [false, true, true]);
        Assert.Equal(new GroupPermutation(2, 0, 1), test);
    }
}
