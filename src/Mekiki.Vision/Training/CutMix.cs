using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>Training on images into which a rectangle of another image is pasted, with the loss mixed by their areas.</summary>
/// <remarks>
/// share ~ Beta(alpha, alpha); a rectangle with (1 - share) of the area, about a place that is drawn evenly and cut at the border, comes from image m, a permutation of n;
/// loss = share · loss(y_n) + (1 - share) · loss(y_m), with the share that the rectangle leaves.
/// Yun, Han, Oh, Chun, Choe, Yoo, "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019, arXiv:1905.04899, equations 1 and 2.
/// Differs from the paper: nothing; one rectangle for a batch, as in its code.
/// </remarks>
internal sealed class CutMix(double alpha, ulong seed) : IBatchMixing
{
    private const ulong Purpose = 0x4355_544D_4958_0001; // keeps these draws apart from other uses of a seed
    private readonly MixedBatch mixed = new();

    /// <inheritdoc/>
    public (Tensor Images, ReadOnlyMemory<long> Partners, float Share) Apply(Batch batch, long step)
    {
        var generator = new Generator(seed, (ulong)step, Purpose);
        double cut = Math.Sqrt(1 - Mixup.Beta(alpha, ref generator));
        var (channels, height, width) = batch.Shape;
        int y = generator.NextInt32(height), x = generator.NextInt32(width);
        int top = Math.Max(0, y - (int)(height * cut) / 2), bottom = Math.Min(height, y + (int)(height * cut) / 2);
        int left = Math.Max(0, x - (int)(width * cut) / 2), right = Math.Min(width, x + (int)(width * cut) / 2);
        mixed.Begin(batch, ref generator);

        int length = batch.Shape.Length;
        var images = batch.Images;
        for (int n = 0; n < batch.Count; n++)
        {
            var to = mixed.Images.Slice(n * length, length);
            images.Slice(n * length, length).CopyTo(to);
            var second = images.Slice(mixed.Order[n] * length, length);
            for (int c = 0; c < channels; c++)
                for (int row = top; row < bottom; row++)
                {
                    int at = (c * height + row) * width + left;
                    second.Slice(at, right - left).CopyTo(to[at..]);
                }
        }

        return (mixed.ToTensor(batch), mixed.Partners(batch), 1 - (float)((bottom - top) * (right - left)) / (height * width));
    }
}
