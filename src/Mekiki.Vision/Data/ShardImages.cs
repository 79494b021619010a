using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The images of tar shards one by one, to recognize them where they lie: nothing is unpacked, and no class is needed.</summary>
/// <remarks>Images come in the order of the shards and of the files in them. Any number of threads may read.</remarks>
/// <example>
/// <code>
/// using var images = ShardImages.Open("shards");
/// if (images is not null)
///     foreach (var prediction in recognizer.Predict(Enumerable.Range(0, images.Count).Select(images.Read)))
///         Console.WriteLine($"{prediction.Image}: {prediction.Prediction?.Label ?? prediction.Error}");
/// </code>
/// </example>
public sealed class ShardImages : IDisposable
{
    private const string Ending = ".tar";

    private readonly ShardFiles files;

    private ShardImages(ShardFiles files) => this.files = files;

    /// <summary>How many there are; what cannot be read, such as a shard that is cut off, counts as one each.</summary>
    public int Count => files.Names.Length + files.Refused.Count;

    /// <summary>Opens a folder that holds shards and neither folders nor images, a text file (<c>.txt</c>) with the path of a shard in each line, or one shard (<c>.tar</c>); a list or a shard may also be at an address.</summary>
    /// <param name="path">The folder, file or address.</param>
    /// <returns>Null: it is something else.</returns>
    /// <exception cref="MekikiException">The folder cannot be read, the file lists something else, or no image is there.</exception>
    public static ShardImages? Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (RemoteShards.IsAddress(path))
            return Opened(path, ShardFiles.Find(path, new())!);
        if (path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && File.Exists(path))
            return Opened(path, [path]);
        if (!Directory.Exists(path) && !File.Exists(path))
            return null;
        return ShardFiles.Find(path, new()) is { } shards && !HoldsImages(path) ? Opened(path, shards) : null;
    }

    /// <summary>The name of an image: the path of its shard, and its own in that.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public string NameOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return index < files.Names.Length ? $"{files.ShardOf(index)}/{files.Names[index]}" : files.Refused[index - files.Names.Length].Name;
    }

    /// <summary>An image, whose bytes are read, and held against the shard's index, when they are needed.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="MekikiException">When the bytes are read: the shard lies on a server, and cannot be fetched.</exception>
    public ImageInput Read(int index) => ImageInput.FromReader(NameOf(index), () => index < files.Names.Length ? files.Read(index) : throw new UnreadableImageException(files.Refused[index - files.Names.Length].Reason));

    /// <summary>Closes the shards.</summary>
    public void Dispose() => files.Dispose();

    private static ShardImages Opened(string path, string[] shards)
    {
        var images = new ShardImages(ShardFiles.Open(shards, new()));
        if (images.Count > 0)
            return images;
        images.Dispose();
        throw new MekikiException($"{path}: expected images, got shards without any. Check the path.");
    }

    private static bool HoldsImages(string path) => Directory.Exists(path) && Directory.EnumerateFiles(path).Any(f => FileRules.Of(Path.GetFileName(f.AsSpan())) == FileVerdict.Image);
}
