using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>The last of the hand-made line: dense SIFT, principal components, a Fisher vector over a Gaussian mixture, linear support vector machines.</summary>
/// <remarks>
/// Sánchez, Perronnin, Mensink, Verbeek, "Image Classification with the Fisher Vector: Theory and Practice", IJCV 105, 2013;
/// second at ILSVRC 2012. Differs from the paper: no colour descriptors; RootSIFT (Arandjelović, Zisserman 2012); descriptors
/// of flat regions are left out; a pyramid of 1x1 and 2x2 cells, and each descriptor carries its position too (Sánchez,
/// Perronnin, de Campos, Pattern Recognition Letters 33, 2012); dual coordinate descent instead of stochastic gradients;
/// scores are multiplied by a factor that a held-out fifth of the images chose, so that their softmax is a probability.
/// </remarks>
internal sealed class SiftFisherSvm : Module, IHasFeatures, IFitted
{
    private const int DescriptorsPerImage = 50, ImagesPerRound = 64, LeastToHoldOut = 50, HoldOutEvery = 5;

    private readonly SiftFisherSvmOptions options;
    private readonly ImageShape input;
    private readonly ImageDescriptors local;
    private readonly Tensor mean, components, weights, means, variances, weight, bias, scale;

    /// <summary>Creates it with nothing learnt: all scores are 0.</summary>
    /// <param name="input">The images' shape, grey or RGB.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="options">Its sizes; null: the defaults.</param>
    public SiftFisherSvm(ImageShape input, int classes, SiftFisherSvmOptions? options = null)
    {
        (this.input, this.options) = (input, options ??= new());
        local = new ImageDescriptors(input, options);
        int length = FisherVector.Cells([.. options.Pyramid]) * options.Gaussians * 2 * local.Dimensions;
        mean = RegisterBuffer("pca.mean", Tensor.Zeros([DenseSift.Length]));
        components = RegisterBuffer("pca.components", Tensor.Zeros([options.Components, DenseSift.Length]));
        weights = RegisterBuffer("mixture.weights", Tensor.Full([options.Gaussians], 1f / options.Gaussians));
        means = RegisterBuffer("mixture.means", Tensor.Zeros([options.Gaussians, local.Dimensions]));
        variances = RegisterBuffer("mixture.variances", Tensor.Ones([options.Gaussians, local.Dimensions]));
        weight = RegisterBuffer("svm.weight", Tensor.Zeros([classes, length]));
        bias = RegisterBuffer("svm.bias", Tensor.Zeros([classes]));
        scale = RegisterBuffer("svm.scale", Tensor.Ones([1]));
    }

    /// <param name="x">Images, (N, C, H, W), float32; any gain and offset.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => new LinearSvm(weight, bias).Scores(Features(x)) * scale;      // (N, K)

    /// <summary>The Fisher vectors, which the support vector machines take.</summary>
    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>(N, D), float32, each of length 1.</returns>
    public Tensor Features(Tensor x)
    {
        if (x.Shape.Rank != 4 || x.Shape != [x.Shape[0], input.Channels, input.Height, input.Width])
            throw new MekikiException($"sift-fisher-svm: expected images (N, {input.Channels}, {input.Height}, {input.Width}), got {x.Shape}. Prepare them as the model was trained.");
        var pca = new PrincipalComponents(mean, components);
        var fisher = new FisherVector(new GaussianMixture(weights, means, variances), [.. options.Pyramid]);
        float[] images = x.ToArray();
        var vectors = new TensorBuffer((long)x.Shape[0] * fisher.Length);
        Threads.For(x.Shape[0], i => Calculation.Run(() => local.Encode(
            images.AsSpan(i * input.Length, input.Length), pca, fisher, vectors.Span.Slice(i * fisher.Length, fisher.Length))));
        return vectors.ToTensor([x.Shape[0], fisher.Length]);      // (N, D)
    }

    /// <summary>What keypoints and words add to the difference of two classes' scores.</summary>
    /// <param name="image">(1, C, H, W), float32.</param>
    /// <param name="label">The class.</param>
    /// <param name="other">The class that it is compared with; null: none.</param>
    /// <returns>Of each keypoint its place in pixels, the side of what it sees, its word and its vote; a vote of each word, and the difference without any: together the difference of the scores.</returns>
    public ((float X, float Y, float Side, int Word, float Vote)[] Keypoints, float[] Words, float Start) Votes(Tensor image, int label, int? other)
    {
        var pca = new PrincipalComponents(mean, components);
        var fisher = new FisherVector(new GaussianMixture(weights, means, variances), [.. options.Pyramid]);
        var keypoints = Array.Empty<(float, float, float, int, float)>();
        float[] words = new float[options.Gaussians], vector = Features(image).ToArray(), pixels = image.ToArray();
        float factor = scale.Item();
        Calculation.Run(() =>
        {
            float[] descriptors = new float[local.Count * DenseSift.Length], positions = new float[2 * local.Count];
            int[] scales = new int[local.Count];
            int count = local.Describe(pixels, descriptors, positions, scales);
            if (count == 0)
                return;
            float[] reduced = new float[count * local.Dimensions];
            local.Reduce(descriptors.AsSpan(0, count * DenseSift.Length), positions.AsSpan(0, 2 * count), pca, reduced);
            float[] shares = fisher.SharesOf(reduced);
            var votes = new double[count];
            ReadOnlySpan<float> own = weight.Values.Slice(label * vector.Length, vector.Length);
            ReadOnlySpan<float> others = other is { } o ? weight.Values.Slice(o * vector.Length, vector.Length) : new float[vector.Length];
            int[][] cells = [.. Enumerable.Range(0, count).Select(t => fisher.CellsOf(positions[2 * t], positions[2 * t + 1]).ToArray())];
            for (int part = 0; part < vector.Length / fisher.CellLength * words.Length; part++)
            {
                int cell = part / words.Length, word = part % words.Length, length = fisher.CellLength / words.Length;
                double vote = 0, all = 0;
                for (int i = part * length; i < (part + 1) * length; i++)
                    vote += (double)(own[i] - others[i]) * vector[i] * factor;
                words[word] += (float)vote;
                for (int t = 0; t < count; t++)
                    all += cells[t].Contains(cell) ? shares[t * words.Length + word] : 0;
                for (int t = 0; t < count && all > 0; t++)
                    votes[t] += cells[t].Contains(cell) ? vote * shares[t * words.Length + word] / all : 0;
            }

            keypoints = [.. Enumerable.Range(0, count).Select(t => (positions[2 * t] * input.Width, positions[2 * t + 1] * input.Height,
                4 * options.BinWidths[scales[t]], Strongest(shares.AsSpan(t * words.Length, words.Length)), (float)votes[t]))];
        });
        return (keypoints, words, (bias.Values[label] - (other is { } b ? bias.Values[b] : 0)) * factor);

        static int Strongest(ReadOnlySpan<float> values)
        {
            int best = 0;
            for (int k = 1; k < values.Length; k++)
                if (values[k] > values[best])
                    best = k;
            return best;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="MekikiException">There is too little on the images.</exception>
    public void Fit(PreparedImages images, ulong seed, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default)
    {
        int[] labels = [.. Enumerable.Range(0, images.Count).Select(images.Label)];
        var sample = Sample(images, seed, Part(progress, "descriptors", 0, 0.05), cancellation);
        var pca = PrincipalComponents.Fit(sample.Descriptors, options.Components);
        var mixture = GaussianMixture.Fit(Reduce(sample.Descriptors, sample.Positions, pca), options.Gaussians, seed, null, Part(progress, "mixture", 0.05, 0.15), cancellation);
        float[][] vectors = Encode(images, pca, new FisherVector(mixture, [.. options.Pyramid]), Part(progress, "Fisher vectors", 0.15, 0.5), cancellation);
        float factor = Calibrate(vectors, labels, seed, Part(progress, "calibration", 0.5, 0.7), cancellation);
        var svm = LinearSvm.Fit(vectors, labels, weight.Shape[0], new SvmOptions { C = options.C }, seed, Part(progress, "support vector machines", 0.7, 1), cancellation);

        // Only now, so that nothing is half learnt when it was stopped.
        mean.CopyFrom(pca.Mean.Values);
        components.CopyFrom(pca.Components.Values);
        weights.CopyFrom(mixture.Weights.Values);
        means.CopyFrom(mixture.Means.Values);
        variances.CopyFrom(mixture.Variances.Values);
        weight.CopyFrom(svm.Weight.Values);
        bias.CopyFrom(svm.Bias.Values);
        scale.CopyFrom([factor]);
    }

    // Some descriptors of some images, for the components and the mixture.
    private (Tensor Descriptors, float[] Positions) Sample(PreparedImages images, ulong seed, IProgress<double> progress, CancellationToken cancellation)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new Generator([seed, 0x7361_6D70]).Shuffle(order.AsSpan());
        order = order[..Math.Min(order.Length, (options.Sample + DescriptorsPerImage - 1) / DescriptorsPerImage)];
        int perImage = (options.Sample + order.Length - 1) / Math.Max(1, order.Length);
        float[][] descriptors = new float[order.Length][], positions = new float[order.Length][];
        InRounds(order.Length, progress, cancellation, i =>
        {
            float[] image = new float[input.Length];
            images.Read(order[i], image);
            (descriptors[i], positions[i]) = local.Sample(image, perImage, new Generator([seed, 0x6465_7363, (ulong)order[i]]));
        });
        float[] all = Joined(descriptors);
        return (Tensor.From(all, [all.Length / DenseSift.Length, DenseSift.Length]), Joined(positions));
    }

    private static float[] Joined(float[][] parts)
    {
        float[] all = new float[parts.Sum(p => p.Length)];
        int at = 0;
        foreach (float[] part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }

    private float[][] Encode(PreparedImages images, PrincipalComponents pca, FisherVector fisher, IProgress<double> progress, CancellationToken cancellation)
    {
        float[][] vectors = new float[images.Count][];
        InRounds(vectors.Length, progress, cancellation, i =>
        {
            float[] image = new float[input.Length];
            images.Read(i, image);
            local.Encode(image, pca, fisher, vectors[i] = new float[fisher.Length]);
        });
        return vectors;
    }

    private Tensor Reduce(Tensor descriptors, float[] positions, PrincipalComponents pca)
    {
        int count = positions.Length / 2;
        var result = new TensorBuffer((long)count * local.Dimensions);
        Calculation.Run(() => local.Reduce(descriptors.Values, positions, pca, result.Span));
        return result.ToTensor([count, local.Dimensions]);
    }

    // A fifth of the images is kept away from the machines, and chooses the factor.
    private float Calibrate(float[][] vectors, int[] labels, ulong seed, IProgress<double> progress, CancellationToken cancellation)
    {
        if (vectors.Length < LeastToHoldOut)
            return 1;
        int[] order = [.. Enumerable.Range(0, vectors.Length)];
        new Generator([seed, 0x6361_6C69]).Shuffle(order.AsSpan());
        int[] held = order[..(order.Length / HoldOutEvery)], others = order[held.Length..];
        var svm = LinearSvm.Fit([.. others.Select(i => vectors[i])], [.. others.Select(i => labels[i])], weight.Shape[0], new SvmOptions { C = options.C }, seed, progress, cancellation);
        int length = vectors[0].Length;
        using var x = BufferPool.Rent(held.Length * length);
        for (int i = 0; i < held.Length; i++)
            vectors[held[i]].CopyTo(x.Span[(i * length)..]);
        return Temperature.Fit(svm.Scores(x.ToTensor([held.Length, length])).Values, [.. held.Select(i => labels[i])], weight.Shape[0]);
    }

    private static void InRounds(int count, IProgress<double> progress, CancellationToken cancellation, Action<int> body)
    {
        for (int first = 0; first < count; first += ImagesPerRound)
        {
            cancellation.ThrowIfCancellationRequested();
            int from = first;
            Threads.For(Math.Min(ImagesPerRound, count - first), i => Calculation.Run(() => body(from + i)));
            progress.Report((double)Math.Min(first + ImagesPerRound, count) / count);
        }
    }

    private static PartOfProgress Part(IProgress<FitProgress>? whole, string stage, double from, double to) => new(whole, stage, from, to);

    private sealed class PartOfProgress(IProgress<FitProgress>? whole, string stage, double from, double to) : IProgress<double>
    {
        public void Report(double value) => whole?.Report(new FitProgress(stage, from + (to - from) * value));
    }
}
