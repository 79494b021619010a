using Mekiki.Vision.Classical.Neocognitrons;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

/// <summary>Interpolating vectors in the plane, where a vector of length 1 is an angle and a cosine that of the difference.</summary>
public class ReferenceClassTests
{
    private static float Cosine(double a, double b) => (float)Math.Cos((a - b) * Math.PI / 180);

    private static ReferenceClass Class(double[] all, params int[] members)
    {
        var made = new ReferenceClass();
        foreach (int m in members)
            made.Add(m, Array.ConvertAll(all, a => Cosine(a, all[m])));
        return made;
    }

    private static float Similarity(double[] all, ReferenceClass of, double x) => of.Similarity(Array.ConvertAll(all, a => Cosine(a, x)));

    [Theory]
    [InlineData(45, 1)]             // in the middle of the segment's angles
    [InlineData(20, 1)]             // anywhere between
    [InlineData(-30, 0.8660254)]    // outside: the nearer end
    [InlineData(120, 0.8660254)]
    public void Similarity_IsThatOfTheNearestVectorOfTheSegment(double x, double expected)
    {
        double[] all = [0, 90];
        Assert.Equal(expected, Similarity(all, Class(all, 0, 1), x), 1e-5);
    }

    [Fact]
    public void ASegment_BeatsANearerReferenceOfAnotherClass()
    {
        double[] all = [0, 90, 60];
        var (segment, point) = (Class(all, 0, 1), Class(all, 2));
        Assert.Equal(Math.Cos(Math.PI / 12), Similarity(all, point, 45), 1e-5);
        Assert.True(Similarity(all, segment, 45) > Similarity(all, point, 45));
    }

    [Fact]
    public void Similarity_InSpace_IsTheCosineToThePlaneOfTheTwo()
    {
        // References (1, 0, 0) and (0.6, 0.8, 0), stimulus (2, 1, 2)/3: its part in their plane has the length √5/3.
        var made = new ReferenceClass();
        made.Add(0, [1, 0.6f]);
        made.Add(1, [0.6f, 1]);
        Assert.Equal(Math.Sqrt(5) / 3, made.Similarity([2 / 3f, (2 * 0.6f + 0.8f) / 3]), 1e-5);
    }

    [Fact]
    public void OneReference_OrNone()
    {
        double[] all = [10];
        Assert.Equal(Cosine(0, 10), Similarity(all, Class(all, 0), 0), 1e-6);
        Assert.Equal(Cosine(0, 140), Similarity([140], Class([140], 0), 0), 1e-6);
        Assert.Equal(-1, new ReferenceClass().Similarity([]));
    }

    [Fact]
    public void ManyReferences_TheNearestMakeTheSegments()
    {
        // From 100° to 179° and 0°, in any order: the stimulus at 50° is between 0° and 100°, which are the nearest.
        double[] all = [.. Enumerable.Range(100, 80).Select(a => (double)a).Reverse(), 0];
        Assert.Equal(1, Similarity(all, Class(all, [.. Enumerable.Range(0, all.Length)]), 50), 1e-4);
    }
}
