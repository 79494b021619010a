using Mekiki.Files;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>Where the pixels of a set go while it is decoded: into memory, or, where they would fill too much of it, image by image into the file that the cache keeps.</summary>
internal sealed class PixelStore : IDisposable
{
    private readonly string source;
    private readonly int imageLength;
    private readonly PixelBlock? memory;
    private readonly SafeFileHandle? file;
    private PixelBlock? mapped;

    private PixelStore(string source, int imageLength, PixelBlock memory) => (this.source, this.imageLength, this.memory, Path) = (source, imageLength, memory, "");

    private PixelStore(string source, int imageLength, string path, SafeFileHandle file) => (this.source, this.imageLength, Path, this.file) = (source, imageLength, path, file);

    /// <summary>Makes room for images.</summary>
    /// <param name="source">What is opened, for messages.</param>
    /// <param name="shape">The shape of each.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="cache">What keeps decoded pixels; null: they must fit into memory.</param>
    /// <param name="mostInMemory">How many bytes go into memory.</param>
    /// <exception cref="MekikiException">There is no room.</exception>
    public static PixelStore For(string source, ImageShape shape, int count, PixelCache? cache, long mostInMemory)
    {
        long bytes = (long)count * shape.Length;
        if (cache is null || bytes <= mostInMemory)
            return InMemory();
        string path = cache.TemporaryPath();
        try
        {
            FileStep.Before("create", path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            // All of its room is taken at once: a full disk is told now.
            return new(source, shape.Length, path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, PixelCache.PixelOffset + bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AtomicFile.TryDelete(path);
            return PixelBlock.Fits(bytes) ? InMemory() : throw NoRoom(source, path, e);
        }

        PixelStore InMemory() => new(source, shape.Length, PixelBlock.InMemory(source, shape, count));
    }

    /// <summary>The temporary file, if <see cref="IsFile"/>.</summary>
    public string Path { get; }

    /// <summary>Whether the pixels are in a file, from <see cref="PixelCache.PixelOffset"/> on.</summary>
    public bool IsFile => file is not null;

    /// <summary>Where an image may be decoded to.</summary>
    /// <param name="index">Which.</param>
    /// <param name="buffers">Memory of this thread.</param>
    public Span<byte> Slot(int index, ImageFiles.Buffers buffers)
    {
        if (memory is not null)
            return memory.Slice((long)index * imageLength, imageLength);
        if (buffers.Pixels.Length < imageLength)
            buffers.Pixels = new byte[imageLength];
        return buffers.Pixels.AsSpan(0, imageLength);
    }

    /// <summary>Keeps what was decoded into <see cref="Slot"/>.</summary>
    /// <exception cref="MekikiException">The disk does not take it.</exception>
    public void Keep(int index, ReadOnlySpan<byte> pixels)
    {
        if (file is not null)
            Write(pixels, OffsetOf(index));
    }

    /// <summary>Moves an image to an earlier place.</summary>
    public void Move(int from, int to)
    {
        if (memory is not null)
        {
            memory.Slice((long)from * imageLength, imageLength).CopyTo(memory.Slice((long)to * imageLength, imageLength));
            return;
        }

        var pixels = new byte[imageLength];
        for (int done = 0; done < imageLength;)
            done += RandomAccess.Read(file!, pixels.AsSpan(done), OffsetOf(from) + done) is var got and > 0 ? got : throw new EndOfStreamException();
        Write(pixels, OffsetOf(to));
    }

    /// <summary>The first images, to be read.</summary>
    public PixelBlock Finish(int count) =>
        memory is not null ? memory.Shrink((long)count * imageLength) : mapped = new PixelBlock(file!, PixelCache.PixelOffset, (long)count * imageLength);

    /// <summary>Writes the head of a cache file and what stands behind its pixels, and gives the file its name. The pixels of <see cref="Finish"/> are gone then.</summary>
    /// <param name="start">Its first bytes.</param>
    /// <param name="end">Its last bytes.</param>
    /// <param name="path">Its name.</param>
    /// <exception cref="MekikiException">The disk does not take it.</exception>
    public void Complete(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, string path)
    {
        long length = PixelCache.PixelOffset + mapped!.Length;
        mapped.Free();
        Write(start, 0);
        Write(end, length);
        try
        {
            FileStep.Before("flush", Path);
            RandomAccess.SetLength(file!, length + end.Length);
            RandomAccess.FlushToDisk(file!);
            file!.Dispose();
            AtomicFile.Rename(Path, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(source, Path, e);
        }
    }

    /// <summary>Takes the temporary file away, if it has not got its name.</summary>
    public void Dispose()
    {
        if (file is null or { IsClosed: true })
            return;
        mapped?.Free();
        file.Dispose();
        AtomicFile.TryDelete(Path);
    }

    private long OffsetOf(int index) => PixelCache.PixelOffset + (long)index * imageLength;

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file!, bytes, offset);
        }
        catch (IOException e)
        {
            throw NoRoom(source, Path, e);
        }
    }

    private static MekikiException NoRoom(string source, string path, Exception e) =>
        new($"{source}: expected room for decoded pixels, which do not fit into memory, in {System.IO.Path.GetDirectoryName(path)}, got: {e.Message} Set MEKIKI_CACHE to a folder with room, or give a smaller width and height.", e);
}
