using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Cli.Commands;

/// <summary>Images that are recognized together: files, or a run of those in shards.</summary>
internal sealed class PredictBatch
{
    private readonly string[] paths;
    private readonly ShardImages? shards;
    private readonly int from;

    private PredictBatch(string[] paths, ShardImages? shards, int from, int count) => (this.paths, this.shards, this.from, Count) = (paths, shards, from, count);

    /// <summary>How many they are.</summary>
    public int Count { get; }

    /// <summary>Their names, which are made when they are asked for: of millions of images nobody keeps all.</summary>
    public IEnumerable<string> Names => shards is null ? paths : Enumerable.Range(from, Count).Select(shards.NameOf);

    /// <summary>The images.</summary>
    public IEnumerable<ImageInput> Images => shards is null ? paths.Select(ImageInput.FromFile) : Enumerable.Range(from, Count).Select(shards.Read);

    /// <summary>Image files.</summary>
    public static PredictBatch Of(string[] paths) => new(paths, null, 0, paths.Length);

    /// <summary>All images of shards.</summary>
    public static IEnumerable<PredictBatch> Of(ShardImages shards, int size)
    {
        for (int from = 0; from < shards.Count; from += size)
            yield return new([], shards, from, Math.Min(size, shards.Count - from));
    }
}
