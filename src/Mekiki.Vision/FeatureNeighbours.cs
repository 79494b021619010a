using Mekiki.Autograd;
using Mekiki.Vision.Data;

namespace Mekiki.Vision;

/// <summary>Training images by what a network's last layer decides by: an image that resembles none of them is probably of no known class.</summary>
/// <remarks>
/// The score is - ||z - z_k||, where z is the image's features scaled to length 1 and z_k those of the k-th nearest training image. Sun, Ming,
/// Zhu, Li, "Out-of-Distribution Detection with Deep Nearest Neighbors", ICML 2022, equation 3. Differs from the paper: of many training
/// images some are drawn.
/// </remarks>
/// <example>
/// <code>
/// var neighbours = FeatureNeighbours.Of(recognizer, set, split.Train);
/// double[] known = neighbours.Scores(recognizer, set, split.Test);
/// Console.WriteLine($"95 % of known images reach {known.Order().ElementAt(known.Length / 20):0.000}");
/// </code>
/// </example>
public sealed class FeatureNeighbours
{
    /// <summary>Which neighbour's distance is the score, unless another is asked for.</summary>
    public const int UsualNeighbour = 10;

    private const int MostImages = 20_000, Batch = 64;
    private const ulong Purpose = 0x4E45_4152_0000_0001; // keeps these draws apart from other uses of a seed

    private readonly int[] images;
    private readonly float[] features;
    private readonly int length;

    private FeatureNeighbours(int[] images, float[] features, int length) => (this.images, this.features, this.length) = (images, features, length);

    /// <summary>The training images that are looked at, indices of their set.</summary>
    public IReadOnlyList<int> Images => images;

    /// <summary>D, how many features an image has.</summary>
    public int Length => length;

    /// <summary>Computes the features of training images, of more than 20,000 those of 20,000 that are drawn.</summary>
    /// <param name="recognizer">Whose features.</param>
    /// <param name="set">The images, in the recognizer's colours.</param>
    /// <param name="train">Indices of the training images.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">There is no training image, or the images are grey and the recognizer takes colours.</exception>
    /// <exception cref="NotSupportedException">The network has no features: it is not <see cref="Models.IHasFeatures"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static FeatureNeighbours Of(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> train, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(set);
        if (train.IsEmpty)
            throw new MekikiException($"{set.Source}: expected training images to compare with, got none. Give their indices.");
        int[] images = train.ToArray();
        if (images.Length > MostImages)
        {
            new Generator(0, Purpose).Shuffle(images.AsSpan());
            images = images[..MostImages];
        }

        var (features, length) = UnitFeatures(recognizer, set, images, threads, cancellation);
        return new(images, features, length);
    }

    /// <summary>Features of images, each row scaled to length 1, so that products are cosines; a row of zeros where all features are 0.</summary>
    /// <param name="recognizer">Whose features.</param>
    /// <param name="set">The images, in the recognizer's colours.</param>
    /// <param name="images">Indices in the set, N.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>(N · D), image after image, and D.</returns>
    /// <exception cref="MekikiException">The images are grey and the recognizer takes colours.</exception>
    /// <exception cref="NotSupportedException">The network has no features: it is not <see cref="Models.IHasFeatures"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static (float[] Features, int Length) UnitFeatures(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> images, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(set);
        float[] all = [];
        int length = 0, done = 0;
        var loader = new Loader(set, images, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = Batch, Threads = threads });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var features = recognizer.Features(batch.ToTensor());
            if (length == 0)
                all = new float[checked(images.Length * (length = features.Shape[1]))];
            features.Values.CopyTo(all.AsSpan(done * length));
            GC.KeepAlive(features);
            done += batch.Count;
        }

        for (int i = 0; i < images.Length; i++)
            Scale(all.AsSpan(i * length, length));
        return (all, length);
    }

    /// <summary>The scores of images: the higher, the more probably is the image of a known class.</summary>
    /// <param name="recognizer">Whose features; the one that this was made by.</param>
    /// <param name="set">The images, in the recognizer's colours.</param>
    /// <param name="images">Indices in the set, N; none of them a training image, which would be its own neighbour.</param>
    /// <param name="neighbour">k, 1 or more; where there are fewer training images, the farthest.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>N scores, -2 to 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The neighbour is below 1.</exception>
    /// <exception cref="MekikiException">The images are grey and the recognizer takes colours.</exception>
    /// <exception cref="NotSupportedException">The network has no features.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public double[] Scores(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> images, int neighbour = UsualNeighbour, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbour, 1);
        var (own, _) = UnitFeatures(recognizer, set, images, threads, cancellation);
        int k = Math.Min(neighbour, this.images.Length), count = images.Length;
        var scores = new double[count];
        using var pause = Gradients.Off();
        var known = Tensor.From(features, [this.images.Length, length]).Transpose(0, 1);                                      // (D, M)
        for (int first = 0; first < count; first += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(Batch, count - first);
            float[] cosines = Tensor.From(own.AsSpan(first * length, rows * length), [rows, length]).MatMul(known).ToArray();   // (N, M)
            Parallel.For(0, rows, n => scores[first + n] = -Math.Sqrt(Math.Max(0, 2 - 2 * Largest(cosines.AsSpan(n * this.images.Length, this.images.Length), k))));
        }

        return scores;
    }

    /// <summary>The training images of one class that are most like an image.</summary>
    /// <param name="set">The set of the training images.</param>
    /// <param name="features">The image's features, scaled to length 1, D.</param>
    /// <param name="label">The class, an index of the set's.</param>
    /// <param name="count">How many; fewer where the class has fewer.</param>
    /// <returns>Indices of the set, the most similar first.</returns>
    public int[] Nearest(ImageSet set, ReadOnlySpan<float> features, int label, int count)
    {
        ArgumentNullException.ThrowIfNull(set);
        var found = new List<(float Cosine, int Image)>();
        for (int i = 0; i < images.Length; i++)
            if (set.Labels[images[i]] == label)
                found.Add((Dot(features, this.features.AsSpan(i * length, length)), images[i]));
        return [.. found.OrderByDescending(f => f.Cosine).ThenBy(f => f.Image).Take(count).Select(f => f.Image)];
    }

    // The k-th largest; the others of the k largest stay in a small heap.
    private static float Largest(ReadOnlySpan<float> values, int k)
    {
        var best = new PriorityQueue<float, float>(k);
        foreach (float value in values)
            if (best.Count < k)
                best.Enqueue(value, value);
            else if (value > best.Peek())
                best.EnqueueDequeue(value, value);
        return best.Peek();
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Scale(Span<float> row)
    {
        double square = 0;
        foreach (float value in row)
            square += value * (double)value;
        float scale = square > 0 ? (float)(1 / Math.Sqrt(square)) : 0;
        foreach (ref float value in row)
            value *= scale;
    }
}
