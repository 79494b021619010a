using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Inspections;

namespace Mekiki.Workbench.Reports;

/// <summary>The training images that a network finds most like an image: those whose features point the same way.</summary>
/// <remarks>Cosine of the penultimate layer's features. Papernot, McDaniel, "Deep k-Nearest Neighbors", arXiv:1803.04765, with one layer.</remarks>
internal sealed class NearestImages
{
    private const int MostImages = 20_000;
    private const ulong Purpose = 0x4E45_4152_0000_0001; // keeps these draws apart from other uses of a seed

    private readonly ImageSet set;
    private readonly int[] images;
    private readonly float[] features;
    private readonly int length;

    private NearestImages(ImageSet set, int[] images, float[] features, int length) => (this.set, this.images, this.features, this.length) = (set, images, features, length);

    /// <summary>How many training images are looked at.</summary>
    public int Count => images.Length;

    /// <summary>Computes the features of training images, of at most 20,000, which are drawn; null: the network has no features.</summary>
    public static NearestImages? Of(Recognizer recognizer, ImageSet set, int[] train, int threads, CancellationToken cancellation)
    {
        int[] images = [.. train];
        if (images.Length > MostImages)
        {
            new Generator(0, Purpose).Shuffle(images.AsSpan());
            images = images[..MostImages];
        }

        try
        {
            var (features, length) = UnitFeatures.Of(recognizer, set, images, threads, cancellation);
            return new(set, images, features, length);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>For each image, the most similar training images of two classes.</summary>
    /// <param name="recognizer">Whose features.</param>
    /// <param name="queries">Indices of images of the same set.</param>
    /// <param name="classes">Of each of them, two classes of the set.</param>
    /// <param name="count">How many of each class.</param>
    /// <param name="threads">How many threads prepare images.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>Of each image, indices in the set for the first class and for the second; fewer where there are fewer.</returns>
    public (int[] First, int[] Second)[] Find(Recognizer recognizer, int[] queries, (int First, int Second)[] classes, int count, int threads, CancellationToken cancellation)
    {
        var (own, _) = UnitFeatures.Of(recognizer, set, queries, threads, cancellation);
        var result = new (int[], int[])[queries.Length];
        Parallel.For(0, queries.Length, q => result[q] = (Best(own.AsSpan(q * length, length), classes[q].First, count), Best(own.AsSpan(q * length, length), classes[q].Second, count)));
        return result;
    }

    private int[] Best(ReadOnlySpan<float> query, int label, int count)
    {
        var found = new List<(float Cosine, int Image)>();
        for (int i = 0; i < images.Length; i++)
            if (set.Labels[images[i]] == label)
                found.Add((Dot(query, features.AsSpan(i * length, length)), images[i]));
        return [.. found.OrderByDescending(f => f.Cosine).ThenBy(f => f.Image).Take(count).Select(f => f.Image)];
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
