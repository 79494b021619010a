using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using SkiaSharp;

namespace WebApi;

/// <summary>A model and an image to try the service with.</summary>
internal static class DrawnCharacters
{
    public static Recognizer Train()
    {
        var set = KanaSet.Draw(trainCount: 7300, testCount: 73);
        return new Trainer(set, Split.OwnOf(set)!, new TrainOptions { Model = "kana-net", LearningRate = 0.004, Epochs = 2, Schedule = "one-cycle" }).Run().Recognizer;
    }

    /// <summary>A character that the model has not seen, as a PNG file.</summary>
    public static (byte[] Png, string Label) Example()
    {
        var set = KanaSet.Draw(trainCount: 1, testCount: 73, seed: 9);
        using var bitmap = new SKBitmap(new SKImageInfo(set.Shape.Width, set.Shape.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        set.Image(1).CopyTo(bitmap.GetPixelSpan());
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return (png.ToArray(), set.Classes[set.Labels[1]]);
    }
}
