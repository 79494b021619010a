using System.Buffers.Binary;
using Mekiki.Autograd;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Training;

/// <summary>Features of a frozen network, each computed once and kept on disk: by the network's weights, the framing, and an image's pixels.</summary>
/// <remarks>
/// A safetensors file for each network and framing: <c>keys</c> (N, 2), the first 16 bytes of each image's sha256, and <c>features</c> (N, D).
/// Added images are computed, known ones are not, wherever they lie. What was computed when it is stopped is kept.
/// </remarks>
/// <param name="folder">Where the files lie; null: nothing is kept.</param>
internal sealed class FeatureCache(string? folder)
{
    private const string Version = "mekiki features 1";
    private const int BatchSize = 32;
    private const long MostBytes = 1L << 30;

    /// <summary>How many vectors had to be computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Why nothing could be kept, or null.</summary>
    public string? Warning { get; private set; }

    /// <summary>The features of images.</summary>
    /// <param name="network">The network, of which the last layer does not matter.</param>
    /// <param name="weightsSha256">Of its weights without the last layer, or of the model that they come from.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices of those that are wanted, 1 or more.</param>
    /// <param name="preprocessing">What they go through.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="progress">Told how many are done; null: nobody looks.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>A vector of D numbers for each, one after another.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public float[] Of(IHasFeatures network, string weightsSha256, ImageSet set, int[] images, Preprocessing preprocessing, int threads, IProgress<int>? progress, CancellationToken cancellation)
    {
        var pipeline = preprocessing.Pipeline(set.Shape);
        string? path = folder is null ? null : Path.Combine(folder, KeyOf($"{Version}|{weightsSha256}|{set.Shape}|{pipeline}") + ".features");
        var keys = new UInt128[images.Length];
        Threads.For(images.Length, i => keys[i] = BinaryPrimitives.ReadUInt128LittleEndian(Sha256Hash.Of(set.Image(images[i]))));
        var known = path is null ? [] : Read(path);
        int[] missing = [.. Enumerable.Range(0, images.Length).Where(i => !known.ContainsKey(keys[i])).DistinctBy(i => keys[i])];
        progress?.Report(images.Length - missing.Length);
        try
        {
            Compute(network, set, images, missing, keys, known, pipeline, threads, progress, cancellation);
        }
        finally
        {
            if (Computed > 0 && path is not null)
                Write(path, known, keys);
        }

        int length = known[keys[0]].Length;
        var all = new float[images.Length * length];
        for (int i = 0; i < images.Length; i++)
            known[keys[i]].CopyTo(all, i * length);
        return all;
    }

    private void Compute(IHasFeatures network, ImageSet set, int[] images, int[] missing, UInt128[] keys, Dictionary<UInt128, float[]> known, Transforms.Pipeline pipeline, int threads, IProgress<int>? progress, CancellationToken cancellation)
    {
        if (missing.Length == 0)
            return;
        using var off = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        var loader = new Loader(set, [.. missing.Select(i => images[i])], pipeline, new LoaderOptions { BatchSize = BatchSize, Threads = threads });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var features = ((Module)network).Call(batch.ToTensor(), network.Features);
            int length = features.Shape[1];
            var values = features.Values;
            for (int i = 0; i < batch.Count; i++)
                known[keys[missing[Computed++]]] = values.Slice(i * length, length).ToArray();
            GC.KeepAlive(features);
            progress?.Report(images.Length - missing.Length + Computed);
        }
    }

    private static string KeyOf(string text) => Convert.ToHexStringLower(Sha256Hash.Of(System.Text.Encoding.UTF8.GetBytes(text)))[..40];

    // What is damaged is computed anew.
    private static Dictionary<UInt128, float[]> Read(string path)
    {
        var known = new Dictionary<UInt128, float[]>();
        if (!File.Exists(path))
            return known;
        try
        {
            using var file = SafetensorsFile.Open(path);
            file.VerifyChecksum();
            if (!file.TryFind("keys", out var keys) || !file.TryFind("features", out var features) || keys.Shape is not [var count, 2] || features.Shape is not [var rows, var length] || rows != count)
                return known;
            var (hashes, values) = (new long[2 * count], new float[checked(count * length)]);
            file.Read(keys, hashes);
            file.Read(features, values);
            for (int i = 0; i < count; i++)
                known[new((ulong)hashes[2 * i], (ulong)hashes[2 * i + 1])] = values[(int)(i * length)..(int)((i + 1) * length)];
        }
        catch (Exception e) when (e is MekikiException or OverflowException)
        {
            known.Clear();
        }

        return known;
    }

    // The images at hand first, then others until the file is large.
    private void Write(string path, Dictionary<UInt128, float[]> known, UInt128[] mine)
    {
        int length = known.Values.First().Length;
        UInt128[] kept = [.. mine.Concat(known.Keys).Where(known.ContainsKey).Distinct().Take((int)Math.Min(int.MaxValue / length, MostBytes / sizeof(float) / length))];
        var (keys, features) = (new long[2 * kept.Length], new float[kept.Length * length]);
        for (int i = 0; i < kept.Length; i++)
        {
            (keys[2 * i], keys[2 * i + 1]) = ((long)(ulong)(kept[i] >> 64), (long)(ulong)kept[i]);
            known[kept[i]].CopyTo(features, i * length);
        }

        try
        {
            Directory.CreateDirectory(folder!);
            new SafetensorsWriter().AddChecksum().Add("keys", [kept.Length, 2], keys).Add("features", [kept.Length, length], features).Save(path);
        }
        catch (Exception e) when (e is MekikiException or IOException or UnauthorizedAccessException)
        {
            Warning = $"Features could not be kept in {folder}: {e.Message} The next start computes them again; set MEKIKI_CACHE to a folder with room.";
        }
    }
}
