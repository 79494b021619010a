using Mekiki.Vision.Classical.Neocognitrons;

namespace Mekiki.Vision.Tests.Classical.Neocognitrons;

public class ReferenceLearningTests
{
    private static Tensor Stimuli(params double[] angles) =>
        Tensor.From([.. angles.SelectMany(a => (float[])[(float)Math.Cos(a * Math.PI / 180), (float)Math.Sin(a * Math.PI / 180)])], [angles.Length, 2]);

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void WhatIsTakenForAnotherClass_BecomesAReference(int batch)
    {
        // 0° is class 0's first, 90° class 1's; 30° and 80° are right; 50° is nearer to 90°, so it becomes one; then 40° lies on a segment.
        double[] angles = [0, 90, 30, 80, 50, 40];
        int[] labels = [0, 1, 0, 1, 0, 0];
        var learning = new ReferenceLearning(2, length: 2, most: 100);
        int wrong = 0;
        for (int first = 0; first < angles.Length; first += batch)
            wrong += learning.Present(Stimuli(angles[first..(first + batch)]), labels.AsSpan(first, batch));
        Assert.Equal((3, 3), (wrong, learning.Count));

        var layer = new InterpolatingVectors(2);
        learning.GiveTo(layer);
        Assert.Equal([0L, 1L, 0L], layer.StateDict()[1].Tensor.Integers.ToArray());
        float[] similarities = layer[Stimuli(25, 60)].ToArray();
        Assert.Equal(1, similarities[0], 1e-4);
        Assert.Equal(Math.Cos(65 * Math.PI / 180), similarities[1], 1e-4);
        Assert.Equal(Math.Cos(10 * Math.PI / 180), similarities[2], 1e-4);
        Assert.Equal(Math.Cos(30 * Math.PI / 180), similarities[3], 1e-4);
    }

    [Fact]
    public void References_AreNoMoreThanAllowed()
    {
        var learning = new ReferenceLearning(2, length: 2, most: 1);
        Assert.Equal(2, learning.Present(Stimuli(0, 90, 10), [0, 1, 0]));
        Assert.Equal(1, learning.Count);
    }

    [Fact]
    public void ManyReferences_AreAllKept()
    {
        // 100 classes of one stimulus each: the store grows twice.
        double[] angles = [.. Enumerable.Range(0, 100).Select(i => 3.6 * i)];
        var learning = new ReferenceLearning(100, length: 2, most: 1000);
        Assert.Equal(100, learning.Present(Stimuli(angles), Enumerable.Range(0, 100).ToArray()));
        var layer = new InterpolatingVectors(100);
        learning.GiveTo(layer);
        var scores = layer[Stimuli(angles)];
        Assert.Equal(Enumerable.Range(0, 100), scores.ArgMax());
    }
}
