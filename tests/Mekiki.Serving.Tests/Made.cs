using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using SkiaSharp;

namespace Mekiki.Serving.Tests;

/// <summary>Models and images for the tests, made once.</summary>
internal static class Made
{
    private static readonly Lazy<ImageSet> drawn = new(() => KanaSet.Draw(trainCount: 1460, testCount: 219, seed: 1));
    private static readonly Lazy<Recognizer> trained = new(() => new Trainer(drawn.Value, Split.OwnOf(drawn.Value)!, new TrainOptions { Model = "kana-net", LearningRate = 0.004, Epochs = 2, Schedule = "one-cycle" }).Run().Recognizer
        .Calibrate(drawn.Value, Split.OwnOf(drawn.Value)!.Test));

    /// <summary>Trained on drawn characters for a moment, and calibrated.</summary>
    public static Recognizer Trained => trained.Value;

    /// <summary>The images that trained it, and which of the set.</summary>
    public static (ImageSet Set, int[] Images) Training => (drawn.Value, Split.OwnOf(drawn.Value)!.Train);

    /// <summary>Drawn characters that the model has not seen.</summary>
    public static ImageSet Images { get; } = KanaSet.Draw(trainCount: 1, testCount: 146, seed: 9);

    /// <summary>The images as PNG files.</summary>
    public static byte[][] Pngs { get; } = [.. Enumerable.Range(1, 146).Select(i => Png(Images.Image(i), Images.Shape.Width, Images.Shape.Height))];

    /// <summary>A network that was not trained, of other weights for each seed.</summary>
    public static Recognizer Fresh(int seed, params string[] classes) => new(Catalogue.Find("cnn").Create(new ImageShape(1, 48, 48), classes.Length, (ulong)seed), new ModelCard("cnn", classes, new Preprocessing(1, 48, 48)));

    /// <summary>A network of more weights than <see cref="Fresh"/> makes.</summary>
    public static Recognizer Larger => new(Catalogue.Find("vgg11").Create(new ImageShape(1, 48, 48), 2, 1), new ModelCard("vgg11", ["a", "b"], new Preprocessing(1, 48, 48)));

    /// <summary>A grey picture as a PNG file.</summary>
    public static byte[] Png(ReadOnlySpan<byte> grey, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
            grey.Slice(y * width, width).CopyTo(bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, width));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
