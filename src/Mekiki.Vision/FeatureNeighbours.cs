using Mekiki.Autograd;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

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
///
/// // Few of each class, kept beside the model file, by which it says what it does not know.
/// FeatureNeighbours.Of(recognizer, set, FeatureNeighbours.Sample(recognizer, set, split.Train)).Calibrate(recognizer, set, split.Validation).Save(recognizer, "model.safetensors");
/// var prediction = Recognizer.Load("model.safetensors").Predict("scan.png", new PredictOptions { UnknownAt = 95, UnknownBy = UnknownScore.Neighbours });
/// </code>
/// </example>
public sealed class FeatureNeighbours
{
    /// <summary>Which neighbour's distance is the score, unless another is asked for.</summary>
    public const int UsualNeighbour = 10;

    private const int MostImages = 20_000, Batch = 64, MostKept = 100, MostKeptValues = 4 << 20;
    private const ulong Purpose = 0x4E45_4152_0000_0001; // keeps these draws apart from other uses of a seed

    private readonly int[] images;
    private readonly float[] features;
    private readonly int length, count;
    private readonly Lazy<Tensor> columns;

    internal FeatureNeighbours(int[] images, float[] features, int length)
    {
        (this.images, this.features, this.length, count) = (images, features, length, features.Length / length);
        columns = new(() => Tensor.From(features, [count, length]).Transpose(0, 1));    // (D, M)
    }

    /// <summary>The training images that are looked at, indices of their set; empty where they were read from a file, which has their features alone.</summary>
    public IReadOnlyList<int> Images => images;

    /// <summary>M, how many training images are looked at.</summary>
    public int Count => count;

    /// <summary>For shares of known images, in percent, the least score that so many of them reach, with k = <see cref="UsualNeighbour"/>; empty before <see cref="Calibrate"/>.</summary>
    public IReadOnlyList<ShareThreshold> Known { get; internal init; } = [];

    internal ReadOnlyMemory<float> Values => features;

    /// <summary>D, how many features an image has.</summary>
    public int Length => length;

    /// <summary>Draws so many training images of each class as are worth to be kept beside a model: at most 100 of each class, and 4,194,304 numbers in all.</summary>
    /// <param name="recognizer">Whose features will be kept.</param>
    /// <param name="set">The images, in the recognizer's colours.</param>
    /// <param name="train">Indices of the training images.</param>
    /// <returns>Some of them, at least one of each class that has one.</returns>
    /// <exception cref="MekikiException">There is no training image, or the images are grey and the recognizer takes colours.</exception>
    /// <exception cref="NotSupportedException">The network has no features: it is not <see cref="Models.IHasFeatures"/>.</exception>
    public static int[] Sample(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> train)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(set);
        RequireImages(set, train);
        int[] order = train.ToArray();
        int classes = order.Select(i => set.Labels[i]).Distinct().Count(), most = Math.Clamp(MostKeptValues / UnitFeatures(recognizer, set, order.AsSpan(0, 1)).Length / classes, 1, MostKept);
        new Generator(0, Purpose).Shuffle(order.AsSpan());
        return [.. order.GroupBy(i => set.Labels[i]).SelectMany(own => own.Take(most)).Order()];
    }

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
        RequireImages(set, train);
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
        return Scores(own, neighbour, cancellation);
    }

    /// <summary>The scores of prepared images, with k = <see cref="UsualNeighbour"/>.</summary>
    internal double[] Scores(Recognizer recognizer, Tensor prepared)
    {
        float[] own = recognizer.Features(prepared).ToArray();
        for (int at = 0; at < own.Length; at += length)
            Scale(own.AsSpan(at, length));
        return Scores(own, UsualNeighbour, CancellationToken.None);
    }

    /// <summary>The same with thresholds, found by images that it was not trained on.</summary>
    /// <param name="recognizer">Whose features; the one that this was made by.</param>
    /// <param name="set">The images, in the recognizer's colours.</param>
    /// <param name="images">Indices of the held-out images.</param>
    /// <param name="groups">Which images belong together: of each group one image counts, which is drawn, as much as its group is large; null: each stands alone.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">There is no image, or the images are grey and the recognizer takes colours.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public FeatureNeighbours Calibrate(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> images, ImageGroups? groups = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(set);
        if (images.IsEmpty)
            throw new MekikiException($"{set.Source}: expected images to calibrate by, got none. Give some that the model was not trained on.");
        int[] held = images.ToArray();
        var chosen = groups is null ? [.. held.Select((_, n) => (Image: n, Weight: 1))] : Witnesses.Of([.. held.Select(i => groups[i])], 0);
        double[] scores = Scores(recognizer, set, [.. chosen.Select(c => held[c.Image])], threads: threads, cancellation: cancellation);
        (double, int)[] weighted = [.. scores.Zip(chosen, (score, c) => (score, c.Weight))];
        return new(this.images, features, length) { Known = [.. Calibration.KeptPercents.Select(p => new ShareThreshold(p, Ranking.Threshold(weighted, p / 100)))] };
    }

    /// <summary>Writes features and thresholds beside a model file, where <see cref="Recognizer.Load(string)"/> finds them; the file appears only when whole.</summary>
    /// <param name="recognizer">Whose features.</param>
    /// <param name="modelFile">The model file, such as <c>model.safetensors</c>; they go into <c>model.neighbours.safetensors</c>.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public string Save(Recognizer recognizer, string modelFile)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(modelFile);
        return NeighbourFile.Write(this, recognizer.WeightsSha256, modelFile);
    }

    internal double? Threshold(double percent) => Known.Where(k => k.Percent.Equals(percent)).Select(k => (double?)k.Threshold).FirstOrDefault();

    private double[] Scores(float[] own, int neighbour, CancellationToken cancellation)
    {
        int k = Math.Min(neighbour, count), images = own.Length / length;
        var scores = new double[images];
        using var pause = Gradients.Off();
        for (int first = 0; first < images; first += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(Batch, images - first);
            float[] cosines = Tensor.From(own.AsSpan(first * length, rows * length), [rows, length]).MatMul(columns.Value).ToArray();   // (N, M)
            Parallel.For(0, rows, n => scores[first + n] = -Math.Sqrt(Math.Max(0, 2 - 2 * Largest(cosines.AsSpan(n * count, count), k))));
        }

        return scores;
    }

    /// <summary>The training images of one class that are most like an image.</summary>
    /// <param name="set">The set of the training images.</param>
    /// <param name="features">The image's features, scaled to length 1, D.</param>
    /// <param name="label">The class, an index of the set's.</param>
    /// <param name="count">How many; fewer where the class has fewer.</param>
    /// <returns>Indices of the set, the most similar first; none where this was read from a file.</returns>
    public int[] Nearest(ImageSet set, ReadOnlySpan<float> features, int label, int count)
    {
        ArgumentNullException.ThrowIfNull(set);
        var found = new List<(float Cosine, int Image)>();
        for (int i = 0; i < images.Length; i++)
            if (set.Labels[images[i]] == label)
                found.Add((Dot(features, this.features.AsSpan(i * length, length)), images[i]));
        return [.. found.OrderByDescending(f => f.Cosine).ThenBy(f => f.Image).Take(count).Select(f => f.Image)];
    }

    private static void RequireImages(ImageSet set, ReadOnlySpan<int> train)
    {
        if (train.IsEmpty)
            throw new MekikiException($"{set.Source}: expected training images to compare with, got none. Give their indices.");
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
