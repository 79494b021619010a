using Mekiki.Vision.Options;

namespace Mekiki.Vision.Tests.Options;

public class OptionRangeTests
{
    public static TheoryData<OptionRange<double>, string?, string?, double[], double[]> Numbers => new()
    {
        { OptionRange.Share, "0 or more and less than 1", "0 ≤ X < 1", [0, 0.999], [-1e-9, 1, double.NaN] },
        { OptionRange.AtLeast(0.0), "0 or more", "X ≥ 0", [0, 1e300], [-1e-9, double.PositiveInfinity, double.NaN] },
        { OptionRange.MoreThan(0.0), "more than 0", "X > 0", [1e-9, 1e300], [0, double.PositiveInfinity, double.NaN] },
        { OptionRange.Between(0.001, 0.9), "0.001 to 0.9", "0.001 ≤ X ≤ 0.9", [0.001, 0.9], [0.0009, 0.91] },
        { new(0, 1) { IsAbove = true }, "more than 0 and at most 1", "0 < X ≤ 1", [0.5, 1], [0, 1.1] },
        { new(double.MinValue, 5), "5 or less", "X ≤ 5", [-1e300, 5], [5.1, double.NegativeInfinity] },
        { new(double.MinValue, 5) { IsBelow = true }, "less than 5", "X < 5", [4.9], [5] },
        { new(double.NegativeInfinity, double.PositiveInfinity), null, null, [-1e300, 0], [double.NaN, double.PositiveInfinity] },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Range_SaysWhatItHolds(OptionRange<double> range, string? words, string? formula, double[] inside, double[] outside)
    {
        Assert.Equal((words, formula), (range.Words, range.Formula("X")));
        Assert.All(inside, x => Assert.True(range.Contains(x)));
        Assert.All(outside, x => Assert.False(range.Contains(x)));
    }

    [Fact]
    public void WholeNumbers_AreGrouped_AndCalledSo()
    {
        Assert.Equal(("1 to 6,144", "1 ≤ N ≤ 6,144"), (OptionRange.Between(1, 6144).Words, OptionRange.Between(1, 6144).Formula("N")));
        Assert.Equal(("1 or more", "N ≥ 1"), (OptionRange.AtLeast(1L).Words, OptionRange.AtLeast(1L).Formula("N")));
        Assert.Null(OptionRange.AtLeast(0UL).Words);
        Assert.Equal(("a whole number", "a number"), (OptionRange<long>.Kind, OptionRange<float>.Kind));
    }

    [Theory]
    [InlineData("2e-3", true, 0.002)]
    [InlineData("-7", true, -7)]
    [InlineData("1,5", false, 0)]
    [InlineData("nan", false, 0)]
    [InlineData("", false, 0)]
    public void Numbers_AreRead(string text, bool isNumber, double value)
    {
        Assert.Equal(isNumber, OptionRange<double>.TryRead(text, out double read));
        if (isNumber)
            Assert.Equal(value, read);
    }
}
