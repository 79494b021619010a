using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Models;

/// <summary>Easy pictures for recognizers that look at shapes: one dark stroke on light paper, in one of three directions, somewhere.</summary>
internal static class Strokes
{
    public const int Side = 48;

    private static readonly (int Y, int X)[] directions = [(0, 1), (1, 0), (1, 1)];

    public static ImageSet Set(int count = 30) =>
        ImageSet.FromDrawing("strokes", new ImageShape(1, Side, Side), [.. Enumerable.Range(0, count).Select(i => i % 3)], ["across", "down", "aslant"], (i, image) => Draw(i, i % 3, image));

    private static void Draw(int index, int label, Span<byte> image)
    {
        var generator = new Generator(78, (ulong)index);
        foreach (ref byte pixel in image)
            pixel = (byte)(215 + generator.NextInt32(20));
        int middleY = Side / 2 + generator.NextInt32(9) - 4, middleX = Side / 2 + generator.NextInt32(9) - 4, half = 11 + generator.NextInt32(5);
        for (int t = -half; t <= half; t++)
            for (int y = -2; y <= 2; y++)
                for (int x = -2; x <= 2; x++)
                    image[(middleY + t * directions[label].Y + y) * Side + middleX + t * directions[label].X + x] = (byte)(20 + generator.NextInt32(20));
    }
}
