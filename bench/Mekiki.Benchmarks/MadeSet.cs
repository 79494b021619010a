using System.Formats.Tar;
using SkiaSharp;

namespace Mekiki.Benchmarks;

/// <summary>A set of any size whose images nobody has to keep: bright spots on noise, of ten classes told by where the spot lies.</summary>
internal static class MadeSet
{
    private const int Classes = 10, Kinds = 1000;

    /// <summary>Writes it as a tar of class folders. Of many images a thousand are different; the others repeat them.</summary>
    /// <param name="path">The tar.</param>
    /// <param name="count">How many images.</param>
    /// <param name="size">Their width and height in pixels.</param>
    /// <param name="channels">1 or 3.</param>
    public static void Write(string path, int count, int size, int channels)
    {
        byte[][] files = new byte[Math.Min(Kinds, count)][];
        Parallel.For(0, files.Length, i => files[i] = Png(i, size, channels, strokes: 0));
        Write(path, count, i => files[i % files.Length]);
    }

    /// <summary>Writes grey images that all differ, also to who looks for images that are almost the same: strokes lie beside the spot.</summary>
    /// <inheritdoc cref="Write(string, int, int, int)"/>
    public static void WriteDifferent(string path, int count, int size)
    {
        byte[][] files = new byte[Math.Min(Kinds, count)][];
        Write(path, count, i =>
        {
            if (i % files.Length == 0)
                Parallel.For(0, Math.Min(files.Length, count - i), k => files[k] = Png(i + k, size, 1, strokes: 6));
            return files[i % files.Length];
        });
    }

    private static void Write(string path, int count, Func<int, byte[]> fileOf)
    {
        using var tar = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        for (int i = 0; i < count; i++)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"c{i % Classes}/{i:D8}.png") { DataStream = new MemoryStream(fileOf(i)) });
    }

    private static byte[] Png(int seed, int size, int channels, int strokes)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.DarkSlateBlue);
            using var paint = new SKPaint { Color = SKColors.Gold };
            float cell = size / 5f;
            canvas.DrawCircle(cell * (seed % Classes % 5 + 0.5f), size * (seed % Classes < 5 ? 0.3f : 0.7f), cell / 2 * (0.8f + 0.4f * random.NextSingle()), paint);
            for (int i = 0; i < strokes; i++)
            {
                using var stroke = new SKPaint { Color = new SKColor((uint)random.Next() | 0xFF000000), StrokeWidth = cell * (0.2f + random.NextSingle()) };
                canvas.DrawLine(size * random.NextSingle(), size * random.NextSingle(), size * random.NextSingle(), size * random.NextSingle(), stroke);
            }

            for (int i = 0; i < size; i++)
                canvas.DrawPoint(random.Next(size), random.Next(size), SKColors.White);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
