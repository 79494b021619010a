using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Tests.Checks;

public class NearDuplicatesTests
{
    private static readonly ImageSet drawn = KanaSet.Open(new ImageSetOptions { Cache = false }, 584, 73);

    // The drawn images and, behind them, a changed copy of each of the first.
    private static ImageSet With(int copies, Func<byte, byte> change)
    {
        int length = drawn.Shape.Length, count = drawn.Count + copies;
        var pixels = new byte[count * length];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            int from = i < drawn.Count ? i : i - drawn.Count;
            labels[i] = drawn.Labels[from];
            drawn.Image(from).CopyTo(pixels.AsSpan(i * length));
            if (i >= drawn.Count)
                foreach (ref byte pixel in pixels.AsSpan(i * length, length))
                    pixel = change(pixel);
        }

        return ImageSet.FromPixels("copies", drawn.Shape, pixels, labels, drawn.Classes);
    }

    private static (int, int)[] Found(ImageSet set) => [.. NearDuplicates.Find(set, [.. Enumerable.Range(0, set.Count)]).Select(p => (p.First, p.Second))];

    [Fact]
    public void CharactersByDifferentHands_AreNoDuplicates() => Assert.Empty(Found(drawn));

    [Fact]
    public void TwoHundredCopies_AreFound_AlsoLighterOnes()
    {
        (int, int)[] expected = [.. Enumerable.Range(0, 200).Select(i => (i, drawn.Count + i))];
        Assert.Equal(expected, Found(With(200, p => p)));
        var lighter = Found(With(200, p => (byte)Math.Min(255, 20 + p * 9 / 10)));
        Assert.Empty(lighter.Except(expected));
        Assert.True(lighter.Length >= 195, $"Expected nearly 200 pairs, got {lighter.Length}.");
    }

    [Fact]
    public void BlankPaper_HasHardlyAnyDuplicates_AndTakesNoTime()
    {
        // Paper, with the scanner's noise, and a speck on each second: all pairs of 20,000 are alike by their hashes.
        const int Count = 20_000, Side = 32;
        var set = ImageSet.FromDrawing("blank", new(1, Side, Side), new int[Count], ["a", "b"], (i, image) =>
        {
            var generator = new Generator(1, (ulong)i);
            foreach (ref byte pixel in image)
                pixel = (byte)(240 + generator.NextInt32(8));
            if (i % 2 == 0)
                image.Slice(generator.NextInt32(Side * Side - 4), 4).Fill(40);
        });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        // A few have their specks at one place.
        Allocated.AtMost(64L << 20, () => Assert.InRange(Found(set).Length, 0, Count / 100));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public void OnePictureOften_GivesEachABoundedNumberOfPartners()
    {
        const int Count = 3000, Side = 32;
        var set = ImageSet.FromDrawing("frames", new(1, Side, Side), new int[Count], ["a", "b"], (i, image) =>
        {
            var picture = new Generator(9);
            for (int p = 0; p < image.Length; p += 64)
                image.Slice(p, 64).Fill((byte)picture.NextInt32(256));
            for (int p = 0; p < image.Length; p++)
                image[p] = (byte)(p % 32 < 16 ? image[p] : 255 - image[p]);
            image[i % image.Length] ^= (byte)(1 + i / image.Length);
        });
        var found = Found(set);
        Assert.InRange(found.Length, Count - 1, Count * 8);
        Assert.Equal(found, found.Distinct());
        Assert.Equal(Count, found.SelectMany(p => new[] { p.Item1, p.Item2 }).Distinct().Count());
    }

    [Fact]
    public void StripesAcross_AreComparedToo()
    {
        // No place is lighter than its right neighbour: the hash of before had no bit.
        var set = ImageSet.FromDrawing("stripes", new(1, 32, 32), [0, 0, 0, 0], ["a", "b"], (i, image) =>
        {
            for (int y = 0; y < 32; y++)
                image.Slice(32 * y, 32).Fill((byte)(y / 4 % (i < 2 ? 2 : 4) == 0 ? 40 + i : 220));
        });
        Assert.Equal([(0, 1), (2, 3)], Found(set));
    }

    [Fact]
    public void EqualImages_AreGrouped_AndImagesInBothPartsAreToldBeforeTraining()
    {
        var set = With(200, p => p);
        var groups = EqualImages.Groups(set);
        Assert.Equal(200, groups.Count);
        Assert.All(groups, g => Assert.Equal(drawn.Count, g[1] - g[0]));
        var leaky = new Split([.. Enumerable.Range(0, drawn.Count)], [.. Enumerable.Range(drawn.Count, 200)], []);
        Assert.Equal("200 of 200 test images are also among the training images (000657 = 000000): the figures will be too good. `mekiki data check` lists equal images; remove the copies, or keep them in one part by --group.", Assert.Single(TrainingWarnings.Of(set, leaky)));
        Assert.Empty(TrainingWarnings.Of(drawn, Split.OwnOf(drawn)!));
    }
}
