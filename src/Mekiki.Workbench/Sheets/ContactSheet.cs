using System.Runtime.InteropServices;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Sheets;

/// <summary>Many small images on one PNG, a class in each row, with its label before it; for looking at data.</summary>
public static class ContactSheet
{
    private const int Gap = 2, LeastLabelWidth = 72, MostLabelWidth = 168, LabelSize = 16, MostRows = 200;

    /// <summary>Draws the first images of each class.</summary>
    /// <param name="path">Where the PNG shall lie; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="perClass">How many images of each class, 1 or more.</param>
    /// <param name="seed">Which images: equal seeds choose equally.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Write(string path, ImageSet set, int perClass = 12, ulong seed = 0)
    {
        int[][] chosen = Choose(set, perClass, seed);
        Draw(path, set.Classes, chosen, set.Shape, (index, image) => set.Image(index).CopyTo(image));
    }

    /// <summary>Draws chosen images in rows; rows beyond the first 200 are left out.</summary>
    /// <param name="path">Where the PNG shall lie; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="rows">Of each row, its label and the indices of its images.</param>
    /// <exception cref="MekikiException">There is no image, or the file cannot be written.</exception>
    public static void Write(string path, ImageSet set, IReadOnlyList<(string Label, int[] Images)> rows)
    {
        var drawn = rows.Take(MostRows).ToArray();
        if (drawn.Length == 0)
            throw new MekikiException($"{path}: expected images to draw, got none. There is nothing to look at.");
        Draw(path, Array.ConvertAll(drawn, r => r.Label), Array.ConvertAll(drawn, r => r.Images), set.Shape, (index, image) => set.Image(index).CopyTo(image));
    }

    /// <summary>Draws images as a pipeline transforms them, in the given epoch; values outside [0, 1] are stretched into it.</summary>
    /// <param name="path">Where the PNG shall lie; it appears only when whole.</param>
    /// <param name="set">The images.</param>
    /// <param name="pipeline">The transforms.</param>
    /// <param name="perClass">How many images of each class, 1 or more.</param>
    /// <param name="seed">Which images, and the transforms' draws.</param>
    /// <param name="epoch">The epoch whose draws are shown.</param>
    public static void Write(string path, ImageSet set, Pipeline pipeline, int perClass = 12, ulong seed = 0, int epoch = 0)
    {
        int[][] chosen = Choose(set, perClass, seed);
        var shape = pipeline.OutputShape(set.Shape);
        int count = chosen.Sum(row => row.Length);
        var values = new float[shape.Length * count];
        var slots = new Dictionary<int, int>();
        foreach (int index in chosen.SelectMany(row => row))
        {
            var generator = new Generator(seed, (ulong)epoch, (ulong)index);
            pipeline.Write(set.Image(index), set.Shape, ref generator, values.AsSpan(slots.Count * shape.Length, shape.Length));
            slots[index] = slots.Count;
        }

        float low = Math.Min(0, values.Min()), high = Math.Max(1, values.Max());
        Draw(path, set.Classes, chosen, shape, (index, image) =>
        {
            int plane = shape.Height * shape.Width;
            var from = values.AsSpan(slots[index] * shape.Length, shape.Length);
            for (int i = 0; i < image.Length; i++)
                image[i] = (byte)((from[i % shape.Channels * plane + i / shape.Channels] - low) / (high - low) * 255 + 0.5f);
        });
    }

    private static int[][] Choose(ImageSet set, int perClass, ulong seed)
    {
        if (perClass < 1)
            throw new MekikiException($"Contact sheet: expected 1 image or more of each class, got {perClass}.");
        var members = new List<int>[Math.Min(set.Classes.Count, MostRows)];
        for (int c = 0; c < members.Length; c++)
            members[c] = [];
        for (int i = 0; i < set.Count; i++)
            if (set.Labels[i] < members.Length)
                members[set.Labels[i]].Add(i);
        return Array.ConvertAll(members, m =>
        {
            var order = m.ToArray();
            new Generator(seed, (ulong)(m.Count > 0 ? m[0] : 0)).Shuffle(order.AsSpan());
            return order[..Math.Min(perClass, order.Length)];
        });
    }

    private static void Draw(string path, IReadOnlyList<string> labels, int[][] rows, ImageShape shape, DrawImage image)
    {
        int zoom = Math.Max(1, 48 / Math.Max(shape.Width, shape.Height));
        int cellWidth = shape.Width * zoom + Gap, cellHeight = Math.Max(shape.Height * zoom, LabelSize + 4) + Gap;
        // Long lists of classes stand in several columns, so that the sheet is about as wide as high.
        using var font = new SKFont(PictureFont.Of(string.Concat(labels)), LabelSize);
        int labelWidth = Math.Clamp((int)labels.Max(l => PictureText.Width(l, font)) + 8, LeastLabelWidth, MostLabelWidth);
        int most = rows.Max(row => row.Length), stripWidth = labelWidth + most * cellWidth;
        int strips = Math.Clamp((int)Math.Round(Math.Sqrt((double)rows.Length * cellHeight / stripWidth)), 1, rows.Length);
        int perStrip = (rows.Length + strips - 1) / strips;
        using var bitmap = new SKBitmap(new SKImageInfo(strips * stripWidth + Gap, perStrip * cellHeight + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(0x30, 0x38, 0x48));
        using var ink = new SKPaint { Color = SKColors.White, IsAntialias = true };
        using var cell = new SKBitmap(new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = new byte[shape.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            int left = row / perStrip * stripWidth + Gap, top = row % perStrip * cellHeight + Gap;
            PictureText.Draw(canvas, labels[row], left + 2, top + cellHeight / 2 + LabelSize / 2 - 2, font, ink, labelWidth - 4);
            for (int column = 0; column < rows[row].Length; column++)
            {
                image(rows[row][column], pixels);
                Paint(pixels, shape, cell);
                int x = left + labelWidth + column * cellWidth;
                canvas.DrawBitmap(cell, new SKRect(x, top, x + shape.Width * zoom, top + shape.Height * zoom));
            }
        }

        canvas.Flush();
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.Write(path, stream => png.SaveTo(stream));
    }

    /// <summary>Paints an image onto a bitmap of its size.</summary>
    /// <param name="pixels">(H, W, C), uint8.</param>
    /// <param name="shape">The image's shape.</param>
    /// <param name="cell">RGBA, 8 bits each.</param>
    internal static void Paint(ReadOnlySpan<byte> pixels, ImageShape shape, SKBitmap cell)
    {
        var to = MemoryMarshal.Cast<byte, uint>(cell.GetPixelSpan());
        for (int i = 0, at = 0; i < to.Length; i++, at += shape.Channels)
        {
            uint red = pixels[at], green = pixels[at + (shape.Channels > 1 ? 1 : 0)], blue = pixels[at + (shape.Channels > 1 ? 2 : 0)];
            to[i] = 0xFF000000 | blue << 16 | green << 8 | red;
        }

        cell.NotifyPixelsChanged();
    }
}
