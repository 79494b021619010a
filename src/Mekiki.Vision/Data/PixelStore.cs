using System.Buffers.Binary;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>Where the pixels of a set go while it is decoded: into memory, or, where they would fill too much of it or take long to decode, image by image into the file that the cache keeps.</summary>
/// <remarks>
/// Photographs of many megapixels take long: their file has the name of what is decoded, and behind the pixels a record of each image
/// that is done. Whoever is stopped goes on from there (<see cref="Recall"/>).
/// </remarks>
internal sealed class PixelStore : IDisposable
{
    // A record: height, width and what is to be said of it, then the sha256 of these and of the pixels. One of zeros: not done.
    private const int FactsLength = 12, RecordLength = FactsLength + Sha256Hash.Size;

    // From a picture of a megapixel on, and so many in all: some 20 seconds of two processors.
    private const long LeastPicture = 1_000_000, LeastWork = 4_000_000_000;

    private readonly string source;
    private readonly int imageLength;
    private readonly PixelBlock? memory;
    private readonly SafeFileHandle? file;
    private readonly long records;      // where they begin; 0: there are none
    private PixelBlock? mapped;

    private PixelStore(string source, int imageLength, PixelBlock memory) => (this.source, this.imageLength, this.memory, Path) = (source, imageLength, memory, "");

    private PixelStore(string source, int imageLength, string path, SafeFileHandle file, long records = 0) => (this.source, this.imageLength, Path, this.file, this.records) = (source, imageLength, path, file, records);

    /// <summary>Whether so many pictures, as large as the first, take so long to decode that what is done should outlive the process.</summary>
    public static bool IsLong((int Height, int Width) first, int count) =>
        (long)first.Height * first.Width is >= LeastPicture and var pixels && pixels * count >= LeastWork;

    /// <summary>Makes room for images.</summary>
    /// <param name="source">What is opened, for messages.</param>
    /// <param name="shape">The shape of each.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="cache">What keeps decoded pixels; null: they must fit into memory.</param>
    /// <param name="mostInMemory">How many bytes go into memory.</param>
    /// <param name="partPath">The file of the cache in which what is decoded is found again after a stop; null: it need not be.</param>
    /// <exception cref="MekikiException">There is no room.</exception>
    public static PixelStore For(string source, ImageShape shape, int count, PixelCache? cache, long mostInMemory, string? partPath = null)
    {
        long bytes = (long)count * shape.Length, length = PixelCache.PixelOffset + bytes;
        if (cache is not null && partPath is not null && Reopened(partPath, length + (long)count * RecordLength) is { } part)
            return new(source, shape.Length, partPath, part, length);
        if (cache is null || bytes <= mostInMemory)
            return InMemory();
        string path = cache.TemporaryPath();
        try
        {
            return new(source, shape.Length, path, New(path, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AtomicFile.TryDelete(path);
            return PixelBlock.Fits(bytes) ? InMemory() : throw NoRoom(source, path, e);
        }

        PixelStore InMemory() => new(source, shape.Length, PixelBlock.InMemory(source, shape, count));
    }

    // The file of a process that was stopped, or a new one; null where another process has it, or there is no room for it.
    private static SafeFileHandle? Reopened(string path, long length)
    {
        try
        {
            return File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : New(path, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // All of its room is taken at once: a full disk is told now.
    private static SafeFileHandle New(string path, long length)
    {
        FileStep.Before("create", path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, length);
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

    /// <summary>What was found of an image before the process was stopped, whose pixels are here already; null: it must be decoded.</summary>
    /// <param name="index">Which.</param>
    /// <param name="buffers">Memory of this thread.</param>
    public DecodedImage? Recall(int index, ImageFiles.Buffers buffers)
    {
        if (records == 0)
            return null;
        Span<byte> record = stackalloc byte[RecordLength], sum = stackalloc byte[Sha256Hash.Size];
        if (!TryRead(record, RecordOf(index)) || record.IndexOfAnyExcept((byte)0) < 0)
            return null;
        var pixels = Slot(index, buffers);
        if (!TryRead(pixels, OffsetOf(index)))
            return null;
        Sum(record, pixels, sum);
        return sum.SequenceEqual(record[FactsLength..])
            ? new(BinaryPrimitives.ReadInt32LittleEndian(record), BinaryPrimitives.ReadInt32LittleEndian(record[4..]), record[8] != 0, record[9] != 0)
            : null;
    }

    /// <summary>Keeps what was decoded into <see cref="Slot"/>.</summary>
    /// <exception cref="MekikiException">The disk does not take it.</exception>
    public void Keep(int index, ReadOnlySpan<byte> pixels, DecodedImage decoded)
    {
        if (file is null)
            return;
        Write(pixels, OffsetOf(index));
        if (records == 0)
            return;
        Span<byte> record = stackalloc byte[RecordLength];
        record.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(record, decoded.Height);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], decoded.Width);
        record[8] = decoded.LooksBlack ? (byte)1 : (byte)0;
        record[9] = decoded.IgnoresProfile ? (byte)1 : (byte)0;
        Sum(record, pixels, record[FactsLength..]);
        Write(record, RecordOf(index));
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
        if (!TryRead(pixels, OffsetOf(from)))
            throw new EndOfStreamException();
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

    /// <summary>Gives up what was decoded.</summary>
    public void Discard()
    {
        Dispose();
        if (IsFile)
            AtomicFile.TryDelete(Path);
    }

    /// <summary>Takes the temporary file away, if it has not got its name; one that can be gone on with stays.</summary>
    public void Dispose()
    {
        if (file is null or { IsClosed: true })
            return;
        mapped?.Free();
        file.Dispose();
        if (records == 0)
            AtomicFile.TryDelete(Path);
    }

    private long OffsetOf(int index) => PixelCache.PixelOffset + (long)index * imageLength;

    private long RecordOf(int index) => records + (long)index * RecordLength;

    private static void Sum(ReadOnlySpan<byte> record, ReadOnlySpan<byte> pixels, Span<byte> sum)
    {
        using var hash = new Sha256Hash();
        hash.Append(record[..FactsLength]);
        hash.Append(pixels);
        hash.Finish(sum);
    }

    private bool TryRead(Span<byte> bytes, long offset)
    {
        for (int done = 0; done < bytes.Length;)
        {
            int got = RandomAccess.Read(file!, bytes[done..], offset + done);
            if (got <= 0)
                return false;
            done += got;
        }

        return true;
    }

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            FileStep.Before("write", Path);
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
