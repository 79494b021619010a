namespace Mekiki.Vision.Explanations;

/// <summary>Integrated gradients: (x − x') · ∫₀¹ ∂f/∂x (x' + t (x − x')) dt, with the image x and an empty image x'.</summary>
/// <remarks>
/// Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", 2017, arXiv:1703.01365, equation 1. x' has the median colour of the
/// image's border. The integral is a trapezoid sum, whose steps are halved until the values sum up to f(x) − f(x') within the tolerance.
/// Differs from the paper: f is the difference of two classes' scores; channels are added to one value for each pixel.
/// </remarks>
internal sealed class PathIntegral
{
    private const int FirstSteps = 32;

    private readonly Recognizer recognizer;
    private readonly Question question;
    private readonly ExplanationOptions options;
    private readonly float[] empty, difference;
    private readonly Shape shape;

    /// <param name="recognizer">Its network has gradients.</param>
    /// <param name="image">(1, C, H, W).</param>
    /// <param name="question">What is explained.</param>
    /// <param name="options">The tolerance, steps, and batches.</param>
    public PathIntegral(Recognizer recognizer, Tensor image, Question question, ExplanationOptions options)
    {
        (this.recognizer, this.question, this.options, shape) = (recognizer, question, options, image.Shape);
        empty = EmptyImage.Border(image);
        difference = image.ToArray();
        for (int i = 0; i < difference.Length; i++)
            difference[i] -= empty[i];
    }

    /// <summary>The map (H, W), the score of the empty image and of the image, and the number of steps.</summary>
    /// <exception cref="MekikiException">The network has no gradients.</exception>
    public (Tensor Map, float BaseScore, float Score, int Steps) Run(CancellationToken cancellation)
    {
        double[] mean = new double[difference.Length];
        var ends = Add([0, 1], mean, cancellation);
        Scale(mean, 0.5);
        double expected = (double)ends[1] - ends[0];
        for (int steps = 1; ; steps *= 2)
        {
            var map = Map(mean, out double sum);
            bool isComplete = steps >= FirstSteps && Explanation.ErrorOf(sum, expected) <= options.Tolerance;
            if (isComplete || 2 * steps > options.MostSteps)
                return (map, ends[0], ends[1], steps);
            // T(2n) = (T(n) + M(n)) / 2: the new places lie in the middles of the old.
            float[] middles = new float[steps];
            for (int i = 0; i < steps; i++)
                middles[i] = (i + 0.5f) / steps;
            double[] between = new double[mean.Length];
            Add(middles, between, cancellation);
            for (int i = 0; i < mean.Length; i++)
                mean[i] = (mean[i] + between[i] / steps) / 2;
        }
    }

    // Adds up the gradients at places of the way, and gives the scores there.
    private float[] Add(float[] places, double[] sums, CancellationToken cancellation)
    {
        float[] scores = new float[places.Length];
        for (int first = 0; first < places.Length; first += options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = places.AsMemory(first, Math.Min(options.BatchSize, places.Length - first));
            var (own, gradients) = NetworkGradient.Run(recognizer, recognizer.Network, () => Gradients(Images(part.Span)));
            own.CopyTo(scores.AsSpan(first));
            for (int n = 0; n < part.Length; n++)
                for (int i = 0; i < sums.Length; i++)
                    sums[i] += gradients[n * sums.Length + i];
        }

        return scores;
    }

    private Tensor Images(ReadOnlySpan<float> places)
    {
        float[] values = new float[places.Length * difference.Length];
        for (int n = 0; n < places.Length; n++)
            for (int i = 0; i < difference.Length; i++)
                values[n * difference.Length + i] = empty[i] + places[n] * difference[i];
        return Tensor.From(values, [places.Length, shape[1], shape[2], shape[3]]);
    }

    private (float[] Scores, float[] Gradients) Gradients(Tensor images)
    {
        images.RequiresGrad = true;
        var scores = recognizer.Network[images];       // (N, K)
        float[] rows = scores.ToArray(), own = new float[images.Shape[0]];
        int classes = rows.Length / own.Length;
        for (int n = 0; n < own.Length; n++)
            own[n] = question.Score(rows.AsSpan(n * classes, classes));
        NetworkGradient.Back(scores, question, recognizer, ExplanationMethod.IntegratedGradients);
        return (own, images.Grad?.ToArray() ?? throw NetworkGradient.NoGradient(recognizer, ExplanationMethod.IntegratedGradients));
    }

    private Tensor Map(double[] mean, out double sum)
    {
        int plane = shape[2] * shape[3];
        float[] map = new float[plane];
        for (int i = 0; i < mean.Length; i++)
            map[i % plane] += (float)(mean[i] * difference[i]);
        sum = 0;
        foreach (float value in map)
            sum += value;
        return Tensor.From(map, [shape[2], shape[3]]);
    }

    private static void Scale(double[] values, double factor)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] *= factor;
    }
}
