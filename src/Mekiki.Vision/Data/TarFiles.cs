using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>The image files in a tar, read where they lie; of a packed one, one after another from its beginning, without unpacking it.</summary>
internal sealed class TarFiles : ImageFiles
{
    private const long LeastBomb = 256L << 20, BombRatio = 100;

    private readonly string path;
    private readonly TarPacking packing;
    private readonly SafeFileHandle? file;
    private readonly TarFile[] entries;

    private TarFiles(string path, TarPacking packing, TarFile[] entries)
    {
        (this.path, this.packing, this.entries) = (path, packing, entries);
        file = packing == TarPacking.None ? File.OpenHandle(path) : null;
    }

    /// <summary>Opens one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="packing">How it is packed.</param>
    /// <exception cref="MekikiException">It is no whole tar, or a bomb.</exception>
    public static TarFiles Open(string path, TarPacking packing)
    {
        try
        {
            using var stream = Unpacked(path, packing);
            long length = new FileInfo(path).Length;
            var entries = new ArchiveEntries<TarFile>("tar");
            foreach (var entry in TarListing.Read(path, stream, done => CheckBomb(path, length, done)))
            {
                var verdict = entries.See(entry.Name);
                if (!entry.IsFile && verdict != FileVerdict.Hidden)
                    entries.LeftOut.Add(LeftOutReasons.Special, entry.Name);
                else
                    entries.Add(entry.Name, entry, entry.Length, verdict == FileVerdict.Unknown && entry.BeginsAsImage ? FileVerdict.Image : verdict, entry.Problem);
            }

            var usable = entries.Usable;
            Sort(usable, e => e.Name);
            return new TarFiles(path, packing, [.. usable.Select(e => e.Entry)])
            {
                Names = [.. usable.Select(e => e.Name)],
                Versions = [.. usable.Select(e => e.Entry.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture))],
                Refused = entries.Refused,
                Seen = entries.Seen,
                LeftOut = entries.LeftOut,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new MekikiException($"{path}: expected a tar file that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    // It is packed, and so read from its beginning on.
    public override bool IsReadInOrder => file is null;

    // Where it is unpacked from its beginning on, the one that lies first.
    public override int Soonest => file is not null || entries.Length == 0 ? 0 : Enumerable.Range(0, entries.Length).MinBy(i => entries[i].Offset);

    public override void ForEach(ImageSetOptions options, Action<int, Buffers> action)
    {
        if (file is not null)
        {
            base.ForEach(options, action);
            return;
        }

        // Whoever takes the next file unpacks it; all decode at once.
        Parallel.ForEach(Partitioner.Create(OneAfterAnother(), EnumerablePartitionerOptions.NoBuffering), ImageSet.Parallelism(options.ThreadCount), () => new Buffers(), (given, _, buffers) =>
        {
            byte[] own = buffers.File;
            (buffers.File, buffers.Given) = (given.Bytes, (given.Index, given.Length));
            try
            {
                action(given.Index, buffers);
            }
            finally
            {
                (buffers.File, buffers.Given) = (own, (-1, 0));
                ArrayPool<byte>.Shared.Return(given.Bytes);
            }

            return buffers;
        }, static _ => { });
    }

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers)
    {
        if (buffers.Given.Index == index)
            return buffers.File.AsSpan(0, buffers.Given.Length);
        var entry = entries[index];
        RegularFile.Grow(ref buffers.File, (int)entry.Length);
        var bytes = buffers.File.AsSpan(0, (int)entry.Length);
        if (file is null)
        {
            using var stream = Unpacked(path, packing);
            Forward(stream, entry.Offset);
            stream.ReadExactly(bytes);
            return bytes;
        }

        for (int done = 0; done < bytes.Length;)
            done += RandomAccess.Read(file, bytes[done..], entry.Offset + done) is var got and > 0 ? got : throw new UnreadableImageException("the tar ends before it does");
        return bytes;
    }

    public override void Dispose() => file?.Dispose();

    private static void CheckBomb(string path, long length, long unpacked)
    {
        if (unpacked > LeastBomb && unpacked / BombRatio > length)
            throw new MekikiException($"{path}: expected a tar of images, got what looks like a bomb: {length:N0} bytes that unpack to {unpacked:N0} and more. Unpack it elsewhere and see what it holds.");
    }

    private static Stream Unpacked(string path, TarPacking packing)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, packing == TarPacking.None ? 1 << 12 : 1 << 16);
        return packing switch
        {
            TarPacking.Gzip => new GZipStream(file, CompressionMode.Decompress),
            TarPacking.Zstandard => new ZstandardStream(file, file.Length),
            _ => file,
        };
    }

    private static void Forward(Stream stream, long count)
    {
        byte[] waste = ArrayPool<byte>.Shared.Rent(1 << 16);
        for (int part; count > 0; count -= part)
            stream.ReadExactly(waste, 0, part = (int)Math.Min(waste.Length, count));
        ArrayPool<byte>.Shared.Return(waste);
    }

    // Files that links repeat lie at one place: they are given once for each.
    private IEnumerable<(int Index, byte[] Bytes, int Length)> OneAfterAnother()
    {
        int[] order = [.. Enumerable.Range(0, entries.Length).OrderBy(i => entries[i].Offset)];
        using var stream = Unpacked(path, packing);
        long at = 0, last = -1;
        byte[] bytes = [];
        foreach (int index in order)
        {
            var entry = entries[index];
            int length = (int)entry.Length;
            if (entry.Offset != last)
            {
                Forward(stream, entry.Offset - at);
                if (bytes.Length < length)
                    bytes = new byte[length];
                stream.ReadExactly(bytes, 0, length);
                (at, last) = (entry.Offset + length, entry.Offset);
            }

            byte[] copy = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
            bytes.AsSpan(0, length).CopyTo(copy);
            yield return (index, copy, length);
        }
    }
}
