using Mekiki.Vision;
using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Inspections;

/// <summary>What a recognizer's last layer decides by, for many images: vectors of length 1, whose products are cosines.</summary>
internal static class UnitFeatures
{
    private const int Batch = 64;

    /// <summary>Computes them.</summary>
    /// <param name="recognizer">Whose.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices in the set.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>(N, D) and D; a row of zeros where all features are 0.</returns>
    /// <exception cref="NotSupportedException">The network has no features.</exception>
    public static (float[] Features, int Length) Of(Recognizer recognizer, ImageSet set, int[] images, int threads, CancellationToken cancellation)
    {
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
        {
            var row = all.AsSpan(i * length, length);
            double square = 0;
            foreach (float value in row)
                square += value * (double)value;
            float scale = square > 0 ? (float)(1 / Math.Sqrt(square)) : 0;
            foreach (ref float value in row)
                value *= scale;
        }

        return (all, length);
    }
}
