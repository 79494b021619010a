using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Explanations;

namespace Mekiki.Workbench.Inspections;

/// <summary>The images for which a channel of a layer gives its largest values: what the channel has learnt to see.</summary>
/// <remarks>Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4, without the deconvolution.</remarks>
/// <param name="Layer">The layer's name.</param>
/// <param name="Channels">Those whose best images stand out most from all others, the clearest first: the channel, and indices of images in the set, the strongest first.</param>
internal sealed record ExcitingImages(string Layer, IReadOnlyList<(int Channel, int[] Images)> Channels)
{
    private const int Batch = 64;

    /// <summary>Looks for them.</summary>
    /// <param name="recognizer">Whose network has maps.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices in the set.</param>
    /// <param name="layer">The layer; null: the last whose maps have more than one pixel.</param>
    /// <param name="channels">How many channels are told at most.</param>
    /// <param name="perChannel">How many images of each.</param>
    /// <param name="threads">How many threads prepare images.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The network has no such layer.</exception>
    public static ExcitingImages Of(Recognizer recognizer, ImageSet set, int[] images, string? layer, int channels, int perChannel, int threads, CancellationToken cancellation)
    {
        float[] peaks = [];
        int count = 0, done = 0;
        var loader = new Loader(set, images, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = Batch, Threads = threads });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var pixels = batch.ToTensor();
            layer ??= FeatureMaps.Of(recognizer, pixels).LastOrDefault(m => m.Maps.Shape[2] * m.Maps.Shape[3] > 1)?.Layer
                ?? throw new MekikiException("Exciting images: expected a layer whose maps have more than one pixel, got none.");
            var maps = FeatureMaps.Of(recognizer, pixels, layer)[0].Maps;
            if (count == 0)
                peaks = new float[checked(images.Length * (count = maps.Shape[1]))];
            var values = maps.Values;
            int area = maps.Shape[2] * maps.Shape[3];
            for (int i = 0; i < batch.Count * count; i++)
                peaks[done * count + i] = Largest(values.Slice(i * area, area));
            GC.KeepAlive(maps);
            done += batch.Count;
        }

        var found = Enumerable.Range(0, count).Select(k => Best(k)).OrderByDescending(c => c.Contrast).ThenBy(c => c.Channel).Take(channels);
        return new(layer!, [.. found.Select(c => (c.Channel, c.Images))]);

        // How many deviations the best images lie above the mean.
        (int Channel, int[] Images, double Contrast) Best(int channel)
        {
            double sum = 0, squares = 0;
            for (int n = 0; n < images.Length; n++)
                (sum, squares) = (sum + peaks[n * count + channel], squares + (double)peaks[n * count + channel] * peaks[n * count + channel]);
            double mean = sum / images.Length, deviation = Math.Sqrt(Math.Max(0, squares / images.Length - mean * mean));
            int[] best = [.. Enumerable.Range(0, images.Length).OrderByDescending(n => peaks[n * count + channel]).ThenBy(n => n).Take(perChannel)];
            return (channel, Array.ConvertAll(best, n => images[n]), deviation > 0 ? (best.Average(n => peaks[n * count + channel]) - mean) / deviation : 0);
        }
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = Math.Max(largest, value);
        return largest;
    }
}
