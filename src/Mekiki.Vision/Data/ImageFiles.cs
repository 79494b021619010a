using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Image files somewhere, by name; read by many threads at once.</summary>
internal abstract class ImageFiles : IDisposable
{
    /// <summary>Paths inside the set, with <c>/</c>, of files that are taken for images, in ordinal order of their composed names.</summary>
    public required string[] Names { get; init; }

    /// <summary>Texts that change when the files do: of each file, or of each shard.</summary>
    public required string[] Versions { get; init; }

    /// <summary>Files that are refused before reading.</summary>
    public IReadOnlyList<SkippedImage> Refused { get; init; } = [];

    /// <summary>How many files there are, of any kind.</summary>
    public int Seen { get; init; }

    /// <summary>Those that are no images, by reason; not those of <see cref="Refused"/>.</summary>
    public LeftOutList LeftOut { get; init; } = new();

    /// <summary>What else the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The first file of each shard, where files lie in shards.</summary>
    public int[] ShardStarts { get; init; } = [];

    /// <summary>A text that changes when <see cref="Seen"/> or <see cref="LeftOut"/> do.</summary>
    public string Others => $"{Seen}|{string.Join('|', LeftOut.All().Select(r => r.ToString()))}|{string.Join('|', Refused)}";

    /// <summary>Reads a whole file.</summary>
    /// <returns>Its bytes, in memory of this thread.</returns>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    protected abstract ReadOnlySpan<byte> Read(int index, Buffers buffers);

    /// <summary>Of each file, its class: by default the folder that it lies in.</summary>
    /// <param name="source">What was opened, for messages.</param>
    /// <param name="options">How folders are read.</param>
    /// <exception cref="MekikiException">The folders can be read in two ways.</exception>
    public virtual ClassLayout Layout(string source, ImageSetOptions options) => ClassLayout.Of(source, Names, options);

    /// <summary>Whether files are read one after another, so that a look at one costs as much as a look at all.</summary>
    public virtual bool IsReadInOrder => false;

    /// <summary>The file that is read soonest.</summary>
    public virtual int Soonest => 0;

    /// <summary>Does something with each file, on several threads, in the order that is quickest to read.</summary>
    /// <param name="options">How many threads.</param>
    /// <param name="action">Gets the index and memory of its thread, by which <see cref="Decode"/> and <see cref="ReadHeader"/> work.</param>
    public virtual void ForEach(ImageSetOptions options, Action<int, Buffers> action) =>
        Parallel.For(0, Names.Length, ImageSet.Parallelism(options.ThreadCount), () => new Buffers(), (i, _, buffers) =>
        {
            action(i, buffers);
            return buffers;
        }, static _ => { });

    /// <summary>Decodes an image into (H, W, C) if it has the size of <paramref name="shape"/>, or brings it to that.</summary>
    /// <param name="index">Which.</param>
    /// <param name="shape">What is wanted.</param>
    /// <param name="framing">How another size is brought to it; null: nothing is written then.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="buffers">Memory of this thread.</param>
    /// <returns>The image's own size.</returns>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public virtual DecodedImage Decode(int index, ImageShape shape, Framing? framing, Span<byte> destination, Buffers buffers) =>
        ImageDecoder.Decode(Read(index, buffers), shape.Channels, shape.Height, shape.Width, framing, destination, ref buffers.Scratch);

    /// <summary>What an image's first bytes tell of it.</summary>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public virtual (int Height, int Width, ImageMode Mode) ReadHeader(int index, Buffers buffers) => ImageDecoder.ReadHeader(Read(index, buffers));

    /// <summary>The bytes of a whole file, in memory of this thread.</summary>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public ReadOnlySpan<byte> Bytes(int index, Buffers buffers) => Read(index, buffers);

    public virtual void Dispose()
    {
    }

    /// <summary>Puts files into the order of their names, which is the same in every container: composed names, as numbers of their characters.</summary>
    protected static void Sort<T>(T[] files, Func<T, string> nameOf)
    {
        var keys = new string[files.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            string name = nameOf(files[i]), composed = ComposedName.Of(name);
            keys[i] = ReferenceEquals(name, composed) ? name : composed + '\0' + name;
        }

        Array.Sort(keys, files, StringComparer.Ordinal);
    }

    /// <summary>Memory that one thread reads and decodes with.</summary>
    internal sealed class Buffers
    {
        public byte[] File = new byte[1 << 16];
        public byte[] Scratch = [];

        /// <summary>Receives the pixels of an image that go on to a file.</summary>
        public byte[] Pixels = [];

        /// <summary>The file whose bytes are in <see cref="File"/> already, and how many they are; none: -1.</summary>
        public (int Index, int Length) Given = (-1, 0);
    }
}
