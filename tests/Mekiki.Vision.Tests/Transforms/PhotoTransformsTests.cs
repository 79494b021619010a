using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

public class PhotoTransformsTests
{
    private static readonly ImageShape shape = new(3, 24, 32);

    private static byte[] Ramp() => [.. Enumerable.Range(0, shape.Length).Select(i => (byte)(i % 3 == 0 ? i / 3 % 32 * 8 : i / 96 * 10))];

    [Fact]
    public void Flip_MirrorsHalfOfTheImages_AndKeepsTheOthers()
    {
        byte[] image = Ramp(), mirrored = new byte[image.Length];
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 32; x++)
                for (int c = 0; c < 3; c++)
                    mirrored[(y * 32 + x) * 3 + c] = image[(y * 32 + 31 - x) * 3 + c];
        int flipped = 0;
        for (int i = 0; i < 400; i++)
        {
            var generator = new Generator(3, (ulong)i);
            var result = new byte[image.Length];
            new RandomFlip().Write(image, shape, ref generator, result);
            Assert.True(result.AsSpan().SequenceEqual(image) || result.AsSpan().SequenceEqual(mirrored));
            flipped += result.AsSpan().SequenceEqual(mirrored) ? 1 : 0;
        }

        Assert.InRange(flipped, 160, 240);
    }

    [Fact]
    public void Crop_OfAllOfTheArea_IsTheImage()
    {
        byte[] image = Ramp(), result = new byte[image.Length];
        var generator = new Generator(1);
        new RandomResizedCrop(new(1, 1), new(1, 1)).Write(image, shape, ref generator, result);
        Assert.Equal(image, result);
    }

    [Fact]
    public void Crop_ShowsAPart_OfTheDrawnArea_InsideTheImage()
    {
        // Red tells the column, green the row.
        byte[] image = Ramp(), result = new byte[image.Length];
        var areas = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            var generator = new Generator(4, (ulong)i);
            new RandomResizedCrop(new(0.25, 0.5), new(1, 1)).Write(image, shape, ref generator, result);
            double columns = (result[31 * 3] - result[0]) / 8.0 + 1, rows = (result[23 * 96 + 1] - result[1]) / 10.0 + 1;
            areas.Add(columns * rows / (24 * 32));
            Assert.InRange(columns / rows, 0.9 * 4 / 3, 1.15 * 4 / 3);
        }

        Assert.InRange(areas.Min(), 0.2, 0.3);
        Assert.InRange(areas.Max(), 0.42, 0.55);
        Assert.InRange(areas.Average(), 0.32, 0.42);
    }

    [Fact]
    public void Ranges_OutsideTheirBounds_AreRefused()
    {
        Assert.Equal("RandomResizedCrop: expected shares of the area in (0, 1], from low to high, got [0, 1].", Assert.Throws<MekikiException>(() => new RandomResizedCrop(new(0, 1))).Message);
        Assert.Equal("RandomResizedCrop: expected proportions above 0, from low to high, got [2, 1].", Assert.Throws<MekikiException>(() => new RandomResizedCrop(new(0.5, 1), new(2, 1))).Message);
    }
}
