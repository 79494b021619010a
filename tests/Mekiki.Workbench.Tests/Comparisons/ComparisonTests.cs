using Mekiki.Vision;
using Mekiki.Workbench.Comparisons;

namespace Mekiki.Workbench.Tests.Comparisons;

public class ComparisonTests
{
    /// <summary>Exact two-sided binomial tests by scipy.stats.binomtest, and the statistic by hand.</summary>
    [Theory]
    [InlineData(0, 0, 1, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(5, 0, 0.0625, 3.2)]
    [InlineData(0, 5, 0.0625, 3.2)]
    [InlineData(10, 10, 1, 0)]
    [InlineData(121, 59, 4.43445e-6, 20.6722)]
    [InlineData(2100, 1900, 0.00164927, 9.90025)]
    public void McNemar_IsTheExactTest(int b, int c, double p, double chiSquared)
    {
        var test = new McNemar(b, c);
        Assert.Equal(p, test.P, p * 1e-5);
        Assert.Equal(chiSquared, test.ChiSquared, 1e-4);
    }

    [Fact]
    public void Counts_ClassesAndDifferences_AreThoseOfTheAnswers()
    {
        string[] labels = ["a", "a", "b", "b", "b"];
        var comparison = Comparison.Of(["0", "1", "2", "3", "4"], labels, Answers("a", "b", "b", "a", "b"), Answers("a", "a", "a", "c", "b"));
        Assert.Equal((5, 3, 3), (comparison.Images, comparison.FirstCorrect, comparison.SecondCorrect));
        Assert.Equal(new McNemar(1, 1), comparison.Test);
        Assert.Equal([new("a", 2, 1, 2), new("b", 3, 2, 1)], comparison.Classes);
        Assert.Equal(["1", "2", "3"], comparison.Different.Select(d => d.Image));
        using var folder = new TemporaryFolder();
        comparison.WriteCsv(folder["x.csv"]);
        Assert.Equal(["image,class,first,first_probability,second,second_probability", "1,a,b,0.5,a,0.5", "2,b,b,0.5,a,0.5", "3,b,a,0.5,c,0.5"], File.ReadAllLines(folder["x.csv"]));
    }

    private static LabelProbability[] Answers(params string[] labels) => [.. labels.Select(l => new LabelProbability(l, 0.5f))];
}
