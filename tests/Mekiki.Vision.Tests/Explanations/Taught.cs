using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Explanations;

/// <summary>A network that has learnt ten characters in some seconds, and images that it has not seen.</summary>
internal static class Taught
{
    public const int TrainImages = 2000;
    private const int TestImages = 500, Kinds = 10;
    private static readonly Lazy<(ImageSet Set, Split Split)> data = new(() => Characters());
    private static readonly Lazy<Recognizer> cnn = new(() => Train(data.Value.Set, data.Value.Split, "cnn")), kanaNet = new(() => Train(data.Value.Set, data.Value.Split, "kana-net"));

    public static Recognizer Cnn => cnn.Value;

    public static Recognizer KanaNet => kanaNet.Value;

    public static ImageSet Set => data.Value.Set;

    public static int[] Unseen => data.Value.Split.Test;

    public static Recognizer Train(ImageSet set, Split split, string model, int epochs = 2) =>
        new Trainer(set, split, new TrainOptions { Model = model, Epochs = epochs, Augmentation = "none", Schedule = "one-cycle", LearningRate = 0.003 }).Run(TestContext.Current.CancellationToken).Recognizer;

    /// <summary>An image as the recognizer sees it.</summary>
    public static Tensor Prepared(Recognizer recognizer, ImageSet set, int index)
    {
        float[] values = new float[set.Shape.Length];
        var none = new Generator(0);
        recognizer.Preprocessing.Pipeline(set.Shape).Write(set.Image(index), set.Shape, ref none, values);
        return Tensor.From(values, [1, set.Shape.Channels, set.Shape.Height, set.Shape.Width]);
    }

    /// <summary>Ten of the program's own characters, some changed.</summary>
    public static (ImageSet Set, Split Split) Characters(Action<int, int, byte[]>? change = null)
    {
        var drawn = KanaSet.Draw(TrainImages * 8, TestImages * 8);
        var chosen = new List<int>();
        int[] left = [TrainImages, TestImages];
        for (int i = 0; i < drawn.Count; i++)
            if (drawn.Labels[i] < Kinds && left[i < TrainImages * 8 ? 0 : 1]-- > 0)
                chosen.Add(i);
        int[] labels = [.. chosen.Select(i => drawn.Labels[i])];
        byte[] pixels = new byte[chosen.Count * drawn.Shape.Length];
        for (int i = 0; i < chosen.Count; i++)
        {
            byte[] image = drawn.Image(chosen[i]).ToArray();
            change?.Invoke(i, labels[i], image);
            image.CopyTo(pixels, i * image.Length);
        }

        var set = ImageSet.FromPixels("characters", drawn.Shape, pixels, labels, drawn.Classes.Take(Kinds));
        int train = chosen.Count(i => i < TrainImages * 8);
        return (set, new Split([.. Enumerable.Range(0, train)], [.. Enumerable.Range(train, chosen.Count - train)], []));
    }
}
