using System.Numerics;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using SkiaSharp;

namespace Mekiki.Serving.Models;

/// <summary>Training images by the features of one network: those nearest to an image's.</summary>
internal sealed class SimilarImages
{
    // More would take long to look at, and much memory; of those that are left out others are as near.
    private const int MostImages = 20_000;

    private readonly ImageSet set;
    private readonly int[] images;
    private readonly float[] features;
    private readonly int length;

    private SimilarImages(ImageSet set, int[] images, float[] features, int length) => (this.set, this.images, this.features, this.length) = (set, images, features, length);

    /// <summary>Looks at training images; at every n-th, if they are more than 20,000.</summary>
    /// <param name="recognizer">Whose features.</param>
    /// <param name="set">The images.</param>
    /// <param name="train">Indices of those that it was trained on.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotSupportedException">The network has no features.</exception>
    /// <exception cref="MekikiException">The images do not fit the recognizer.</exception>
    public static SimilarImages Of(Recognizer recognizer, ImageSet set, int[] train, CancellationToken cancellation)
    {
        int each = (train.Length + MostImages - 1) / MostImages;
        int[] images = [.. train.Where((_, i) => i % each == 0)];
        // Requests come first: it has one thread.
        using var one = Threads.Use(1);
        var (features, length) = FeatureNeighbours.UnitFeatures(recognizer, set, images, threads: 1, cancellation);
        return new(set, images, features, length);
    }

    /// <summary>The most similar, the nearest first, each with the cosine of the angle between its features and the image's.</summary>
    /// <param name="own">The image's features.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<(int Image, float Similarity)> Nearest(ReadOnlySpan<float> own, int count)
    {
        float norm = MathF.Sqrt(Dot(own, own));
        var best = new PriorityQueue<int, (float, int)>();
        for (int i = 0; i < images.Length; i++)
        {
            var rank = (Dot(own, features.AsSpan(i * length, length)), -i);
            if (best.Count < count)
                best.Enqueue(i, rank);
            else
                best.EnqueueDequeue(i, rank);
        }

        var nearest = new (int, float)[best.Count];
        for (int n = nearest.Length - 1; best.TryDequeue(out int i, out var rank); n--)
            nearest[n] = (images[i], norm > 0 ? Math.Min(1, rank.Item1 / norm) : 0);
        return nearest;
    }

    /// <summary>Its class, or its labels with commas between.</summary>
    public string Label(int image) => set.Classes[set.Labels[image]] is var name && set.IsMultiLabel ? string.Join(", ", LabelSet.LabelsOf(name)) : name;

    /// <summary>Its name in the set.</summary>
    public string Name(int image) => set.Names[image];

    /// <summary>The image as a PNG file.</summary>
    public byte[] Png(int image)
    {
        var shape = set.Shape;
        var pixels = set.Image(image);                                                                      // (H, W, C)
        using var bitmap = new SKBitmap(new SKImageInfo(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var colours = bitmap.GetPixelSpan();
        for (int i = 0; i < shape.Width * shape.Height; i++)
            for (int c = 0; c < 4; c++)
                colours[4 * i + c] = c == 3 ? byte.MaxValue : pixels[i * shape.Channels + (shape.Channels == 3 ? c : 0)];
        GC.KeepAlive(set);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        float all = Vector.Sum(sum);
        for (; i < a.Length; i++)
            all += a[i] * b[i];
        return all;
    }
}
