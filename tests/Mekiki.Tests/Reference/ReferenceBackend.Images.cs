using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Images, (N, C, H, W).</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Convolve(in ConvolutionShape s, Storage x, Storage weight, Storage? bias, bool recorded, bool wantsInputGradient)
    {
        double[] from = Of(x), w = Of(weight), y = new double[s.OutputPixels * s.Features];
        int features = s.Features, outPixels = s.OutHeight * s.OutWidth, stride = s.Stride;
        if (bias is not null)
            for (int i = 0; i < y.Length; i++)
                y[i] = Of(bias)[i / outPixels % features];
        foreach (var (atX, atWeight, atY, count) in ProductRows(s))
            for (int i = 0; i < count; i++)
                y[atY + i] += from[atX + i * stride] * w[atWeight];
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage ConvolveWeightGradient(in ConvolutionShape s, Storage x, Storage y, Storage dy)
    {
        double[] from = Of(x), upstream = Of(dy), dw = new double[s.Features * s.Depth];
        int stride = s.Stride;
        foreach (var (atX, atWeight, atY, count) in ProductRows(s))
            for (int i = 0; i < count; i++)
                dw[atWeight] += from[atX + i * stride] * upstream[atY + i];
        return Store(dw);
    }

    /// <inheritdoc/>
    public override Storage ConvolveBiasGradient(in ConvolutionShape s, Storage dy)
    {
        int features = s.Features, outPixels = s.OutHeight * s.OutWidth;
        var db = new double[features];
        for (int i = 0; i < dy.Length; i++)
            db[i / outPixels % features] += Of(dy)[i];
        return Store(db);
    }

    /// <inheritdoc/>
    public override Storage ConvolveInputGradient(in ConvolutionShape s, Storage dy, Storage weight)
    {
        double[] upstream = Of(dy), w = Of(weight), dx = new double[s.InputPixels * s.Channels];
        int stride = s.Stride;
        foreach (var (atX, atWeight, atY, count) in ProductRows(s))
            for (int i = 0; i < count; i++)
                dx[atX + i * stride] += w[atWeight] * upstream[atY + i];
        return Store(dx);
    }

    /// <inheritdoc/>
    public override Storage Normalize(in NormSizes s, Storage x, Storage gamma, Storage beta, Storage runningMean, Storage runningVariance, bool recorded)
    {
        int pixels = s.Height * s.Width, count = s.Images * pixels;
        double[] y = new double[x.Length], means = new double[s.Channels], inverses = new double[s.Channels];
        for (int c = 0; c < s.Channels; c++)
        {
            if (s.IsTraining)
            {
                double sum = 0, squares = 0;
                for (int i = 0; i < count; i++)
                    sum += Of(x)[Place(s, i, c)];
                double mean = sum / count;
                for (int i = 0; i < count; i++)
                    squares += Math.Pow(Of(x)[Place(s, i, c)] - mean, 2);
                Of(runningMean)[c] += s.Momentum * (mean - Of(runningMean)[c]);
                Of(runningVariance)[c] += s.Momentum * (squares / (count - 1) - Of(runningVariance)[c]);
                (means[c], inverses[c]) = (mean, 1 / Math.Sqrt(squares / count + s.Epsilon));
            }
            else
                (means[c], inverses[c]) = (Of(runningMean)[c], 1 / Math.Sqrt(Of(runningVariance)[c] + s.Epsilon));
            for (int i = 0; i < count; i++)
                y[Place(s, i, c)] = (Of(x)[Place(s, i, c)] - means[c]) * inverses[c] * Of(gamma)[c] + Of(beta)[c];
        }

        if (s.IsTraining)
        {
            runningMean.Touch();
            runningVariance.Touch();
        }

        return recorded ? Store(y).Keeping(new Statistics(means, inverses)) : Store(y);
    }

    /// <inheritdoc/>
    /// <remarks>With n = (x - mean) / deviation and g = gamma / deviation: dx = g dy; in training, where mean and deviation depend on x, dx = g (dy - mean(dy) - n mean(n dy)).</remarks>
    public override Storage? NormalizeGradient(in NormSizes s, Storage x, Storage gamma, Storage y, Storage dy, bool wantsInputGradient, out Storage dGamma, out Storage dBeta)
    {
        var (means, inverses) = ((ReferenceStorage)y).Kept<Statistics>();
        int count = s.Images * s.Height * s.Width;
        double[] dx = new double[x.Length], dg = new double[s.Channels], db = new double[s.Channels];
        for (int c = 0; c < s.Channels; c++)
        {
            for (int i = 0; i < count; i++)
            {
                double normal = (Of(x)[Place(s, i, c)] - means[c]) * inverses[c];
                dg[c] += Of(dy)[Place(s, i, c)] * normal;
                db[c] += Of(dy)[Place(s, i, c)];
            }

            for (int i = 0; i < count; i++)
            {
                double normal = (Of(x)[Place(s, i, c)] - means[c]) * inverses[c], shared = s.IsTraining ? (db[c] + normal * dg[c]) / count : 0;
                dx[Place(s, i, c)] = Of(gamma)[c] * inverses[c] * (Of(dy)[Place(s, i, c)] - shared);
            }
        }

        dy.Release();
        (dGamma, dBeta) = (Store(dg), Store(db));
        return wantsInputGradient ? Store(dx) : null;
    }

    /// <inheritdoc/>
    public override Storage Pool(in PoolSizes s, Storage x, bool recorded)
    {
        var y = new double[s.OutputLength];
        var places = new int[s.OutputLength];
        for (int plane = 0, at = 0; plane < s.Images * s.Channels; plane++)
            for (int row = 0; row < s.Rows.Count; row++)
                for (int column = 0; column < s.Columns.Count; column++, at++)
                {
                    double sum = 0;
                    int best = (plane * s.Height + s.Rows.Starts[row]) * s.Width + s.Columns.Starts[column];
                    for (int i = s.Rows.Starts[row]; i < s.Rows.Ends[row]; i++)
                        for (int j = s.Columns.Starts[column]; j < s.Columns.Ends[column]; j++)
                        {
                            int pixel = (plane * s.Height + i) * s.Width + j;
                            sum += Of(x)[pixel];
                            if (IsLarger(Of(x)[pixel], Of(x)[best]))
                                best = pixel;
                        }

                    y[at] = s.IsMaximum ? Of(x)[best] : sum / (s.Rows.Sizes[row] * s.Columns.Sizes[column]);
                    places[at] = best;
                }

        return recorded && s.IsMaximum ? Store(y).Keeping(places) : Store(y);
    }

    /// <inheritdoc/>
    public override Storage PoolGradient(in PoolSizes s, Storage x, Storage y, Storage dy)
    {
        var dx = new double[s.InputLength];
        int[]? places = s.IsMaximum ? ((ReferenceStorage)y).Kept<int[]>() : null;
        for (int plane = 0, at = 0; plane < s.Images * s.Channels; plane++)
            for (int row = 0; row < s.Rows.Count; row++)
                for (int column = 0; column < s.Columns.Count; column++, at++)
                {
                    if (places is not null)
                    {
                        dx[places[at]] += Of(dy)[at];
                        continue;
                    }

                    for (int i = s.Rows.Starts[row]; i < s.Rows.Ends[row]; i++)
                        for (int j = s.Columns.Starts[column]; j < s.Columns.Ends[column]; j++)
                            dx[(plane * s.Height + i) * s.Width + j] += Of(dy)[at] / (s.Rows.Sizes[row] * s.Columns.Sizes[column]);
                }

        dy.Release();
        return Store(dx);
    }

    /// <inheritdoc/>
    /// <remarks>y = x d^-β with d = k + α/size Σ x² over the channels of <see cref="Neighbours"/>.</remarks>
    public override Storage ResponseNorm(in ResponseNormSizes s, Storage x, bool recorded)
    {
        double[] y = new double[x.Length], denominators = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            double squares = 0;
            foreach (int j in Neighbours(s, i))
                squares += Of(x)[j] * Of(x)[j];
            denominators[i] = s.K + s.Alpha / (double)s.Size * squares;
            y[i] = Of(x)[i] * Math.Pow(denominators[i], -s.Beta);
        }

        return recorded ? Store(y).Keeping(denominators) : Store(y);
    }

    /// <inheritdoc/>
    /// <remarks>∂y[i]/∂x[j] = -2 α β / size · x[i] x[j] d[i]^(-β - 1) for each j in the neighbourhood of i, and d[i]^-β more where j is i.</remarks>
    public override Storage ResponseNormGradient(in ResponseNormSizes s, Storage x, Storage y, Storage dy)
    {
        double[] dx = new double[x.Length], denominators = ((ReferenceStorage)y).Kept<double[]>();
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] += Of(dy)[i] * Math.Pow(denominators[i], -s.Beta);
            double shared = -2.0 * s.Alpha * s.Beta / s.Size * Of(dy)[i] * Of(x)[i] * Math.Pow(denominators[i], -s.Beta - 1.0);
            foreach (int j in Neighbours(s, i))
                dx[j] += shared * Of(x)[j];
        }

        return Store(dx);
    }

    /// <summary>Where value i of channel c stands, of the N · H · W that a channel has.</summary>
    private static int Place(in NormSizes s, int i, int c)
    {
        int pixels = s.Height * s.Width;
        return (i / pixels * s.Channels + c) * pixels + i % pixels;
    }

    /// <summary>Where the channels stand over which squares are summed for the element at <paramref name="place"/>: from c - size/2 to c + (size - 1)/2, as far as there are such.</summary>
    private static List<int> Neighbours(in ResponseNormSizes s, int place)
    {
        int pixels = s.Height * s.Width, c = place / pixels % s.Channels;
        var places = new List<int>();
        for (int j = Math.Max(0, c - s.Size / 2); j <= Math.Min(s.Channels - 1, c + (s.Size - 1) / 2); j++)
            places.Add(place + (j - c) * pixels);
        return places;
    }

    /// <summary>All products that a convolution sums up, in rows of those that have one weight: the places of the first in x (N, C, H, W), in the weight (O, C/groups, kh, kw) and in y (N, O, H', W'), and their number.</summary>
    /// <remarks>The next product of a row stands one place further in y and a stride further in x. Pixels outside of the image are 0 and left out.</remarks>
    private static IEnumerable<(int AtX, int AtWeight, int AtY, int Count)> ProductRows(ConvolutionShape s)
    {
        int outHeight = s.OutHeight, outWidth = s.OutWidth;
        for (int n = 0; n < s.Images; n++)
            for (int o = 0; o < s.Features; o++)
                for (int c = 0; c < s.GroupChannels; c++)
                    for (int ky = 0; ky < s.KernelHeight; ky++)
                        for (int kx = 0; kx < s.KernelWidth; kx++)
                        {
                            int top = ky * s.Dilation - s.Padding, left = kx * s.Dilation - s.Padding, first = 0, last = outWidth - 1;
                            while (first * s.Stride + left < 0)
                                first++;
                            while (last * s.Stride + left >= s.Width)
                                last--;
                            int image = n * s.Channels + o / s.GroupFeatures * s.GroupChannels + c, atWeight = ((o * s.GroupChannels + c) * s.KernelHeight + ky) * s.KernelWidth + kx;
                            for (int row = 0; row < outHeight; row++)
                                if (row * s.Stride + top is var i && i >= 0 && i < s.Height)
                                    yield return ((image * s.Height + i) * s.Width + first * s.Stride + left, atWeight, ((n * s.Features + o) * outHeight + row) * outWidth + first, last - first + 1);
                        }
    }

    /// <summary>Of each channel, the mean and 1 / √(variance + ε).</summary>
    private sealed record Statistics(double[] Means, double[] Inverses);
}
