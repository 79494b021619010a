using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Files;

/// <summary>An open zip: the files in it are read where they lie, by many threads at once. It trusts no size in it.</summary>
internal sealed class ZipReader : IDisposable
{
    private const int HeaderLength = 30, Stored = 0, Deflated = 8;

    // No deflate stream unpacks to more: a match of 258 bytes takes two bits at least.
    private const long MostDeflated = 1032;

    private readonly SafeFileHandle file;

    private ZipReader(SafeFileHandle file, IReadOnlyList<ZipEntry> entries) => (this.file, Entries) = (file, entries);

    /// <summary>All files and folders, as the directory at the end lists them.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>Opens a zip and reads its directory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">What it should hold, for messages: images.</param>
    /// <exception cref="MekikiException">It cannot be opened, is no whole zip, or a bomb.</exception>
    public static ZipReader Open(string path, string contents)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a zip file that can be read, got: {e.Message} Check its permissions.", e);
        }

        try
        {
            return new ZipReader(file, ZipDirectory.Read(path, file, contents));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Why a file cannot be read or its length cannot be true, or null. To be asked before memory is taken for it.</summary>
    public static string? Refuse(in ZipEntry entry)
    {
        if (entry.IsEncrypted)
            return "it is encrypted; unpack the zip with its password first";
        if (entry.Method is not (Stored or Deflated))
            return $"it is packed by method {entry.Method}; only stored (0) and deflated (8) can be read";
        bool lies = entry.Method == Stored ? entry.Length != entry.CompressedLength : entry.Length / MostDeflated > entry.CompressedLength;
        return lies ? $"its two lengths in the zip, {FileText.Bytes(entry.CompressedLength)} packed and {FileText.Number(entry.Length)} unpacked, cannot both be true; the zip is damaged" : null;
    }

    /// <summary>Reads a whole file and checks its checksum.</summary>
    /// <param name="entry">One that <see cref="Refuse"/> does not refuse.</param>
    /// <param name="into">As many bytes as it has.</param>
    /// <returns>Null, or why it cannot be read.</returns>
    public string? Read(in ZipEntry entry, Span<byte> into)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (RandomAccess.Read(file, header, entry.HeaderOffset) < HeaderLength || ZipDirectory.U32(header, 0) != 0x04034b50)
            return "its place in the zip holds something else; the zip is damaged";
        long at = entry.HeaderOffset + HeaderLength + ZipDirectory.U16(header, 26) + ZipDirectory.U16(header, 28);
        using var packed = new ZipSlice(file, at, entry.CompressedLength);
        try
        {
            if (entry.Method == Stored)
                packed.ReadExactly(into);
            else
            {
                using var inflated = new DeflateStream(packed, CompressionMode.Decompress);
                if (inflated.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length || inflated.ReadByte() >= 0)
                    return packed.IsCutOff ? "the zip ends before it does" : "it does not unpack to the length that the zip declares; the zip is damaged";
            }
        }
        catch (EndOfStreamException)
        {
            return "the zip ends before it does";
        }
        catch (InvalidDataException)
        {
            return "it cannot be unpacked; the zip is damaged";
        }

        return Crc32.Of(into) == entry.Crc ? null : "its checksum in the zip is wrong; the zip is damaged";
    }

    /// <summary>The first bytes of a file that <see cref="Refuse"/> does not refuse.</summary>
    /// <returns>How many there are; 0 where it cannot be unpacked.</returns>
    public int ReadStart(in ZipEntry entry, Span<byte> into)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (RandomAccess.Read(file, header, entry.HeaderOffset) < HeaderLength || ZipDirectory.U32(header, 0) != 0x04034b50)
            return 0;
        using var packed = new ZipSlice(file, entry.HeaderOffset + HeaderLength + ZipDirectory.U16(header, 26) + ZipDirectory.U16(header, 28), entry.CompressedLength);
        into = into[..(int)Math.Min(into.Length, entry.Length)];
        if (entry.Method == Stored)
            return packed.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        using var inflated = new DeflateStream(packed, CompressionMode.Decompress);
        try
        {
            return inflated.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>The packed bytes of one file, front to back.</summary>
    private sealed class ZipSlice(SafeFileHandle file, long at, long length) : Stream
    {
        private readonly long end = at + length;
        private long position = at;

        /// <summary>Whether the zip ended before this did.</summary>
        public bool IsCutOff { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int wanted = (int)Math.Min(buffer.Length, end - position);
            int got = wanted == 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], position);
            IsCutOff |= got == 0 && wanted > 0;
            position += got;
            return got;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
