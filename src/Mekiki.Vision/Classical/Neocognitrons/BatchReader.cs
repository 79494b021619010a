using Mekiki.Vision.Data;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Reads training images batch by batch, tells how far it is, and stops when asked.</summary>
/// <param name="images">The images.</param>
/// <param name="order">Their indices, in the order in which they are shown.</param>
/// <param name="batchSize">Images in a batch, but for the last.</param>
/// <param name="progress">Told after each batch; null: nobody looks.</param>
/// <param name="cancellation">Asked before each batch.</param>
internal sealed class BatchReader(PreparedImages images, int[] order, int batchSize, IProgress<FitProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Shows the first <paramref name="most"/> images once.</summary>
    /// <param name="stage">What is learnt, for the progress.</param>
    /// <param name="from">The share of the whole that is done before.</param>
    /// <param name="to">The share that is done after.</param>
    /// <param name="most">How many images at most.</param>
    /// <returns>Images, (N, C, H, W), and their N labels.</returns>
    public IEnumerable<(Tensor Images, int[] Labels)> Read(string stage, double from, double to, int most = int.MaxValue)
    {
        var shape = images.Shape;
        int count = Math.Min(most, order.Length);
        for (int first = 0; first < count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new FitProgress(stage, from + (to - from) * first / count));
            int[] batch = order[first..Math.Min(first + batchSize, count)];
            var values = new float[batch.Length * shape.Length];
            for (int i = 0; i < batch.Length; i++)
                images.Read(batch[i], values.AsSpan(i * shape.Length, shape.Length));
            yield return (Tensor.From(values, [batch.Length, shape.Channels, shape.Height, shape.Width]), Array.ConvertAll(batch, images.Label));
        }

        progress?.Report(new FitProgress(stage, to));
    }
}
